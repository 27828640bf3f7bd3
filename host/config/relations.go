package config

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// relations notes what is right by itself and wrong together.
func (r *reader) relations(c *Config) {
	r.oneDatabaseEach(c.Databases)
	r.oneFolderEach(c.Destinations)
	r.oneDriveEach(c.Destinations)
	r.oneUserEach(c.Destinations)
	r.keysToEncrypt(c)
	r.liveDatabases(c)
	r.backupNames(c)
	for _, e := range c.Cron {
		key := document.Join("cron", e.Name)
		r.calendarNames(c, key+".except", e.Except)
		r.paramNames(c, key, e.Params)
	}
	for name, script := range c.Scripts {
		r.paramNames(c, document.Join("script", name), script.Params)
	}
}

func (r *reader) oneDatabaseEach(all []Database) {
	type site struct {
		server string
		place
	}
	first := map[site]string{}
	for _, d := range all {
		at := site{server: strings.ToLower(d.Server), place: placeOf(d.Path)}
		if onThisMachine(d.Server) {
			at.server = ""
		}
		twin, taken := first[at]
		switch {
		case d.Path == "":
		case taken:
			r.Wrong(document.Join("database", d.Name)+".path", message.New("option.value", "config.same_database",
				message.Args{"name": twin, "path": d.Path}))
		default:
			first[at] = d.Name
		}
	}
}

func (r *reader) oneFolderEach(all []Destination) {
	places := placesOf(all)
	for i, d := range all {
		for j, other := range all {
			if i == j || d.folder() == "" || other.folder() == "" || !places[i].within(places[j]) {
				continue
			}
			if places[i] == places[j] && i < j {
				// The later of two that are alike is told.
				continue
			}
			r.Wrong(document.Join("destination", d.Name)+".path", oneInTheOther(d, other, places[i] == places[j]))
			break
		}
	}
}

func placesOf(all []Destination) []place {
	places := make([]place, len(all))
	for i, d := range all {
		places[i] = placeOf(d.folder())
	}
	return places
}

func oneInTheOther(d, other Destination, same bool) *message.Error {
	args := message.Args{"name": other.Name, "path": d.Path}
	if same {
		return message.New("option.value", "config.destination_same", args)
	}
	return message.New("option.value", "config.destination_inside", args)
}

// A copy must not lie on the file it is a copy of, nor rotation ever come near a live database.
func (r *reader) liveDatabases(c *Config) {
	live := slices.DeleteFunc(slices.Clone(c.Databases), func(d Database) bool {
		return d.Path == "" || alias(d.Path) || !onThisMachine(d.Server)
	})
	places := make([]place, len(live))
	for i, d := range live {
		places[i] = placeOf(d.Path)
	}
	for _, d := range c.Destinations {
		at := placeOf(d.folder())
		hit := slices.IndexFunc(places, func(p place) bool { return p.within(at) || at.within(p) })
		if d.folder() != "" && hit >= 0 {
			r.Wrong(document.Join("destination", d.Name)+".path", message.New("guard.live_db", "config.live_database",
				message.Args{"name": live[hit].Name, "database": live[hit].Path, "path": d.Path}))
		}
	}
}

func (r *reader) backupNames(c *Config) {
	if c.Backup == nil {
		return
	}
	if len(c.Databases) == 0 {
		r.Wrong("backup", message.New("option.missing", "config.no_database", nil))
	}
	r.destinationNames(c, "backup.to", c.Backup.To)
	r.calendarNames(c, "backup.except", c.Backup.Except)
	for _, e := range c.Cron {
		if e.Name == "backup" {
			r.Wrong("cron.backup.name", message.New("option.value", "config.two_backups", nil))
			break
		}
	}
}

func (r *reader) destinationNames(c *Config, key string, names []string) {
	known := namesOf(c.Destinations, Destination.name)
	r.names(key, names, known, func(name string) *message.Error {
		return message.New("option.value", "config.no_such_destination", document.Offer(name, known))
	})
}

func (r *reader) calendarNames(c *Config, key string, names []string) {
	known := namesOf(c.Calendars, Calendar.name)
	r.names(key, names, known, func(name string) *message.Error {
		return message.New("option.value", "config.no_such_calendar", document.Offer(name, known))
	})
}

func (r *reader) names(key string, names, known []string, unknown func(string) *message.Error) {
	for i, name := range names {
		switch {
		case name == "":
		case !slices.Contains(known, name):
			r.Wrong(document.Element(key, i), unknown(name))
		case slices.Contains(names[:i], name):
			r.Wrong(document.Element(key, i), message.New("option.value", "document.repeated", message.Args{"name": name}))
		}
	}
}

// paramNames checks the one parameter whose meaning is the same in every script: "to" names destinations. A folder
// is an absolute path, and no name.
func (r *reader) paramNames(c *Config, key string, params map[string]any) {
	key += ".params.to"
	switch to := params["to"].(type) {
	case string:
		if !absolute(to) {
			r.destinationNames(c, key, []string{to})
		}
	case []any:
		names := make([]string, len(to))
		for i, one := range to {
			if name, ok := one.(string); ok && !absolute(name) {
				names[i] = name
			}
		}
		r.destinationNames(c, key, names)
	}
}

func namesOf[T any](all []T, nameOf func(T) string) []string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = nameOf(one)
	}
	return names
}
