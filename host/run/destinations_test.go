package run

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

func TestADriveIsItsDestinationWhereverItIsPluggedIn(t *testing.T) {
	s := newShop(t, drivenStore)
	if o := s.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true}); o.Err != nil {
		t.Fatal(o.Err)
	}
	s.plugged = []string{"mon"}
	s.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true})
	if left, _ := os.ReadDir(s.roots["mon"]); len(left) > 0 {
		t.Errorf("a rehearsal made %v", left)
	}
	if kept, _ := os.ReadDir(s.dir()); len(kept) > 0 {
		t.Errorf("a rehearsal remembers %v", kept)
	}
	o, code := s.evening(0, "mon")
	if code != ExitDone || len(s.lie[filepath.Join(s.roots["mon"], "Loja", "Copias")]) != 1 {
		t.Errorf("exit %d, %v, %v", code, o.Err, o.Degraded)
	}
	all, problems := s.Places(t.Context())
	if len(problems) > 0 || len(all) != 2 {
		t.Fatalf("%v %v", all, problems)
	}
	pen := all[1]
	pen.Away = nil
	want := copies.Destination{
		Name: "pendrive", Path: filepath.Join(s.roots["mon"], "Loja", "Copias"), Drive: mark("mon").ID, Slot: "mon", Removable: true,
		Recipients: []string{"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"},
	}
	if diff := cmp.Diff(want, pen.Destination, cmpopts.IgnoreUnexported(copies.Destination{})); diff != "" || pen.Today != "mon" {
		t.Errorf("today %q: %s", pen.Today, diff)
	}
	if local := all[0]; local.Removable || local.Recipients != nil || local.Path == "" {
		t.Errorf("the folder is %+v", local.Destination)
	}
}

func TestWhatIsOddAboutADriveIsSaidAndKeepsNoCopyFromBeingMade(t *testing.T) {
	for language, words := range map[string][3]string{
		message.Portuguese: {"hoje é terça-feira, e a unidade do destino pendrive que está em ", " é a de segunda-feira", "há 4 dias seguidos a unidade do destino pendrive é a mesma, AZUL (segunda-feira)"},
		message.English:    {"today is Tuesday, and the drive of the destination pendrive at ", " is the one of Monday", "for 4 days in a row the drive of the destination pendrive has been the same, AZUL (Monday)"},
	} {
		speak(t, language)
		s := newShop(t, drivenStore)
		if _, code := s.evening(0, "mon"); code != ExitDone || len(s.said) != 1 { // that it may be pulled out
			t.Errorf("exit %d, said %q", code, s.said)
		}
		if _, code := s.evening(1, "mon"); code != ExitDone || !s.heard(words[0]+s.roots["mon"]+words[1]) {
			t.Errorf("exit %d, said %q", code, s.said)
		}
		s.evening(2, "mon")
		if len(s.said) != 2 { // that it is another day's, and that it may be pulled out
			t.Errorf("three days of three are no more than the set has: %q", s.said)
		}
		if _, code := s.evening(3, "mon"); code != ExitDone || !s.heard(words[2]) || s.heard(words[0]) {
			t.Errorf("on a day without a drive: exit %d, said %q", code, s.said)
		}
		if _, code := s.evening(7, "wed", "mon"); code != ExitDone || s.ejected[0] != filepath.Base(s.roots["mon"]) || len(s.said) != 2+1 {
			t.Errorf("two at once: exit %d, said %q, %v", code, s.said, s.ejected)
		}
		if s.evening(8, "wed", "mon"); s.ejected[0] != filepath.Base(s.roots["wed"]) {
			t.Errorf("the one that waited longest is not taken: %v", s.ejected)
		}
	}
}

func TestADriveThatIsNotThereIsNamedAndDegrades(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	o, code := s.evening(2)
	if code != ExitDegraded || len(o.Degraded) != 1 || message.Code(o.Degraded[0]) != "drive.not_found" {
		t.Fatalf("exit %d, %v", code, o.Degraded)
	}
	if got := o.Degraded[0].Error(); !strings.Contains(got, "a unidade AZUL (quarta-feira) do destino pendrive não está conectada") || !strings.Contains(message.Hint(o.Degraded[0]), "conecte a unidade AZUL (quarta-feira)") {
		t.Errorf("it says %s; %s", got, message.Hint(o.Degraded[0]))
	}
	for _, state := range []string{drive.Clone, drive.Foreign, drive.ReadOnly} {
		s.state["tue"] = state
		if o, code := s.evening(2, "tue"); code != ExitDegraded || message.Code(o.Degraded[0]) != "drive."+state {
			t.Errorf("%s: exit %d, %v", state, code, o.Degraded)
		}
		if left, _ := os.ReadDir(s.roots["tue"]); len(left) > 0 {
			t.Errorf("%s: a folder was made: %v", state, left)
		}
		if _, code := s.evening(2, "tue", "wed"); code != ExitDone {
			t.Errorf("%s beside a right one: exit %d, %v", state, code, o.Degraded)
		}
	}
}

