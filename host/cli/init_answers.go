package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// values are the answers as settings of djscript.toml.
func (n *answers) values() []config.Value {
	values := []config.Value{{Key: "store.id", Value: n.id}, {Key: "store.language", Value: message.Language()}}
	set := func(key, value string) {
		if value != "" {
			values = append(values, config.Value{Key: key, Value: value})
		}
	}
	set("store.name", n.name)
	set("store.cnpj", n.cnpj)
	set("store.timezone", n.timezone)
	set("firebird.bin", n.bin)
	set("firebird.server", n.server)
	set("firebird.user", n.user)
	for _, d := range n.databasePlaces() {
		set("database."+d.name+".path", d.path)
		set("database."+d.name+".system", n.system)
	}
	if len(n.recipients) > 0 {
		values = append(values, config.Value{Key: "encryption.recipients", Value: n.recipients})
	}
	var to []string
	for _, d := range n.destinationPlaces() {
		set("destination."+d.name+".path", d.path)
		to = append(to, d.name)
	}
	if len(to) > 0 && (len(n.databases) > 0 || len(n.at) > 0) {
		if len(n.at) > 0 {
			values = append(values, config.Value{Key: "backup.at", Value: n.at})
		}
		values = append(values, config.Value{Key: "backup.to", Value: to})
	}
	return values
}

// byFlag tells what is wrong with an answer by the option that gave it: the file in which it would stand is not there.
func byFlag(err error) error {
	wrong, ok := errors.AsType[config.Mistakes](err)
	if !ok {
		return err
	}
	var all []error
	for _, m := range wrong {
		flag := flagOf(m.Key)
		if flag == "" {
			return err
		}
		all = append(all, message.Wrap(m.Err, m.Code, "cli.init_flag", message.Args{"flag": flag}))
	}
	return errors.Join(all...)
}

// flagOf is the option that sets a key of djscript.toml; "" where none does.
func flagOf(key string) string {
	table, rest, _ := strings.Cut(key, ".")
	switch {
	case key == "encryption.recipients":
		return "--recipient"
	case key == "backup.at":
		return "--at"
	case table == "destination" || key == "backup.to":
		return "--destination"
	case table == "database" && strings.HasSuffix(rest, ".system"):
		return "--system"
	case table == "database":
		return "--database"
	case (table == "store" || table == "firebird") && rest != "":
		return "--" + rest
	}
	return ""
}

// lacks is what a person has to add to djscript.toml; "" is nothing.
func (n *answers) lacks(more bool) string {
	switch {
	case len(n.databases) == 0 && len(n.destinations) == 0:
		return message.Text("cli.init_lacks_both", nil)
	case len(n.databases) == 0:
		return message.Text("cli.init_lacks_databases", nil)
	case len(n.destinations) == 0:
		return message.Text("cli.init_lacks_destinations", nil)
	case more:
		return message.Text("cli.init_lacks_more", nil)
	}
	return ""
}

var placeName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// place is a path with the name that it has in djscript.toml.
type place struct{ name, path string }

// splitPlace splits NAME=PATH; a path may hold an equals sign of its own.
func splitPlace(text string) (name, path string) {
	name, path, ok := strings.Cut(text, "=")
	if !ok || !placeName.MatchString(name) {
		return "", text
	}
	return name, path
}

// places names each path: a path alone takes the first name that is free.
func places(given []string, names func(i int, path string) []string) []place {
	var all []place
	var taken []string
	for i, text := range given {
		name, path := splitPlace(text)
		if name == "" {
			for _, candidate := range names(i, path) {
				if name == "" && !slices.Contains(taken, candidate) {
					name = candidate
				}
			}
		}
		taken = append(taken, name)
		all = append(all, place{name, path})
	}
	return all
}

// databasePlaces: the first is "loja", as in the documented configuration; the others are named after their files.
func (n *answers) databasePlaces() []place {
	return places(n.databases, func(i int, path string) []string {
		base := filepath.Base(strings.ReplaceAll(path, `\`, "/"))
		return []string{"loja", idOf(strings.TrimSuffix(base, filepath.Ext(base))), fmt.Sprintf("banco%d", i+1)}
	})
}

// destinationPlaces: a medium that can be taken out is "pendrive", the first of the others "local".
func (n *answers) destinationPlaces() []place {
	return places(n.destinations, func(i int, path string) []string {
		names := []string{"local", fmt.Sprintf("destino%d", i+1)}
		if at, err := drive.Of(path); err == nil && at.Removable {
			names = slices.Insert(names, 0, "pendrive")
		}
		return names
	})
}

// absolute makes paths of those that were given as seen from where the command runs. A database's path is the
// server's: only one that names a file is ours to complete.
func (n *answers) absolute(a *app) {
	for i, text := range n.destinations {
		n.destinations[i] = a.absolutePlace(text)
	}
	for i, text := range n.databases {
		if strings.ContainsAny(text, `/\.`) {
			n.databases[i] = a.absolutePlace(text)
		}
	}
}

func (a *app) absolutePlace(text string) string {
	name, path := splitPlace(text)
	if name != "" {
		name += "="
	}
	if filepath.IsAbs(path) || isForeign(path) {
		return name + path
	}
	full, err := filepath.Abs(filepath.Join(a.dir, path))
	if err != nil {
		return text
	}
	return name + filepath.ToSlash(full)
}

// isForeign tells whether a path is one of the other kind of system: "C:/x" on Linux, "/x" on Windows.
func isForeign(path string) bool {
	return strings.HasPrefix(path, "/") || len(path) > 1 && path[1] == ':'
}

// idLimit is how long an id may be: it goes into the names of files.
const idLimit = 32

// idOf makes an id of any name: "Loja do Zé" is "loja-do-ze".
func idOf(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case r < 0x300 || r > 0x36f: // not an accent, which was taken off its letter
			b.WriteByte('-')
		}
	}
	id := b.String()
	for strings.Contains(id, "--") {
		id = strings.ReplaceAll(id, "--", "-")
	}
	id = strings.Trim(id, "-_")
	id = strings.TrimRight(id[:min(len(id), idLimit)], "-_")
	if id == "" {
		return "loja"
	}
	return id
}
