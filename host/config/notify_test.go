package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

const route = `
[notify.dono]
url = "secret:telegram-dono"
levels = ["critical"]
[notify.suporte]
url = "secret:mail"
levels = ["warning", "critical", "info"]
`

func TestRoutesAreReadInTheirOrder(t *testing.T) {
	c, err := build("djscript.toml", t.TempDir(), []byte(good+route), under, systems(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Route{
		{Name: "dono", URL: "secret:telegram-dono", Levels: []string{Critical}},
		{Name: "suporte", URL: "secret:mail", Levels: []string{Warning, Critical, Info}},
	}
	if diff := cmp.Diff(want, c.Routes); diff != "" {
		t.Error(diff)
	}
	if found, err := c.Route("suporte"); err != nil || found.URL.Name() != "mail" {
		t.Errorf("Route = %+v, %v", found, err)
	}
	_, err = c.Route("dona")
	if message.Code(err) != "option.value" || message.Hint(err) != "did you mean dono?" {
		t.Errorf("Route = %v, %q", err, message.Hint(err))
	}
}

func TestAMistakeInARouteIsTold(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`url = "secret:mail"`, ``, "notify.suporte.url: it is missing"},
		{`url = "secret:mail"`, `url = ""`, "notify.suporte.url: the url holds a token"},
		{`url = "secret:mail"`, `url = ["x"]`, "notify.suporte.url: the url holds a token"},
		{`url = "secret:mail"`, `url = 7 7`, "notify.suporte.url: the line of the url is not TOML"},
		{`levels = ["critical"]`, ``, "notify.dono.levels: it is missing"},
		{`levels = ["critical"]`, `levels = []`, "notify.dono.levels: the list is empty"},
		{`levels = ["critical"]`, `levels = [7]`, "notify.dono.levels: a text in quotes was expected"},
		{`levels = ["critical"]`, `levels = [""]`, "notify.dono.levels: it is blank"},
		{`levels = ["critical"]`, `levels = ["crítical"]`, "notify.dono.levels: crítical will not do"},
		{`levels = ["critical"]`, `levels = ["info", "info"]`, "notify.dono.levels: info appears twice"},
		{`levels = ["critical"]`, `levels = "info"`, "notify.dono.levels: a list of texts was expected"},
		{`levels = ["critical"]`, "levels = [\"info\"]\nlevel = 1", "notify.dono.level: there is no key level here"},
		{`[notify.dono]`, `[notify.Dono]`, "notify.Dono: the name Dono can not be used"},
	} {
		all := mistakesIn(t, good+strings.Replace(route, c.from, c.to, 1))
		if len(all) != 1 || !strings.Contains(all[0].Error(), c.want) || all[0].Line == 0 || all[0].Hint() == "" {
			t.Errorf("%s: %v, want %s", c.to, all, c.want)
		}
	}
}

func TestAURLInClearIsNeverRepeated(t *testing.T) {
	for _, line := range []string{
		`url = "telegram://hunter2@telegram?chats=1"`, `url = telegram://hunter2@telegram`, `url = ["hunter2"]`, `url = "hunter2`,
		`url = { hunter2 = 1 }`, `url = "hunt\er2"`, `url = hunter2 # "x"`,
	} {
		all := mistakesIn(t, good+strings.Replace(route, `url = "secret:mail"`, line, 1))
		if len(all) == 0 || strings.Contains(all.Error(), "hunt") {
			t.Errorf("%s: %v", line, all)
		}
	}
}
