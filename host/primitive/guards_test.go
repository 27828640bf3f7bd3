package primitive

import (
	"testing"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

func TestTheGuardsAreToldInOneLineWithTheirCounts(t *testing.T) {
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	if err := message.SetLanguage(message.Portuguese); err != nil {
		t.Fatal(err)
	}
	extra, bad := retention.Reason{Key: "retention.other_class", Args: message.Args{"class": "extra"}}, retention.Reason{Key: "retention.bad"}
	r := &Rotation{Plan: retention.Plan{
		Keep:   map[string][]retention.Reason{"1": {extra}, "2": {extra, bad}, "3": {{Key: "retention.newest"}}},
		Guards: []retention.Reason{extra, bad},
	}}
	want := "esta política não apaga cópias da classe extra (2 cópias); está com defeito, e fica até uma pessoa a examinar (1 cópia)"
	if got := r.guarded(); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := (&Rotation{}).guarded(); got != "" {
		t.Errorf("no guard is told as %q", got)
	}
}
