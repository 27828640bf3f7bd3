package drive

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

func someMark(id, slot string) Mark {
	return Mark{
		ID: strings.Repeat(id, 26), Name: "AZUL", Store: "loja", Destination: "pendrive", Slot: slot, Created: "2026-03-02T08:00:00-03:00",
	}
}

// plugged is a drive with a mark of the store, as it is seen on the hardware that it was enrolled on.
func plugged(path, id, slot string, change ...func(*Facts)) Facts {
	m := someMark(id, slot)
	m.Hardware = Hardware{Serial: id + id + id + id + "-0000", Device: "4C53" + id, Total: 8 << 30}
	f := Facts{Drive: Drive{Path: path, Label: "DJ-BACKUP", Filesystem: "exFAT", Removable: true}, Mark: &m, Hardware: m.Hardware}
	for _, c := range change {
		c(&f)
	}
	return f
}

func otherHardware(f *Facts) {
	f.Hardware = Hardware{Serial: "9999-9999", Device: "77AA99BB", Total: 8 << 30}
}
func noSerial(f *Facts)    { f.Hardware.Device = "" }
func readOnlyNow(f *Facts) { f.Drive.State = ReadOnly }
func otherStore(f *Facts)  { f.Mark.Store = "outra" }
func otherPlace(f *Facts)  { f.Mark.Destination = "externo" }
func bare(f *Facts)        { f.Mark = nil }
func lockedNow(f *Facts) {
	f.Mark, f.Drive.State, f.Drive.Label, f.Hardware.Serial = nil, Locked, "", ""
}
func spoilt(f *Facts) {
	f.Mark, f.Err = nil, message.New("drive.foreign", "drive.linked", message.Args{"path": f.Drive.Path})
}