func TestALinkOnADriveLeadsNoCopyOffIt(t *testing.T) {
	s := newShop(t, drivenStore)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.roots["mon"], "Loja")); err != nil {
		t.Fatal(err)
	}
	if o, code := s.evening(0, "mon"); code != ExitDegraded || message.Code(o.Degraded[0]) != "drive.foreign" {
		t.Errorf("exit %d, %v", code, o.Degraded)
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 || len(s.ejected) > 0 {
		t.Errorf("it was followed: %v, ejected %v", left, s.ejected)
	}
}

func TestASetThatIsAwayTooLongFailsTheRunAfterItsCopies(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	var codes []int
	for day := 1; day <= 5; day++ {
		_, code := s.evening(day)
		codes = append(codes, code)
	}
	if diff := cmp.Diff([]int{3, 3, 3, 1, 1}, codes); diff != "" {
		t.Fatal(diff)
	}
	o, _ := s.evening(5)
	if got := o.Err.Error(); !strings.Contains(got, "nenhuma unidade do destino pendrive é vista desde 2026-11-02: é mais do que max_absent = 3d") || message.Code(o.Err) != "drive.not_found" {
		t.Errorf("it says %s", got)
	}
	if n := len(s.lie[s.Config.Destinations[0].Path]); n != 7 {
		t.Errorf("the folder got %d copies of 7", n)
	}
	// Any drive of the set ends it.
	if _, code := s.evening(6, "wed"); code != ExitDone {
		t.Errorf("exit %d when a drive is back", code)
	}
	if _, code := s.evening(7); code != ExitDegraded {
		t.Errorf("exit %d the day after", code)
	}
	// What does not want the set is not failed by it.
	s.put(t, "minha", job(`return #dj.copy.create { to = "local" }`))
	for day := 8; day < 20; day++ {
		if o, code := s.evening(day); code != ExitDone {
			t.Errorf("exit %d of a run without the set: %v", code, o.Err)
		}
	}
	// A clock that leaps and comes back accuses nobody.
	s = newShop(t, drivenStore)
	s.evening(0, "mon")
	for _, day := range []int{1, 300, 2, -4000, 3} {
		if _, code := s.evening(day); code != ExitDegraded {
			t.Errorf("exit %d on day %d", code, day)
		}
	}
	// Unproven copies are no witness.
	s = newShop(t, drivenStore)
	s.evening(0, "mon")
	s.bad = true
	for _, day := range []int{1, 5, 9} {
		if _, code := s.evening(day); code != ExitDegraded {
			t.Errorf("exit %d on day %d", code, day)
		}
	}
}

func TestASetThatWasNeverThereIsWaitedForSinceTheFirstRun(t *testing.T) {
	speak(t, message.English)
	s := newShop(t, drivenStore)
	var codes []int
	for day := range 6 {
		_, code := s.evening(day)
		codes = append(codes, code)
	}
	if diff := cmp.Diff([]int{3, 3, 3, 3, 1, 1}, codes); diff != "" {
		t.Error(diff)
	}
	if o, _ := s.evening(6); !strings.Contains(o.Err.Error(), "no drive of the destination pendrive was ever seen; it has been waited for since 2026-11-02") {
		t.Errorf("it says %v", o.Err)
	}
}

