package config

import (
	"slices"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// How much a notice matters.
const (
	Info     = "info"
	Warning  = "warning"
	Critical = "critical"
)

// Route is a way to tell somebody: [notify.NAME].
type Route struct {
	Name   string
	URL    Secret   // of a service, with its token: never in clear
	Levels []string // Info, Warning, Critical: what it is told
}

// Route is the route of that name, or an error that offers the nearest one.
func (c *Config) Route(name string) (Route, error) {
	return pick(c.Routes, name, Route.name, "config.no_such_route")
}

func (r Route) name() string { return r.Name }

func (t *table) routes() []Route {
	var all []Route
	for name, in := range t.named("notify") {
		in.Require("url", "levels")
		in.Filled("levels")
		all = append(all, Route{Name: name, URL: in.hiddenURL(), Levels: in.levels()})
		in.Close()
	}
	return all
}

// hiddenURL is the name of a secret. What else stands there is never repeated: it holds a token.
func (t *table) hiddenURL() Secret {
	value, ok := t.Get("url")
	if !ok {
		return ""
	}
	text, _ := value.(string)
	if !secretShape.MatchString(text) {
		t.Bad("url", message.New("option.value", "config.url_in_clear", nil))
		return ""
	}
	return Secret(text)
}

func (t *table) levels() []string {
	known := []string{Info, Warning, Critical}
	all := t.Texts("levels")
	written, _ := t.Values["levels"].([]any)
	for i, level := range all {
		_, isText := written[i].(string)
		switch {
		case !isText:
			// Told already.
		case level == "":
			t.BadElement("levels", i, message.New("option.value", "document.empty", nil))
		case !slices.Contains(known, level):
			t.BadElement("levels", i, message.New("option.value", "document.one_of", document.Offer(level, known)))
		case slices.Contains(all[:i], level):
			t.BadElement("levels", i, message.New("option.value", "document.repeated", message.Args{"name": level}))
		}
	}
	return all
}