func TestWhichPluggedDriveIsWhich(t *testing.T) {
	enrolled, labelled := Spec{Enrolled: "AZUL", Destination: "pendrive"}, Spec{Label: "DJ-BACKUP", Destination: "pendrive"}
	set := Spec{Enrolled: "AZUL", Destination: "pendrive", Set: []string{"mon", "wed", "fri"}}
	known := func(f ...Facts) *Known {
		k := &Known{Drives: map[string]Member{}, changed: map[string]bool{}}
		for i, f := range f {
			day := fmt.Sprintf("2026-03-0%d", i+2)
			k.Remember(*f.Mark, time.Date(2026, 3, i+2, 22, 0, 0, 0, time.UTC), day)
		}
		return k
	}
	for name, c := range map[string]struct {
		known   *Known
		plugged []Facts
		spec    Spec
		want    string // "slot:path state", in order
		pick    string // path or code, asked for "wed"
	}{
		"the one":             {known(), []Facts{plugged("E:", "A", "")}, enrolled, ":E: ok", "E:"},
		"by its id":           {known(), []Facts{plugged("E:", "A", "")}, Spec{Enrolled: strings.Repeat("A", 26), Destination: "pendrive"}, ":E: ok", "E:"},
		"another letter":      {known(plugged("E:", "A", "")), []Facts{plugged("G:", "A", "")}, enrolled, ":G: ok", "G:"},
		"no serial number":    {known(plugged("E:", "A", "", noSerial)), []Facts{plugged("E:", "A", "", noSerial)}, enrolled, ":E: ok", "E:"},
		"nothing plugged":     {known(), nil, enrolled, ": absent", "drive.not_found"},
		"others plugged":      {known(), []Facts{plugged("E:", "A", "", bare), plugged("F:", "B", "", otherPlace, func(f *Facts) { f.Mark.Name = "VERDE" })}, enrolled, ": absent", "drive.not_found"},
		"copied files":        {known(), []Facts{plugged("E:", "A", "", otherHardware)}, enrolled, ":E: clone", "drive.clone"},
		"copied and true":     {known(plugged("E:", "A", "")), []Facts{plugged("E:", "A", "", otherHardware), plugged("F:", "A", "")}, enrolled, ":E: clone,:F: ok", "F:"},
		"two of one id":       {known(), []Facts{plugged("E:", "A", "", noSerial), plugged("F:", "A", "", noSerial)}, enrolled, ":E: clone,:F: clone", "drive.clone"},
		"memory over mark":    {known(plugged("E:", "A", "")), []Facts{plugged("E:", "A", "", otherHardware, func(f *Facts) { f.Mark.Hardware = f.Hardware })}, enrolled, ":E: clone", "drive.clone"},
		"read only":           {known(), []Facts{plugged("E:", "A", "", readOnlyNow)}, enrolled, ":E: read_only", "drive.read_only"},
		"another store":       {known(), []Facts{plugged("E:", "A", "", otherStore)}, enrolled, ":E: foreign", "drive.foreign"},
		"another destination": {known(), []Facts{plugged("E:", "A", "", otherPlace)}, enrolled, ":E: foreign", "drive.foreign"},
		"locked, remembered":  {known(plugged("E:", "A", "wed")), []Facts{plugged("E:", "A", "wed", lockedNow)}, set, "mon: absent,wed:E: locked,fri: absent", "drive.locked"},
		"locked, unknown":     {known(), []Facts{plugged("E:", "A", "", lockedNow)}, enrolled, ":E: locked", "drive.locked"},
		"a planted link":      {known(), []Facts{plugged("E:", "A", "", spoilt)}, labelled, ":E: foreign", "drive.foreign"},
		"by label":            {known(), []Facts{plugged("E:", "A", "", bare)}, labelled, ":E: ok", "E:"},
		"one label, three":    {known(), []Facts{plugged("E:", "A", "", bare), plugged("F:", "B", "", bare), plugged("G:", "C", "", bare)}, labelled, ":E: clone,:F: clone,:G: clone", "drive.clone"},
		"three, one enrolled": {known(), []Facts{plugged("E:", "A", "", bare), plugged("F:", "B", ""), plugged("G:", "C", "", bare)}, labelled, ":F: ok", "F:"},
		"label, foreign":      {known(), []Facts{plugged("E:", "A", "", otherStore)}, labelled, ":E: foreign", "drive.foreign"},
		"label, absent":       {known(), []Facts{plugged("E:", "A", "", bare, func(f *Facts) { f.Drive.Label = "OUTRA" })}, labelled, ": absent", "drive.not_found"},
		"the day's":           {known(), []Facts{plugged("E:", "A", "mon"), plugged("F:", "B", "wed")}, set, "mon:E: ok,wed:F: ok,fri: absent", "F:"},
		"the wrong day's":     {known(), []Facts{plugged("E:", "A", "fri")}, set, "mon: absent,wed: absent,fri:E: ok", "E:"},
		"who waited longest":  {known(plugged("E:", "A", "mon"), plugged("F:", "B", "fri")), []Facts{plugged("E:", "B", "fri"), plugged("F:", "A", "mon")}, set, "mon:F: ok,wed: absent,fri:E: ok", "F:"},
		"not of the set":      {known(), []Facts{plugged("E:", "A", "sun")}, set, ":E: foreign", ""},
	} {
		got := decide("loja", c.known, c.plugged, c.spec)
		var told []string
		for _, s := range got {
			told = append(told, s.Slot+":"+s.Drive.Path+" "+s.State)
			if (s.State == OK) != (s.Err == nil) || s.State != OK && message.Code(s.Err) == "" {
				t.Errorf("%s: %s is told as %v", name, s.State, s.Err)
			}
		}
		if name == "not of the set" {
			if message.Code(got[0].Err) != "drive.foreign" || len(got) != 4 {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		if text := strings.Join(told, ","); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
		picked, err := Pick(got, "wed")
		if said := picked.Drive.Path + message.Code(err); said != c.pick {
			t.Errorf("%s: picked %q, want %q", name, said, c.pick)
		}
	}
}

func TestAListTellsWhatEachDriveIsAndWhatSpeaksAgainstIt(t *testing.T) {
	known := &Known{Drives: map[string]Member{}, changed: map[string]bool{}}
	known.Remember(*plugged("E:", "A", "wed").Mark, time.Date(2026, 3, 2, 22, 0, 0, 0, time.UTC), "2026-03-02")
	here := plugged("E:", "A", "wed")
	for name, c := range map[string]struct {
		plugged []Facts
		want    string // "path name slot state", in order
	}{
		"as it was":      {[]Facts{here}, "E: AZUL wed "},
		"never enrolled": {[]Facts{plugged("E:", "A", "", bare)}, "E:   "},
		"copied files":   {[]Facts{plugged("E:", "A", "wed", otherHardware)}, "E: AZUL wed clone"},
		"another store":  {[]Facts{plugged("E:", "A", "wed", otherStore)}, "E: AZUL wed foreign"},
		"a planted link": {[]Facts{plugged("E:", "A", "", spoilt)}, "E:   foreign"},
		"twice":          {[]Facts{here, plugged("F:", "A", "wed"), plugged("G:", "B", "", bare)}, "E: AZUL wed clone,F: AZUL wed clone,G:   "},
		"and a clone":    {[]Facts{here, plugged("F:", "A", "wed", otherHardware)}, "E: AZUL wed ,F: AZUL wed clone"},
		"and a stranger": {[]Facts{here, plugged("F:", "A", "wed", otherStore)}, "E: AZUL wed ,F: AZUL wed foreign"},
	} {
		var got []string
		for _, d := range Named("loja", known, c.plugged) {
			got = append(got, strings.Join([]string{d.Path, d.Name, d.Set, d.State}, " "))
		}
		if text := strings.Join(got, ","); text != c.want {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
}

func TestAnAbsentDriveSaysWhenItWasLastSeen(t *testing.T) {
	k := &Known{Drives: map[string]Member{}, changed: map[string]bool{}}
	k.Remember(someMark("A", "wed"), time.Date(2026, 3, 4, 22, 0, 0, 0, time.UTC), "2026-03-04")
	got := decide("loja", k, nil, Spec{Enrolled: "AZUL", Destination: "pendrive", Set: []string{"wed", "fri"}})
	if len(got) != 2 || got[0].Day != "2026-03-04" || got[0].Mark.ID == "" || !strings.Contains(got[0].Err.Error(), "2026-03-04") || got[1].Day != "" {
		t.Fatalf("%+v", got)
	}
	if hint := message.Hint(got[1].Err); !strings.Contains(hint, "--set fri") {
		t.Errorf("the hint of a place without a drive is %q", hint)
	}
	if _, err := Pick(nil, ""); message.Code(err) != "drive.not_found" {
		t.Errorf("nothing to pick: %v", err)
	}
}
