package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const routes = `[notify.dono]
url = "secret:telegram-dono"
levels = ["critical"]
[notify.suporte]
url = "secret:mail"
levels = ["warning", "critical"]
`

func TestNotifyTellsWhatAServiceSaysAndShowsNoAddress(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer server.Close()
	d := newDesk(t)
	d.write("djscript.toml", sound+routes)
	d.run("generic://"+server.Listener.Addr().String()+"/hunter2?disabletls=yes", "secret", "set", "telegram-dono").wants(t, 0)
	d.run("", "notify", "test", "dono").wants(t, 0, "the test notice to dono was taken")
	var sent struct {
		Route string
		Sent  bool
	}
	if d.run("", "notify", "test", "dono", "--json").json(t, &sent); sent.Route != "dono" || !sent.Sent {
		t.Errorf("told %+v", sent)
	}
	for answered, want := range map[int]string{401: "does not take the token", 404: "refused the notice", 503: "does not answer"} {
		status = answered
		refused := d.run("", "notify", "test", "dono")
		refused.wants(t, 1, want, "secret telegram-dono", "→ ", "generic")
		if strings.Contains(refused.out+refused.err, "hunter2") {
			t.Errorf("shown in %s%s", refused.out, refused.err)
		}
	}
	d.run("", "notify", "test", "suporte").wants(t, 2, "djscript secret set mail")
	d.run("", "notify", "test", "dona").wants(t, 2, "did you mean dono?")
	d.run("no address", "secret", "set", "mail").wants(t, 0)
	d.run("", "notify", "test", "suporte").wants(t, 1, "of no service", "telegram://TOKEN@telegram?chats=ID")
}

func TestNotifyListShowsTheRoutesAndWhatWaits(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.run("", "notify", "list").wants(t, 0, "nobody is told")
	d.write("djscript.toml", sound+routes)
	d.run("x", "secret", "set", "mail").wants(t, 0)
	d.write(".djscript/outbox/20261121T100000.000000000-0123456789abcdef.json",
		`{"route":"suporte","level":"warning","title":"olhe","queued":"2026-11-21T10:00:00Z","tries":2,"next":"2026-11-21T10:02:00Z"}`)
	d.run("", "notify", "list").wants(t, 0, "dono     critical           telegram-dono (not set)  0", "suporte  warning, critical  mail                     1",
		"2026-11-21 07:00  suporte  2      2026-11-21 07:02  olhe")
	var told struct {
		Routes  []routeRow
		Waiting []struct{ Route, Title string }
	}
	d.run("", "notify", "list", "--json").json(t, &told)
	if len(told.Routes) != 2 || told.Routes[0].Set || !told.Routes[1].Set || told.Routes[1].Waiting != 1 || len(told.Waiting) != 1 || told.Waiting[0].Title != "olhe" {
		t.Errorf("told %+v", told)
	}
}
