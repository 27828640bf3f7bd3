package cli

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

//go:embed example/*.lua editor/*.lua
var examples embed.FS

// exampleScripts are a policy of one's own in ten lines, in the reader's language, and its test.
func exampleScripts() []file {
	name := "closing"
	if message.Language() == message.Portuguese {
		name = "fechamento"
	}
	return []file{embedded("scripts/"+name+".lua", "example"), embedded("scripts/"+name+"_test.lua", "example")}
}

// embedded is a file that lies within the program in that folder.
func embedded(to, folder string) file {
	text, err := examples.ReadFile(folder + "/" + path.Base(to))
	if err != nil {
		panic(err) // it is embedded
	}
	return file{to, text}
}

const stubFolder = ".djscript/stubs"

// editorFiles are what an editor needs to know `dj`: the stubs, and the settings of the language server and of
// luacheck.
func editorFiles() ([]file, error) {
	folders := []fs.FS{primitive.Stubs(message.Language()), sim.Stubs(message.Language())}
	known, err := readStubs(folders[0])
	if err != nil {
		return nil, err
	}
	tests, err := readStubs(folders[1])
	if err != nil {
		return nil, err
	}
	files := []file{
		{".luarc.json", languageServer()}, {".luacheckrc", luacheck(known.functions, tests.functions)},
		{stubFolder + "/dj.lua", rootStub(known.functions)}, embedded(stubFolder+"/os.lua", "editor"),
	}
	for _, folder := range folders {
		names, err := fs.Glob(folder, "*.lua")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := fs.ReadFile(folder, name)
			if err != nil {
				return nil, fmt.Errorf("read stub: %w", err)
			}
			files = append(files, file{stubFolder + "/" + name, text})
		}
	}
	return files, nil
}

// serverLibraries are those that the language server knows of and that can be switched off.
var serverLibraries = []string{
	"bit", "bit32", "coroutine", "debug", "ffi", "io", "jit", "jit.profile", "jit.util", "math", "os", "package", "string", "table", "utf8",
}

// languageServer is .luarc.json: Lua 5.1 without the libraries that a script has not. Of os it has a few functions only:
// a stub of ours describes those.
func languageServer() []byte {
	off := map[string]string{"os": "disable"}
	for _, name := range serverLibraries {
		if !slices.Contains(lua.Names(), name) {
			off[name] = "disable"
		}
	}
	settings := map[string]any{
		"$schema":                   "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
		"runtime.version":           "Lua 5.1",
		"runtime.builtin":           off,
		"workspace.library":         []string{stubFolder},
		"workspace.checkThirdParty": false,
	}
	text, err := json.MarshalIndent(settings, "", "  ")
	if err != nil {
		panic(err) // texts only
	}
	return append(text, '\n')
}

// writeNames writes what Lua itself lends to every script, as luacheck wants it.
func writeNames(b *strings.Builder) {
	names := append(lua.Names(), "require")
	for _, name := range names {
		var fields []string
		for _, other := range names {
			if library, field, ok := strings.Cut(other, "."); ok && library == name {
				fields = append(fields, field)
			}
		}
		switch {
		case len(fields) > 0:
			fmt.Fprintf(b, "    %s = { fields = { \"%s\" } },\n", name, strings.Join(fields, `", "`))
		case !strings.Contains(name, "."):
			fmt.Fprintf(b, "    %q,\n", name)
		}
	}
}

// luacheck is .luacheckrc: what a script may name, function by function, and what files of tests may besides, so that a
// typo is told before the script runs.
func luacheck(functions, tests []*lua.StubFunc) []byte {
	var b strings.Builder
	b.WriteString("-- Written by djscript init from the stubs.\nstds.djscript = {\n  read_globals = {\n")
	writeNames(&b)
	b.WriteString("    dj = {\n      fields = {\n")
	writeFields(&b, "        ", functions)
	b.WriteString("      },\n    },\n  },\n}\nstd = \"djscript\"\nmax_line_length = 120\nunused_args = false\nexclude_files = { \".djscript/**\" }\n")
	b.WriteString("files[\"**/*_test.lua\"] = {\n  read_globals = {\n    dj = {\n      fields = {\n")
	writeFields(&b, "        ", tests)
	b.WriteString("      },\n    },\n  },\n}\n")
	return []byte(b.String())
}

// writeFields writes the nouns and verbs of functions as luacheck wants them.
func writeFields(b *strings.Builder, indent string, functions []*lua.StubFunc) {
	for _, noun := range nounsOf(functions) {
		verbs := verbsOf(functions, noun)
		if noun == "" {
			for _, verb := range verbs {
				fmt.Fprintf(b, "%s%q,\n", indent, verb)
			}
			continue
		}
		fmt.Fprintf(b, "%s%s = { fields = { \"%s\" } },\n", indent, noun, strings.Join(verbs, `", "`))
	}
}

// rootStub makes the tables that the other stubs hang their functions in.
func rootStub(functions []*lua.StubFunc) []byte {
	var text strings.Builder
	text.WriteString("---@meta dj\n\ndj = {}\n")
	for _, noun := range nounsOf(functions) {
		if noun != "" {
			text.WriteString("dj." + noun + " = {}\n")
		}
	}
	return []byte(text.String())
}

// nounsOf are the nouns in order, "" first; a class with methods is none.
func nounsOf(functions []*lua.StubFunc) []string {
	var all []string
	for _, f := range functions {
		if !strings.Contains(f.Name, ":") && !slices.Contains(all, f.Noun()) {
			all = append(all, f.Noun())
		}
	}
	slices.Sort(all)
	return all
}

func verbsOf(functions []*lua.StubFunc, noun string) []string {
	var all []string
	for _, f := range functions {
		if f.Noun() == noun && !strings.Contains(f.Name, ":") {
			all = append(all, strings.TrimPrefix(strings.TrimPrefix(f.Name, noun), "."))
		}
	}
	slices.Sort(all)
	return all
}
