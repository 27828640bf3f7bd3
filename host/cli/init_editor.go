package cli

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

//go:embed example/*.lua
var examples embed.FS

// exampleScript is a policy of one's own in ten lines, in the reader's language.
func exampleScript() file {
	name := "closing.lua"
	if message.Language() == message.Portuguese {
		name = "fechamento.lua"
	}
	text, err := examples.ReadFile("example/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return file{"scripts/" + name, text}
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
		{stubFolder + "/dj.lua", rootStub(known.functions)},
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

// languageServer is .luarc.json: Lua 5.1 without the libraries that reach outside.
func languageServer() []byte {
	off := map[string]string{}
	for _, name := range []string{"bit", "bit32", "coroutine", "debug", "ffi", "io", "jit", "jit.profile", "jit.util", "os", "package", "utf8"} {
		off[name] = "disable"
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

// sandbox are the names of Lua's own that a script may use.
func sandbox() []string {
	return []string{
		"_VERSION", "assert", "error", "getmetatable", "ipairs", "math", "next", "pairs", "pcall", "print", "rawequal", "rawget", "rawset",
		"select", "setmetatable", "string", "table", "tonumber", "tostring", "type", "unpack", "xpcall",
	}
}

// luacheck is .luacheckrc: what a script may name, function by function, and what files of tests may besides, so that a
// typo is told before the script runs.
func luacheck(functions, tests []*lua.StubFunc) []byte {
	var b strings.Builder
	b.WriteString("-- Written by djscript init from the stubs.\nstds.djscript = {\n  read_globals = {\n")
	for _, name := range append(sandbox(), "require") {
		fmt.Fprintf(&b, "    %q,\n", name)
	}
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
