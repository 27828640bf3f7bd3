package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// chooseLanguage decides the language before the first sentence: --lang, then the store's, then the system's, then
// English. The flags are looked at by hand, since their own help is already in the language.
func (a *app) chooseLanguage(args []string) error {
	asked := flagValue(args, "--lang")
	dir := flagValue(args, "-C", "--dir")
	if dir == "" {
		dir = "."
	}
	for _, name := range []string{storeLanguage(dir), a.locale()} {
		if name != "" && message.SetLanguage(name) == nil {
			break
		}
	}
	if asked == "" {
		return nil
	}
	return message.SetLanguage(asked)
}

func (a *app) locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := a.env(name); value != "" {
			return message.Match(value)
		}
	}
	return systemLanguage()
}

// storeLanguage is the language of the store in that folder; a djscript.toml without an id is only a template.
func storeLanguage(dir string) string {
	path := filepath.Join(dir, "djscript.toml")
	if storeID(path) == "" {
		return ""
	}
	return peek(path, "language")
}

// peek finds a text of djscript.toml by its key before, or without, reading the file whole. Whatever is wrong with the
// file is told when it is read.
func peek(path, key string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	found := regexp.MustCompile(`(?m)^[ \t]*` + key + `[ \t]*=[ \t]*["']([^"'\n]*)["']`).FindSubmatch(text)
	if found == nil {
		return ""
	}
	return string(found[1])
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
