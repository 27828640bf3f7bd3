package config

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// relations notes what is right by itself and wrong together.
func (r *reader) relations(c *Config) {
	r.oneDatabaseEach(c.Databases)
	r.oneFolderEach(c.Destinations)
	r.liveDatabases(c)
	r.backupNames(c)
	for _, e := range c.Cron {
		key := join("cron", e.Name)
		r.calendarNames(c, key+".except", e.Except)
		r.paramNames(c, key, e.Params)
	}
	for name, script := range c.Scripts {
		r.paramNames(c, join("script", name), script.Params)
	}
}

func (r *reader) oneDatabaseEach(all []Database) {
	for i, d := range all {
		if d.Path == "" {
			continue
		}
		twin := slices.IndexFunc(all[:i], func(other Database) bool { return sameDatabase(d, other) })
		if twin >= 0 {
			r.wrong(join("database", d.Name)+".path", message.New("option.value", "config.same_database",
				message.Args{"name": all[twin].Name, "path": d.Path}))
		}
	}
}

func sameDatabase(a, b Database) bool {
	sameServer := strings.EqualFold(a.Server, b.Server) || onThisMachine(a.Server) && onThisMachine(b.Server)
	return sameServer && placeOf(a.Path) == placeOf(b.Path)
}

func (r *reader) oneFolderEach(all []Destination) {
	for i, d := range all {
		if d.Path == "" {
			continue
		}
		key := join("destination", d.Name) + ".path"
		for j, other := range all {
			args := message.Args{"name": other.Name, "path": d.Path}
			mine, theirs := placeOf(d.Path), placeOf(other.Path)
			if i == j || other.Path == "" || !mine.within(theirs) {
				continue
			}
			if mine != theirs {
				r.wrong(key, message.New("option.value", "config.destination_inside", args))
				break
			}
			if j < i {
				r.wrong(key, message.New("option.value", "config.destination_same", args))
				break
			}
		}
	}
}

// A copy must not lie on the file it is a copy of, nor rotation ever come near a live database.
func (r *reader) liveDatabases(c *Config) {
	for _, d := range c.Destinations {
		for _, live := range c.Databases {
			if d.Path == "" || alias(live.Path) || live.Path == "" || !onThisMachine(live.Server) {
				continue
			}
			destination, database := placeOf(d.Path), placeOf(live.Path)
			if database.within(destination) || destination.within(database) {
				r.wrong(join("destination", d.Name)+".path", message.New("guard.live_db", "config.live_database",
					message.Args{"name": live.Name, "database": live.Path, "path": d.Path}))
				break
			}
		}
	}
}

func (r *reader) backupNames(c *Config) {
	if c.Backup == nil {
		return
	}
	if len(c.Databases) == 0 {
		r.wrong("backup", message.New("option.missing", "config.no_database", nil))
	}
	r.destinationNames(c, "backup.to", c.Backup.To)
	r.calendarNames(c, "backup.except", c.Backup.Except)
	for _, e := range c.Cron {
		if e.Name == "backup" {
			r.wrong("cron.backup.name", message.New("option.value", "config.two_backups", nil))
			break
		}
	}
}

func (r *reader) destinationNames(c *Config, key string, names []string) {
	known := namesOf(c.Destinations, Destination.name)
	r.names(key, names, known, func(name string) *message.Error {
		return message.New("option.value", "config.no_such_destination", offer(name, known))
	})
}

func (r *reader) calendarNames(c *Config, key string, names []string) {
	known := namesOf(c.Calendars, Calendar.name)
	r.names(key, names, known, func(name string) *message.Error {
		return message.New("option.value", "config.no_such_calendar", offer(name, known))
	})
}

func (r *reader) names(key string, names, known []string, unknown func(string) *message.Error) {
	for i, name := range names {
		switch {
		case name == "":
		case !slices.Contains(known, name):
			r.wrong(element(key, i), unknown(name))
		case slices.Contains(names[:i], name):
			r.wrong(element(key, i), message.New("option.value", "config.repeated", message.Args{"name": name}))
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
