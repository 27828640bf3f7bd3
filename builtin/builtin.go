// Package builtin holds what ships in Lua and TOML: the default script, libraries, layouts of text files, and the schema
// profiles of systems.
package builtin

import "embed"

// Files are default.lua, integration.lua, lib/*.lua, layouts/*.toml and systems/*.toml.
//
//go:embed default.lua integration.lua lib/*.lua layouts/*.toml systems/*.toml
var Files embed.FS
