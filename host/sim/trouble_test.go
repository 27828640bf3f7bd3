package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

func TestAFaultIsReadAsAPersonWritesIt(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]trouble{
		"off:45d":                    {text: "off:45d", kind: "off", span: 45 * day},
		"failing:2w@120":             {text: "failing:2w", kind: "failing", span: 14 * day, day: 120},
		"bad:1y":                     {text: "bad:1y", kind: "bad", span: 365 * day},
		"clock:-10y":                 {text: "clock:-10y", kind: "clock", shift: -3650 * day},
		"clock:9y":                   {text: "clock:9y", kind: "clock", shift: 9 * 365 * day},
		"clock:+9y/5d@3":             {text: "clock:+9y/5d", kind: "clock", shift: 9 * 365 * day, span: 5 * day, day: 3},
		"clock:2015-01-01/10d":       {text: "clock:2015-01-01/10d", kind: "clock", date: "2015-01-01", span: 10 * day},
		"stamp:+9y":                  {text: "stamp:+9y", kind: "stamp", shift: 9 * 365 * day},
		"manual:60":                  {text: "manual:60", kind: "manual", runs: 60},
		"full@300":                   {text: "full", kind: "full", day: 300},
		"zone:America/Sao_Paulo@500": {text: "zone:America/Sao_Paulo", kind: "zone", zone: "America/Sao_Paulo", day: 500},
		"absent:pen_drive2:30d":      {text: "absent:pen_drive2:30d", kind: "absent", name: "pen_drive2", span: 30 * day},
	} {
		if got, err := troubleOf(text); err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestWhatIsNoFaultIsToldWithTheKnownOnes(t *testing.T) {
	for text, near := range map[string]string{
		"": "off:45d", "of:45d": "full", "@3": "absent:pendrive:30d", "OFF:45d": "off:45d",
		"off": "off:45d@120", "off:": "off:45d", "off:45": "off:45d", "off:-3d": "off:45d", "off:0d": "off:45d", "off:45d:": "off:45d", "off:45d@": "off:45d@120",
		"off:45d@0": "off:45d@120", "off:45d@-1": "off:45d@120", "off:45d@x": "off:45d@120", "off:45d@99999999999999999999": "off:45d@120",
		"off:99999y": "off:45d", "off:600y": "off:45d", "off:31300w": "off:45d", "clock:+600y": "clock:-10y", "stamp:-600y": "stamp:+9y",
		"full:3d": "full@120", "full:": "full@120", "manual:0": "manual:60", "manual:-1": "manual:60", "clock:0d": "clock:-10y",
		"clock:2015-13-01": "clock:2015-01-01/10d", "clock:+9y/0d": "clock:+9y/5d", "stamp:+9y/5d": "stamp:+9y", "absent:30d": "absent:pendrive:30d",
		"zone": "zone:America/Manaus@120", "zone:": "zone:America/Manaus", "zone:/etc": "zone:America/Manaus", "zone:../x": "zone:America/Manaus",
	} {
		_, err := troubleOf(text)
		if message.Code(err) != "option.value" || !strings.Contains(message.Hint(err), near) {
			t.Errorf("%q: %v (%s)", text, err, message.Hint(err))
		}
	}
}

func FuzzFault(f *testing.F) {
	for _, text := range Faults {
		f.Add(text + "@120")
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := troubleOf(text)
		if err != nil {
			if message.Code(err) != "option.value" || message.Hint(err) == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if got.span < 0 || got.span > longest || got.shift.Abs() > longest || got.day < 0 || got.runs < 0 || troubleShapes[got.kind] == nil {
			t.Fatalf("%q is %+v", text, got)
		}
		begins, _ := got.turns()
		if begins == nil {
			t.Fatalf("%q begins with nothing", text)
		}
		again, err := troubleOf(text)
		if err != nil || again != got {
			t.Fatalf("%q is %+v and %+v", text, got, again)
		}
	})
}
