package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	return baseAt(folder, doc.written())
}

// BaseIn is [store] base as it stands in the text of a djscript.toml; "" where it does not.
func BaseIn(data []byte) string {
	doc, _, ok := parse("djscript.toml", data)
	if !ok {
		return ""
	}
	return doc.written()
}

// written is [store] base as it stands in the file.
func (doc *document) written() string {
	store, _ := doc.values["store"].(map[string]any)
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
func (doc *document) layBase(folder string, held *Held) (base string, mistakes []Mistake, ok bool) {
	base = baseAt(folder, doc.written())
	if base == "" || held != nil && held.Baseless {
		return "", nil, true
	}
	shown := doc.written()
	if !absolute(shown) {
		shown = filepath.Join(filepath.Dir(doc.file), filepath.FromSlash(shown))
	}
	data, err := readBase(base, held)
	if err != nil {
		m := doc.at(doc.lines.of("store.base"), message.Wrap(err, "option.value", "config.no_base", message.Args{"path": shown}))
		m.Key = "store.base"
		return base, []Mistake{m}, false
	}
	under, mistakes, ok := parse(shown, data)
	if !ok {
		return base, mistakes, false
	}
	mistakes = append(mistakes, under.own()...)
	under.anchor(filepath.Dir(base))
	doc.lay(under)
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
func (doc *document) own() []Mistake {
	store, _ := doc.values["store"].(map[string]any)
	var mistakes []Mistake
	for _, key := range []string{"id", "base"} {
		if _, there := store[key]; there {
			m := doc.at(doc.lines.of("store."+key), message.New("option.value", "config.not_in_base", message.Args{"key": key}))
			m.Key = "store." + key
			mistakes = append(mistakes, m)
			delete(store, key)
		}
	}
	return mistakes
}

// anchor makes the file of each calendar count from the folder that names it.
func (doc *document) anchor(folder string) {
	calendars, _ := doc.values["calendar"].(map[string]any)
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
func (doc *document) lay(under *document) {
	doc.base = under.file
	for name, value := range under.values {
		_, isTable := value.(map[string]any)
		switch {
		case name == "cron":
			doc.layCron(under)
		case isTable && slices.Contains(byName, name):
			doc.layKeys(under, name, name, doc.values, under.values, name, func(path string, mine, theirs map[string]any, key string) {
				doc.layKeys(under, path, path, mine, theirs, key, nil)
			})
		default:
			doc.layKeys(under, name, name, doc.values, under.values, name, nil)
		}
	}
}

// layKeys lays the table at a key of mine over that of theirs. within does the same one step deeper, where that is wanted.
func (doc *document) layKeys(under *document, path, from string, mine, theirs map[string]any, key string, within func(path string, mine, theirs map[string]any, key string)) {
	if _, there := mine[key]; !there && !doc.broken[path] {
		doc.take(under, path, from, mine, key, theirs[key])
		return
	}
	over, ok := mine[key].(map[string]any)
	below, ok2 := theirs[key].(map[string]any)
	if !ok || !ok2 {
		return
	}
	due := slices.ContainsFunc(when, func(k string) bool { _, there := over[k]; return there || doc.broken[join(path, k)] })
	for name, value := range below {
		switch {
		case within != nil:
			within(join(path, name), over, below, name)
		case due && slices.Contains(when, name):
		default:
			if _, there := over[name]; !there && !doc.broken[join(path, name)] {
				doc.take(under, join(path, name), join(from, name), over, name, value)
			}
		}
	}
}

// layCron lays the entries of the cron table over those of the reseller that have the same name, and puts the others
// behind them.
func (doc *document) layCron(under *document) {
	theirs, ok := under.values["cron"].([]map[string]any)
	if _, there := doc.values["cron"]; !ok || !there && doc.broken["cron"] {
		return
	}
	mine, ok := doc.values["cron"].([]map[string]any)
	if _, there := doc.values["cron"]; there && !ok {
		return
	}
	for i, entry := range theirs {
		at := slices.IndexFunc(mine, func(e map[string]any) bool { return e["name"] != nil && e["name"] == entry["name"] })
		if at < 0 {
			holder := map[string]any{}
			doc.take(under, element("cron", len(mine)), element("cron", i), holder, "entry", entry)
			mine = append(mine, entry)
			continue
		}
		doc.layKeys(under, element("cron", at), element("cron", i), map[string]any{"entry": mine[at]}, map[string]any{"entry": entry}, "entry", nil)
	}
	doc.values["cron"] = mine
}

// take puts a value of the reseller's document, and where it stands, into the store's.
func (doc *document) take(under *document, path, from string, mine map[string]any, key string, value any) {
	mine[key] = value
	for place, line := range under.lines.found {
		if rest, ok := inside(place, from); ok {
			doc.lines.found[path+rest] = line
			doc.lines.files[path+rest] = under.file
		}
	}
	for place := range under.broken {
		if rest, ok := inside(place, from); ok {
			doc.broken[path+rest] = true
		}
	}
}

// inside is what follows a path in the key of something at it or within it.
func inside(place, path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(place, path)
	return rest, ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
