package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// Held are files in place of those that lie beside djscript.toml: a version of them that is not the one there now.
type Held struct {
	Base     []byte // what [store] base names; nil: there is no such file
	Baseless bool   // they are of a time when [store] base named none
	Reseller fs.FS  // the profiles of systems among the reseller's scripts
	Store    fs.FS  // those among the store's
}

// LoadHeld is Load with these files in place of those that lie beside djscript.toml.
func LoadHeld(path string, defaults []byte, systems fs.FS, held Held, checks ...Check) (*Config, error) {
	data, folder, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	return buildHeld(path, folder, data, defaults, systems, &held, checks)
}

// BaseOf is the file that [store] base of a djscript.toml names, and "" where there is none. It is there for who has to
// know before the rest can be read.
func BaseOf(path string) string {
	data, folder, err := readConfig(path)
	if err != nil {
		return ""
	}
	doc, _, ok := parse(path, data)
	if !ok {
		return ""
	}
	return baseAt(folder, baseOf(doc))
}

// BaseIn is [store] base as it stands in the text of a djscript.toml; "" where it does not.
func BaseIn(data []byte) string {
	doc, _, ok := parse("djscript.toml", data)
	if !ok {
		return ""
	}
	return baseOf(doc)
}

// baseOf is [store] base as it stands in the file.
func baseOf(doc *document.Document) string {
	store, _ := doc.Values["store"].(map[string]any)
	text, _ := store["base"].(string)
	return text
}

func baseAt(folder, written string) string {
	if strings.TrimSpace(written) == "" {
		return ""
	}
	if absolute(written) {
		return filepath.FromSlash(written)
	}
	return filepath.Join(folder, filepath.FromSlash(strings.ReplaceAll(written, `\`, "/")))
}

// layBase lays the store's document over the reseller's, which [store] base names. ok is false where the reseller's can
// not be read at all.
func layBase(doc *document.Document, folder string, held *Held) (base string, mistakes Mistakes, ok bool) {
	base = baseAt(folder, baseOf(doc))
	if base == "" || held != nil && held.Baseless {
		return "", nil, true
	}
	shown := baseOf(doc)
	if !absolute(shown) {
		shown = filepath.Join(filepath.Dir(doc.File), filepath.FromSlash(shown))
	}
	data, err := readBase(base, held)
	if err != nil {
		return base, Mistakes{doc.At("store.base", message.Wrap(err, "option.value", "config.no_base", message.Args{"path": shown}))}, false
	}
	under, mistakes, ok := parse(shown, data)
	if !ok {
		return base, mistakes, false
	}
	mistakes = append(mistakes, own(under)...)
	anchor(under, filepath.Dir(base))
	lay(doc, under)
	return base, mistakes, true
}

func readBase(path string, held *Held) ([]byte, error) {
	switch {
	case held == nil:
		return os.ReadFile(path)
	case held.Base == nil:
		return nil, fs.ErrNotExist
	}
	return held.Base, nil
}

// own takes out what only a store can say of itself.
func own(doc *document.Document) Mistakes {
	store, _ := doc.Values["store"].(map[string]any)
	var mistakes Mistakes
	for _, key := range []string{"id", "base"} {
		if _, there := store[key]; there {
			mistakes = append(mistakes, doc.At("store."+key, message.New("option.value", "config.not_in_base", message.Args{"key": key})))
			delete(store, key)
		}
	}
	return mistakes
}

// anchor makes the file of each calendar count from the folder that names it.
func anchor(doc *document.Document, folder string) {
	calendars, _ := doc.Values["calendar"].(map[string]any)
	for _, one := range calendars {
		calendar, _ := one.(map[string]any)
		if file, ok := calendar["file"].(string); ok && file != "" && !absolute(file) {
			calendar["file"] = filepath.Join(folder, filepath.FromSlash(file))
		}
	}
}

// byName are the tables of tables: each in them is known by its name.
var byName = []string{"calendar", "database", "destination", "notify", "script"}

// when are the keys that together say when something is due: whoever writes one of them writes them all.
var when = []string{"at", "every", "from", "schedule", "until"}

// lay takes from the reseller's document what the store's does not say: table by table and key by key, the tables that
// have names by their names. A value is taken whole.
func lay(doc, under *document.Document) {
	for name, value := range under.Values {
		_, isTable := value.(map[string]any)
		switch {
		case name == "cron":
			layCron(doc, under)
		case isTable && slices.Contains(byName, name):
			layKeys(doc, under, name, name, doc.Values, under.Values, name, func(path string, mine, theirs map[string]any, key string) {
				layKeys(doc, under, path, path, mine, theirs, key, nil)
			})
		default:
			layKeys(doc, under, name, name, doc.Values, under.Values, name, nil)
		}
	}
}

// layKeys lays the table at a key of mine over that of theirs. within does the same one step deeper, where that is wanted.
func layKeys(doc, under *document.Document, path, from string, mine, theirs map[string]any, key string, within func(path string, mine, theirs map[string]any, key string)) {
	if _, there := mine[key]; !there && !doc.Broken(path) {
		doc.Take(under, path, from, mine, key, theirs[key])
		return
	}
	over, ok := mine[key].(map[string]any)
	below, ok2 := theirs[key].(map[string]any)
	if !ok || !ok2 {
		return
	}
	due := slices.ContainsFunc(when, func(k string) bool { _, there := over[k]; return there || doc.Broken(document.Join(path, k)) })
	for name, value := range below {
		switch {
		case within != nil:
			within(document.Join(path, name), over, below, name)
		case due && slices.Contains(when, name):
		default:
			if _, there := over[name]; !there && !doc.Broken(document.Join(path, name)) {
				doc.Take(under, document.Join(path, name), document.Join(from, name), over, name, value)
			}
		}
	}
}

// layCron lays the entries of the cron table over those of the reseller that have the same name, and puts the others
// behind them.
func layCron(doc, under *document.Document) {
	theirs, ok := under.Values["cron"].([]map[string]any)
	if _, there := doc.Values["cron"]; !ok || !there && doc.Broken("cron") {
		return
	}
	mine, ok := doc.Values["cron"].([]map[string]any)
	if _, there := doc.Values["cron"]; there && !ok {
		return
	}
	for i, entry := range theirs {
		at := slices.IndexFunc(mine, func(e map[string]any) bool { return e["name"] != nil && e["name"] == entry["name"] })
		if at < 0 {
			holder := map[string]any{}
			doc.Take(under, document.Element("cron", len(mine)), document.Element("cron", i), holder, "entry", entry)
			mine = append(mine, entry)
			continue
		}
		layKeys(doc, under, document.Element("cron", at), document.Element("cron", i), map[string]any{"entry": mine[at]}, map[string]any{"entry": entry}, "entry", nil)
	}
	doc.Values["cron"] = mine
}