func TestDrivesOfASetThatAreAwayCountAsTheyWereSeen(t *testing.T) {
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	s.evening(1, "tue")
	s.evening(2, "tue")
	if err := os.MkdirAll(filepath.Join(s.roots["wed"], "Loja", "Copias"), 0o755); err != nil {
		t.Fatal(err)
	}
	away := func(plugged ...string) (map[string]string, []error) {
		s.plugged = plugged
		all, problems, err := s.Catalogue().List(t.Context(), copies.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, c := range all {
			for _, p := range c.Places {
				found[c.Seq+" "+p.Drive[:3]] = c.State + " " + p.State
			}
		}
		return found, problems
	}
	found, problems := away("tue") // what lies on it is no zip: the truth is that it is empty
	if diff := cmp.Diff(map[string]string{"1 MON": "verified offline"}, found); diff != "" || len(problems) > 0 {
		t.Errorf("%v: %s", problems, diff)
	}
	found, _ = away()
	want := map[string]string{"1 MON": "verified offline", "2 TUE": "verified offline", "3 TUE": "verified offline"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
	// What was seen when the drive was another destination's is none of this one's.
	file := func(slot string) string { return filepath.Join(s.dir(), awayFolder, mark(slot).ID+".json") }
	seen, err := os.ReadFile(file("tue"))
	if err == nil {
		err = os.WriteFile(file("tue"), bytes.Replace(seen, []byte(`"pendrive"`), []byte(`"cofre"`), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	found, _ = away()
	if diff := cmp.Diff(map[string]string{"1 MON": "verified offline"}, found); diff != "" {
		t.Error("of another destination:", diff)
	}
	if err := os.WriteFile(file("tue"), seen, 0o600); err != nil {
		t.Fatal(err)
	}
	// One that is lost or torn is told and no more.
	if err := os.WriteFile(file("mon"), []byte(`{"copies": [{"id":`), 0o600); err != nil {
		t.Fatal(err)
	}
	found, problems = away("wed")
	delete(want, "1 MON")
	if diff := cmp.Diff(want, found); diff != "" || len(problems) != 1 || !strings.Contains(problems[0].Error(), file("mon")) {
		t.Errorf("%v: %s", problems, diff)
	}
	if o, code := s.evening(3, "mon"); code != ExitDone {
		t.Errorf("exit %d: %v", code, o.Err)
	}
	if _, problems := away("wed"); len(problems) > 0 {
		t.Errorf("it was not mended: %v", problems)
	}
	s.state["mon"] = drive.Clone
	if found, _ := away("mon"); slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(key string) bool { return strings.HasSuffix(key, "MON") }) {
		t.Errorf("a clone counts: %v", found)
	}
}

// A copy may lie in the folder, on the drive that is there, and on another of the set, where it may be bad.
func TestOfADriveIsRememberedWhatLiesOnIt(t *testing.T) {
	s := newShop(t, drivenStore)
	on := func(slot, state string) copies.Place {
		return copies.Place{Destination: "pendrive", Drive: mark(slot).ID, State: state}
	}
	local := copies.Place{Destination: "local", State: copies.Present}
	all := []copies.Copy{
		{ID: "both", Places: []copies.Place{local, on("mon", copies.Present), on("tue", copies.Bad)}},
		{ID: "bad here", Places: []copies.Place{on("tue", copies.Offline), on("mon", copies.Bad)}},
		{ID: "missing here", Places: []copies.Place{local, on("mon", copies.Missing)}},
		{ID: "elsewhere", Places: []copies.Place{local, on("tue", copies.Bad)}},
	}
	if err := s.keepMember(Place{Destination: copies.Destination{Name: "pendrive", Drive: mark("mon").ID, Slot: "mon"}}, all); err != nil {
		t.Fatal(err)
	}
	var got member
	if err := s.recall(&got, awayFolder, mark("mon").ID); err != nil {
		t.Fatal(err)
	}
	want := member{Destination: "pendrive", Slot: "mon", Seen: got.Seen, Copies: []copies.Copy{
		{ID: "both", Places: []copies.Place{on("mon", copies.Present)}}, {ID: "bad here", Places: []copies.Place{on("mon", copies.Bad)}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADriveIsEjectedWhenTheRunHasEnded(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, drivenStore)
	const free = "a unidade AZUL do destino pendrive foi ejetada: pode remover"
	s.evening(0, "mon")
	if len(s.ejected) != 1 || !s.heard(free) {
		t.Errorf("ejected %v, said %q", s.ejected, s.said)
	}
	s.vetoes = message.New("drive.busy", "run.no_job", nil)
	if o, code := s.evening(0, "mon"); code != ExitDegraded || s.heard("pode remover") || !s.heard("não a retire ainda") || message.Hint(o.Degraded[0]) == "" {
		t.Errorf("exit %d, said %q", code, s.said)
	}
	s.vetoes, s.fails = nil, message.New("gbak.failed", "run.no_job", nil)
	if o, code := s.evening(0, "mon"); code != ExitFailed || len(s.ejected) != 1 || !s.heard(free) || message.Code(o.Err) != "gbak.failed" {
		t.Errorf("after a failure: exit %d, ejected %v, said %q", code, s.ejected, s.said)
	}
	s.vetoes = message.New("drive.busy", "run.no_job", nil)
	if o, code := s.evening(0, "mon"); code != ExitFailed || message.Code(o.Err) != "gbak.failed" {
		t.Errorf("a veto hides the failure: exit %d %v", code, o.Err)
	}
	s.vetoes, s.fails = nil, nil
	s.put(t, "minha", job(`dj.log.info("nada") return dj.copy.list()[1] == nil`))
	var before, after stay
	if err := s.recall(&before, staysFolder, "pendrive"); err != nil {
		t.Fatal(err)
	}
	if s.evening(1, "mon"); len(s.ejected) > 0 {
		t.Errorf("a run that makes no copies ejects %v", s.ejected)
	}
	if err := s.recall(&after, staysFolder, "pendrive"); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("a run that makes no copies notes %+v after %+v, %v", after, before, err)
	}
	s.put(t, "minha", job(`return #dj.copy.create { to = "local" }`))
	if s.evening(1, "mon"); len(s.ejected) > 0 {
		t.Errorf("no copy was meant for it, and it is ejected: %v", s.ejected)
	}
	s.put(t, "minha", job(`return #dj.copy.create { to = { "local", "pendrive" } }`))
	s.Config.Destinations[1].Eject = false
	if s.evening(1, "mon"); len(s.ejected) > 0 {
		t.Errorf("nobody asked for it: %v", s.ejected)
	}
	s.Config.Destinations[1].Eject = true
	s.ejected = nil
	s.plugged = []string{"mon"}
	if s.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true}); len(s.ejected) > 0 {
		t.Errorf("a rehearsal ejects %v", s.ejected)
	}
}

// What a script ejects by itself is out already when the run ends: that is what was wanted, and no trouble. What lies there
// was noted before.
func TestADriveThatTheScriptEjectedIsLeftAlone(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, strings.Replace(drivenStore, "grants = [", `grants = ["drive.write", `, 1))
	s.ejects = func(_ context.Context, d drive.Drive) error {
		if slices.Contains(s.ejected, filepath.Base(d.Path)) {
			return message.New("drive.not_found", "drive.none_plugged", nil)
		}
		s.ejected = append(s.ejected, filepath.Base(d.Path))
		return os.Rename(d.Path, d.Path+".out")
	}
	s.put(t, "minha", job(`dj.copy.create { to = { "local", "pendrive" } } dj.drive.eject("AZUL") return 1`))
	o, code := s.evening(0, "mon")
	if code != ExitDone || len(s.ejected) != 1 || !s.heard("ejetada: pode remover") {
		t.Errorf("exit %d, %v %v, ejected %v, said %q", code, o.Err, o.Degraded, s.ejected, s.said)
	}
	var kept stay
	if err := s.recall(&kept, staysFolder, "pendrive"); err != nil || !kept.Seen || kept.Drive != mark("mon").ID {
		t.Errorf("remembers %+v, %v", kept, err)
	}
	if err := os.Rename(s.roots["mon"]+".out", s.roots["mon"]); err != nil {
		t.Fatal(err)
	}
	s.put(t, "minha", job(`local ok = pcall(dj.drive.eject, "AZUL") dj.copy.create { to = { "local", "pendrive" } } return ok`))
	s.ejects = func(context.Context, drive.Drive) error { return message.New("drive.busy", "drive.held", nil) }
	if _, code := s.evening(0, "mon"); code != ExitDegraded || s.heard("pode remover") {
		t.Errorf("one that could not be ejected: exit %d, said %q", code, s.said)
	}
}

func TestACallIsAboutTheDestinationsThatItNamesOrAboutEach(t *testing.T) {
	for _, one := range []struct {
		name string
		args any
		want map[string]bool
	}{
		{"copy.create", &struct {
			To []string `lua:"to"`
		}{[]string{"local", "pendrive"}}, map[string]bool{"local": true, "pendrive": true}},
		{"copy.prune", &struct {
			Where string `lua:"where"`
		}{"local"}, map[string]bool{"local": true}},
		{"copy.prove", &struct {
			Copy string `lua:"copy"`
		}{"12"}, map[string]bool{"": true}},
		{"notify", nil, nil},
	} {
		r := &running{}
		if r.means(&lua.Call{Func: lua.Func{Name: one.name}, Args: one.args}); !maps.Equal(r.meant, one.want) {
			t.Errorf("%s is about %v, want %v", one.name, r.meant, one.want)
		}
	}
}

func TestAMemoryOfDrivesThatIsBrokenIsToldAndBeginsAnew(t *testing.T) {
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	path := filepath.Join(s.dir(), staysFolder, "pendrive.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, code := s.evening(1, "tue"); code != ExitDone || !s.heard(path) {
		t.Errorf("exit %d, said %q", code, s.said)
	}
	if _, code := s.evening(2, "wed"); code != ExitDone || s.heard(path) {
		t.Errorf("exit %d, said %q", code, s.said)
	}
}

func TestAFolderOfTheNetworkIsMountedByTheSystem(t *testing.T) {
	s := newShop(t, strings.Replace(drivenStore, "[encryption]", "[destination.rede]\npath = '\\\\servidor\\copias'\nuser = \"b\"\npassword = \"secret:rede\"\n[encryption]", 1))
	all, _ := s.Places(t.Context())
	if err := all[2].There(); message.Code(err) != "secret.missing" || all[2].Path != "" {
		t.Errorf("without its password: %v", err)
	}
	s.Config.Destinations[2].User = ""
	all, _ = s.Places(t.Context())
	if err := all[2].There(); message.Code(err) != "drive.not_found" || !strings.Contains(message.Hint(err), "fstab") {
		t.Errorf("told %v; %s", err, message.Hint(err))
	}
}
