package run

import (
	"context"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// port is one enrolled drive, plugged in.
type port struct {
	primitive.Drives
	typed []string
}

func (p *port) List(context.Context) ([]drive.Drive, error) {
	return []drive.Drive{{Path: "/pen", Label: "AZUL", Removable: true, Name: "AZUL", Enrolled: strings.Repeat("A", 26)}}, nil
}

func (p *port) PlanWipe(context.Context, string, drive.Drive) (copies.Wipe, error) {
	return copies.Wipe{Destination: "local", Word: "AZUL", Hash: "h", Drop: []copies.Wiped{{ID: "01J00000000000000000000001", Seq: "1", Name: "1.zip", Bytes: 5}}}, nil
}

func (p *port) Wipe(_ context.Context, where string, d drive.Drive, hash, typed string) ([]copies.Copy, error) {
	p.typed = append(p.typed, where+" "+d.Name+" "+hash+" "+typed)
	return []copies.Copy{{ID: "01J00000000000000000000001"}}, nil
}

// ported is a world with that drive.
type ported struct {
	shelved
	*port
}

func (w ported) Engines(ctx context.Context) (*Engines, error) {
	e, err := w.shelved.Engines(ctx)
	e.Drives = w.port
	e.Destinations[0].Drive = strings.Repeat("A", 26)
	return e, err
}

// W-10: from the cron table it is refused, whatever was confirmed beforehand; by hand, the person types the label.
func TestW10NobodyButAPersonHasADriveWiped(t *testing.T) {
	for name, c := range map[string]struct {
		request Request
		answer  bool
		want    string // code
	}{
		"cron":            {Request{Trigger: "cron"}, true, "confirm.refused"},
		"cron, confirmed": {Request{Trigger: "cron", Yes: []string{"wipe-local"}}, true, "confirm.refused"},
		"catch-up":        {Request{Trigger: "catch_up"}, true, "confirm.refused"},
		"another word":    {Request{Trigger: "manual"}, false, "confirm.refused"},
		"the label":       {Request{Trigger: "manual"}, true, ""},
		"approved once":   {Request{Trigger: "manual", Yes: []string{"wipe-local"}}, false, ""},
		"a dry run":       {Request{Trigger: "manual", Dry: true}, false, ""},
	} {
		h, s := rotating(t, "")
		p := &port{}
		h.World = ported{shelved{shelf: s}, p}
		h.Config.Scripts["minha"] = config.Script{Grants: &[]string{"drive.read", "drive.destroy"}}
		h.Ask = func(_ context.Context, q primitive.Question) (bool, error) {
			if q.Word != "AZUL" || !q.Danger {
				t.Errorf("%s: asked %+v", name, q)
			}
			return c.answer, nil
		}
		h.put(t, "minha", job(`dj.drive.wipe("AZUL")`))
		c.request.Target = "minha"
		o := h.Run(t.Context(), c.request)
		if got := message.Code(o.Err); got != c.want {
			t.Errorf("%s: %v", name, o.Err)
		}
		if done := len(p.typed); done != 0 && (c.want != "" || c.request.Dry) || done == 0 && c.want == "" && !c.request.Dry {
			t.Errorf("%s: wiped %q", name, p.typed)
		}
	}
}

func TestAWipeHoldsTheStoresOwnFloorAndItsDays(t *testing.T) {
	s := newShop(t, drivenStore)
	s.Config.Destinations[1].Keep = &config.Keep{Policies: []config.Policy{{Last: 1, Min: 5}}}
	w := drives{s.Host, s.places(t.Context()), s.Catalogue()}.wiping("pendrive", drive.Drive{})
	if w.Floor != 5 || w.Day == nil || w.Day(monday) != "2026-11-02" {
		t.Errorf("%+v", w)
	}
}
