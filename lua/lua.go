// Package lua is the language that scripts are written in: it loads them, runs them within limits, and lends them Go
// functions with typed arguments.
//
// It knows nothing of backups. It is the only importer of gopher-lua and cures its sharp edges once: numbers print as
// Lua 5.1 prints them, a list of a hundred thousand elements keeps all of them, an endless loop ends, an unknown name is
// an error at its line and a Go error that crosses a script comes back as itself.
//
// It refuses to give a script anything that reaches outside: no io, debug, load, dofile, package, no environment of a
// function; of os there are the times and dates alone. Absent lists what Lua 5.1 has and a script has not.
package lua
