// Package builtin holds what ships in Lua and TOML: the default script, libraries, and the schema profiles of systems.
package builtin

import "embed"

// Files are default.lua, lib/*.lua and systems/*.toml.
//
//go:embed default.lua lib/*.lua systems/*.toml
var Files embed.FS
