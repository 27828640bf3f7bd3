package cli

import (
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/djscript/djscript/host/message"
)

// chooseLanguage decides the language before the first sentence: --lang, then the store's, then the system's, then
// English. The flags are looked at by hand, since their own help is already in the language.
func (a *app) chooseLanguage(args []string) {
	dir := flagValue(args, "-C", "--dir")
	if dir == "" {
		dir = "."
	}
	for _, name := range []string{flagValue(args, "--lang"), storeLanguage(dir), a.locale()} {
		if name != "" && message.SetLanguage(name) == nil {
			return
		}
	}
}

func (a *app) locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := a.env(name); value != "" {
			return message.Match(value)
		}
	}
	return systemLanguage()
}

func storeLanguage(dir string) string {
	return peek(filepath.Join(dir, "djscript.toml")).Store.Language
}

// glance is what can be wanted of a djscript.toml before, or without, reading it whole.
type glance struct {
	Store struct{ ID, Language string }
}

func peek(path string) (g glance) {
	_, _ = toml.DecodeFile(path, &g) // whatever is wrong is told when it is read whole
	return g
}

func flagValue(args []string, names ...string) string {
	for i, arg := range args {
		for _, name := range names {
			if arg == name && i+1 < len(args) {
				return args[i+1]
			}
			if value, ok := strings.CutPrefix(arg, name+"="); ok {
				return value
			}
		}
	}
	return ""
}
