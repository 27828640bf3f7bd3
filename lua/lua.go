// Package lua is the language that scripts are written in: it loads them, runs them within limits, and lends them Go
// functions with typed arguments.
//
// It knows nothing of backups. It is the only importer of gopher-lua and cures its sharp edges once: numbers print as
// Lua 5.1 prints them, a list of a hundred thousand elements keeps all of them, an endless loop ends, an unknown name is
// an error at its line and a Go error that crosses a script comes back as itself.
//
// It refuses to give a script anything that reaches outside: no io, os, debug, load, dofile, package, no environment of a
// function, no coroutine (one escapes the step budget, and a yield through pcall is a nil pointer in gopher-lua).
package lua
