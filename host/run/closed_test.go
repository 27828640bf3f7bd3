package run

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// doors is a store whose databases can only be closed and opened.
type doors struct {
	disk
	door *door
}

func (w doors) Engines(context.Context) (*Engines, error) {
	at := firebird.Database{Server: "novo:3050", Path: "/novo/loja.fdb", User: "SYSDBA"}
	return &Engines{Firebird: w.door, Databases: []copies.Database{{Name: "loja", At: at}}, Mask: func(text string) string { return text }}, nil
}

// door keeps what was done to it.
type door struct {
	primitive.Firebird
	did   []string
	kept  func() string
	fails error // to open it
}

func (d *door) CloseDatabase(_ context.Context, one copies.Database, _ firebird.Closing) error {
	d.did = append(d.did, "close "+one.At.Path+" "+d.kept())
	return nil
}

func (d *door) OpenDatabase(_ context.Context, one copies.Database) error {
	d.did = append(d.did, "open "+one.At.Server+" "+one.At.Path)
	return d.fails
}

func doored(t *testing.T) (*Host, *door) {
	t.Helper()
	h := desk(t)
	d := &door{kept: func() string { return h.keptIn(t, closedFile) }}
	h.World = doors{disk{h}, d}
	all := Powers().Names()
	h.Config.Scripts = map[string]config.Script{"caixa": {Grants: &all}}
	h.put(t, "caixa", job(`return 1`))
	return h, d
}

// alone runs a job of this body.
func (h *Host) alone(t *testing.T, body string) *Outcome {
	t.Helper()
	h.put(t, "caixa", job(body))
	return h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual"})
}

// The note is there before the database is closed, and goes when it is open.
func TestADatabaseIsNotedBeforeItIsClosed(t *testing.T) {
	h, d := doored(t)
	if o := h.alone(t, `dj.db.exclusive(function() end)`); o.Err != nil {
		t.Fatal(o.Err)
	}
	if len(d.did) != 2 || !strings.Contains(d.did[0], `"path":"/novo/loja.fdb"`) || !strings.Contains(d.did[0], `"script":"caixa"`) || d.did[1] != "open novo:3050 /novo/loja.fdb" {
		t.Errorf("did %q", d.did)
	}
	if left := h.keptIn(t, closedFile); left != "{}" {
		t.Errorf("left %s", left)
	}
}

// What can not be opened is told, whatever the script makes of it, and stays noted for the next run.
func TestWhatStaysClosedIsToldAndTriedAgain(t *testing.T) {
	h, d := doored(t)
	d.fails = message.Wrap(errors.New("no server"), "db.closed", "firebird.stays_closed", nil)
	o := h.alone(t, `pcall(dj.db.exclusive, function() dj.fail("a.b", "c") end)`)
	if ExitCode(o) != ExitDegraded || message.Code(o.Degraded[0]) != "db.closed" {
		t.Errorf("%+v", o)
	}
	if o := h.alone(t, `return 1`); len(o.Degraded) != 1 || !strings.Contains(h.keptIn(t, closedFile), `"script":"caixa"`) {
		t.Errorf("%+v, noted is %s", o, h.keptIn(t, closedFile))
	}
	if o := h.alone(t, `dj.db.exclusive(function() end)`); message.Code(o.Err) != "db.closed" || len(o.Degraded) != 2 {
		t.Errorf("%+v", o)
	}
	d.fails, d.did = nil, nil
	if o := h.alone(t, `return 1`); o.Err != nil || len(o.Degraded) > 0 {
		t.Errorf("%+v", o)
	}
	if len(d.did) != 1 || h.keptIn(t, closedFile) != "{}" {
		t.Errorf("did %q, left %s", d.did, h.keptIn(t, closedFile))
	}
}

// It lay elsewhere when it was closed; who may open it djscript.toml says.
func TestWhatADeadRunClosedIsOpenedWhereItLay(t *testing.T) {
	h, d := doored(t)
	note := `{"loja": {"at": "2026-11-21T14:05:00-03:00", "run": "01X", "script": "fechar", "job": "ano", "server": "velho:3050", "path": "/velho.fdb"}}`
	if err := (disk{h}).Remember(closedFile, []byte(note)); err != nil {
		t.Fatal(err)
	}
	if o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual", Dry: true}); len(d.did) > 0 {
		t.Errorf("a rehearsal did %q: %+v", d.did, o)
	}
	held, err := h.Take(t.Context(), closedLock("loja"), "another", 0)
	if err != nil {
		t.Fatal(err)
	}
	if o := h.alone(t, `return 1`); o.Err != nil || len(o.Degraded) > 0 || len(d.did) > 0 {
		t.Errorf("of a run that lives: %q, %v", d.did, o.Err)
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	var said []string
	h.Watch = func(e Event) {
		if e.Kind == "log" {
			said = append(said, e.Text)
		}
	}
	if o := h.alone(t, `return 1`); o.Err != nil || len(o.Degraded) > 0 {
		t.Errorf("%+v", o)
	}
	if len(d.did) != 1 || d.did[0] != "open velho:3050 /velho.fdb" || len(said) != 1 || !strings.Contains(said[0], "fechar:ano") || !strings.Contains(said[0], "14:05") {
		t.Errorf("did %q, said %q", d.did, said)
	}
	if o := h.alone(t, `return 1`); o.Err != nil || len(d.did) != 1 {
		t.Errorf("again: %q, %v", d.did, o.Err)
	}
}

func TestWhatCanNotBeOpenedByAnybodyIsTold(t *testing.T) {
	for note, code := range map[string]string{
		`{"outro": {"server": "velho:3050", "path": "/velho.fdb"}}`: "db.closed",
		`{"loja": 7}`: "state.bad",
		`nothing`:     "state.bad",
	} {
		h, d := doored(t)
		if err := (disk{h}).Remember(closedFile, []byte(note)); err != nil {
			t.Fatal(err)
		}
		o := h.alone(t, `return 1`)
		if o.Err != nil || len(o.Degraded) != 1 || message.Code(o.Degraded[0]) != code || len(d.did) > 0 {
			t.Errorf("%s: %+v, did %q", note, o, d.did)
		}
		text, err := (disk{h}).Recall(closedFile)
		if err != nil || string(text) != note {
			t.Errorf("%s became %s, %v", note, text, err)
		}
	}
}

// Two runs can not have a database at once.
func TestAnotherRunHasTheDatabase(t *testing.T) {
	h, d := doored(t)
	held, err := h.Take(t.Context(), closedLock("loja"), "another", 0)
	if err != nil {
		t.Fatal(err)
	}
	if o := h.alone(t, `dj.db.exclusive(function() end)`); message.Code(o.Err) != "lock.timeout" || ExitCode(o) != ExitBusy || len(d.did) > 0 {
		t.Errorf("%+v, did %q", o, d.did)
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	if o := h.alone(t, `dj.db.exclusive(function() end)`); o.Err != nil {
		t.Error(o.Err)
	}
}
