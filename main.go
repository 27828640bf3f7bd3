// Command djscript makes, proves and restores copies of a store's Firebird databases, by scripts.
package main

import (
	_ "embed"
	"os"
	"runtime/debug"
	_ "time/tzdata" // Windows has no zone files

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/cli"
)

//go:embed djscript.toml
var configuration []byte

// version is the release; the Makefile adds the commit.
var version = "0.1.0"

func main() {
	build, _ := debug.ReadBuildInfo()
	os.Exit(cli.Main(os.Args[1:], cli.Assets{Config: configuration, Builtin: builtin.Files, Version: version, Built: cli.BuiltAt(build), Program: os.Args[0]}))
}
