// Package builtin holds what ships in Lua and TOML: the default script and the schema profiles of systems.
package builtin

import "embed"

// Files are default.lua and systems/*.toml.
//
//go:embed *.lua systems/*.toml
var Files embed.FS
