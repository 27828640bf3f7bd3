package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

const twoPlaces = "[destination.local]\npath = \"@/local\"\nkeep = { daily = 7, weekly = 4, monthly = 12 }\n[destination.rede]\npath = \"@/rede\"\n"

// plans is what `copies plan --json` tells.
type plans struct {
	Destinations []outlook
	Errors       []failure
}

// of are the copies with that fate at the first destination, oldest first.
func (o plans) of(what string) string {
	var all []string
	for _, f := range slices.Backward(o.Destinations[0].Copies) {
		if f.Fate == what {
			all = append(all, f.Seq)
		}
	}
	return strings.Join(all, " ")
}

func (s *shelf) planned(args ...string) plans {
	s.t.Helper()
	var got plans
	s.run("", append([]string{"copies", "plan", "--json"}, args...)...).json(s.t, &got)
	return got
}

func TestAPlanTellsOfEachCopyWhatBecomesOfItWhyAndWhen(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20") // 18 working days: 1 to 18
	before := files(t, s.dir)
	s.run("", "copies", "plan").wants(t, 0, "local:", "copy  day         database  class    state   plan        goes about  because",
		"18    2026-11-20  loja      routine  proven  stays       2026-11-28  it is the newest proven copy",
		"1     2026-10-31  loja      routine  proven  stays       2027-10-01  it is the last proven copy of October 2026",
		"2     2026-11-02  loja      routine  proven  goes now    now         no rule keeps it any more, and there are 16 newer proven copies")
	s.run("", "copies", "plan", "--lang", "pt-BR").wants(t, 0, "7      07/11/2026  loja   rotina  provada  fica        30/11/2026        é a última cópia provada da semana de 02/11/2026")
	if after := files(t, s.dir); !slices.Equal(before, after) {
		t.Errorf("looking left %v, before it was %v", after, before)
	}
	got := s.planned()
	if len(got.Destinations) != 1 || len(got.Errors) > 0 || got.of("keep") != "1 7 12 13 14 15 16 17 18" || got.of("drop") != "2 3 4" || got.of("later") != "5 6 8 9 10 11" {
		t.Errorf("keeps %s, drops %s, later %s; %v", got.of("keep"), got.of("drop"), got.of("later"), got.Errors)
	}
	for _, f := range got.Destinations[0].Copies {
		if len(f.Reasons) == 0 || f.Day == "" || f.Database != "loja" || f.Bytes == 0 || f.Fate == "later" && f.Goes == "" {
			t.Errorf("a copy is not whole: %+v", f)
		}
	}
	if len(s.planned("rede", "--policy", "last=1").Destinations) != 1 {
		t.Error("a destination without rotation has no plan by other rules")
	}
	s.run("", "copies", "plan", "rede").wants(t, 2, "nothing says which copies stay at rede")
	s.run("", "copies", "plan", "redde").wants(t, 2, `did you mean "rede"?`)
}

// files are all names below a folder, but for the folder of locks and journals, which looking may make.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && path != filepath.Join(dir, ".djscript") {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOtherRulesAreTriedAndChangeNothing(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	for policy, want := range map[string]string{
		"daily=30":                "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
		"last=3; weekly=2":        "13 16 17 18",
		"class=closing monthly=1": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
		"weekdays=sex min=5 ":     "14 15 16 17 18",
		"minha:primeira":          "1 16 17 18",
	} {
		s.write("scripts/minha.lua", `return dj.script { name = "minha", policies = { primeira = function(copies) return { [copies[#copies].id] = { "a primeira" } } end } }`)
		if got := s.planned("--policy", policy); got.of("keep") != want {
			t.Errorf("%s keeps %s, want %s; %v", policy, got.of("keep"), want, got.Errors)
		}
	}
	s.run("", "copies", "plan", "--policy", "minha:primeira").wants(t, 0, "a primeira")
	s.run("", "copies", "plan", "--policy", "dialy=7 weekly=x; monthly=-1", "--days", "-1").wants(t, 2, "daily=", `"weekly=x"`, `"monthly=-1"`, "--days can not be -1")
	for policy, want := range map[string]string{
		"": "", "daily=0": "has no rule", "daily=7 weekly": "the value of weekly is missing", "daily=7 daily=8": "daily is written twice", "diario=7": "did you mean daily=", "daily=-1": "does not count copies", "nada=1": "is no rule of a policy", "dialy=7": "did you mean daily=",
		"minha:outra": "outra", "nada:nada": "nada",
	} {
		if policy != "" {
			s.run("", "copies", "plan", "--policy", policy).wants(t, 2, want)
		}
	}
	if s.zips("local") != "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18" {
		t.Errorf("left %s", s.zips("local"))
	}
}

func TestAPlanShowsNightsToCome(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	got := s.planned("--days", "30").Destinations[0]
	var days []string
	for _, f := range got.Copies {
		if f.Future != (f.Day > "2026-11-20") || f.Database != "loja" {
			t.Errorf("made or not: %+v", f)
		}
		days = append(days, f.Day)
	}
	want := "2026-12-19 2026-12-18 2026-12-17 2026-12-16 2026-12-15 2026-12-14 2026-12-12 2026-12-05 2026-11-30 2026-11-28 2026-10-31"
	if strings.Join(days, " ") != want {
		t.Errorf("after 30 nights: %v", days)
	}
	if len(got.Gone) != 18+25-11 || got.Gone[0].Seq != "2" || got.Gone[0].Goes != "2026-11-21" {
		t.Errorf("gone: %d, %+v", len(got.Gone), got.Gone[0])
	}
	s.run("", "copies", "plan", "--days", "30", "--lang", "pt-BR").wants(t, 0, "local depois de 30 noites", "+43    19/12/2026  loja", "32 cópias já teriam saído até lá.")
	s.run("", "copies", "plan", "--days", "-1").wants(t, 2, "--days can not be -1")
	s.run("", "copies", "plan", "--days", "0").wants(t, 2, "--days can not be 0")
	s.run("", "copies", "plan", "--days", "401").wants(t, 2, "from 1 to 400")
}

func TestOneNewerCopyIsNotToldAsMany(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 1, min = 1 }\n")
	s.nights(2, "2026-11-20")
	s.run("", "copies", "why", "1").wants(t, 0, "no rule keeps it any more, and there is a newer proven copy.")
	s.run("", "copies", "why", "1", "--lang", "pt-BR").wants(t, 0, "nenhuma regra a guarda mais, e há uma cópia provada mais nova.")
}

// A copy that no rule ever lets go has no day to go; nor has one where nothing new is ever proven.
func TestADayToGoIsNotInvented(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.put("2026-11-01", copies.Verified, func(m *copies.Manifest) { m.Class = copies.Closing })
	s.put("2026-11-02", copies.Sealed, nil)
	for _, f := range s.planned().Destinations[0].Copies {
		if f.Goes != "" || f.Fate != "keep" {
			t.Errorf("%s goes on %q", f.Seq, f.Goes)
		}
	}
	s.nights(3, "2026-11-06")
	for _, f := range s.planned("--policy", "yearly=400").Destinations[0].Copies {
		if f.Seq == "1" && f.Goes != "" || f.Seq == "3" && f.Goes == "" {
			t.Errorf("%s goes on %q", f.Seq, f.Goes)
		}
	}
}

func TestAStoreWithoutRotationSaysHowToHaveOne(t *testing.T) {
	s := newShelf(t, "[destination.rede]\npath = \"@/rede\"\n")
	s.run("", "copies", "plan").wants(t, 0, "keep = { daily = 7, weekly = 4 }")
	s.run("", "copies", "prune").wants(t, 0, "everything that is there stays")
}

func TestADestinationThatIsAwayIsToldAndFailsNothing(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 1 }\n[destination.pen]\npath = \"@/pen\"\nkeep = { last = 1 }\n")
	for _, day := range []string{"2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"} {
		s.put(day, copies.Verified, func(m *copies.Manifest) { m.To = nil })
	}
	if err := os.Rename(s.at("pen"), s.at("fora")); err != nil {
		t.Fatal(err)
	}
	s.run("", "copies", "plan").wants(t, 3, "local:", "warning:", "pen")
	s.run("", "copies", "plan", "pen").wants(t, 1, "error:", "pen")
	s.run("", "copies", "why", "1").wants(t, 3, "Goes from local at the next rotation", "warning:", "pen")
	s.run("", "copies", "prune", "--yes").wants(t, 3, "2 copies are in the trash of local")
}

func TestWhySaysItInOneSentenceADestination(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	away := s.put("2026-11-21", copies.Verified, nil, "local")
	for line, want := range map[string]string{
		"1 --lang pt-BR":      "Fica em local até por volta de 01/10/2027: é a última cópia provada de outubro de 2026.",
		"7 --lang pt-BR":      "Fica em local até por volta de 30/11/2026: é a última cópia provada da semana de 02/11/2026.",
		"2 --lang pt-BR":      "Sai de local na próxima rotação: nenhuma regra a guarda mais, e há 17 cópias provadas mais novas.",
		"newest --lang pt-BR": ": é a cópia provada mais nova.",
		"3 --lang pt-BR":      "Sai de local na próxima rotação",
		"8 --lang pt-BR":      "Vai sair de local por volta de 24/11/2026, e não antes, porque de uma vez não se apagam mais de 3 cópias.",
		"1":                   "Stays at rede: nothing is ever dropped there.",
		away:                  "Is not at rede yet, for which it was made; bring it there with: djscript copies send 19 --to rede",
	} {
		s.run("", append([]string{"copies", "why"}, strings.Fields(line)...)...).wants(t, 0, want)
	}
	var got struct {
		Copy copies.Copy
		Why  []struct {
			Destination, Sentence, Fate, Goes string
			Reasons                           []string
		}
	}
	s.run("", "copies", "why", "1", "--json").json(t, &got)
	if got.Copy.Seq != "1" || len(got.Why) != 2 || got.Why[0].Fate != "keep" || len(got.Why[0].Reasons) != 2 || got.Why[0].Goes != "2027-10-01" || got.Why[1].Fate != "" {
		t.Errorf("told %+v", got)
	}
	path, err := filepath.Glob(s.at("local") + "/*-000001-*.zip")
	if err != nil {
		t.Fatal(err)
	}
	s.run("", "copies", "why", path[0]).wants(t, 0, "Stays at local")
	s.run("", "copies", "why", "999").wants(t, 1, "999")
}

func TestPrunedIsWhatWasShownAfterAYes(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	all := s.zips("local")
	s.run("", "copies", "prune").wants(t, 6, "no rule keeps it any more", "nothing was dropped", "--yes")
	s.run("", "copies", "prune", "--dry-run").wants(t, 0, "2026-11-02")
	s.run("yes\n", "copies", "prune").wants(t, 6) // no terminal: nobody was asked
	if s.zips("local") != all {
		t.Fatalf("left %s", s.zips("local"))
	}
	s.run("", "history").wants(t, 0, "nothing has run yet")
	s.run("", "copies", "prune", "--yes").wants(t, 0, "3 copies are in the trash of local")
	if s.zips("local") != "1 5 6 7 8 9 10 11 12 13 14 15 16 17 18" || s.zips("rede") != all {
		t.Errorf("left %s and %s", s.zips("local"), s.zips("rede"))
	}
	s.run("", "history").wants(t, 0, "copies:prune")
	s.run("", "copies", "prune", "--yes").wants(t, 0, "Nothing goes")
	s.put("2026-11-21", copies.Verified, nil)
	var got outcome
	s.run("", "copies", "prune", "local", "--yes", "--json").json(t, &got)
	if got.Script != "copies" || got.Job != "prune" || got.Result != "done" || len(got.Steps) != 1 || got.Steps[0].Name != "copy.prune" || !strings.Contains(string(got.Value), `"seq": "5"`) {
		t.Errorf("told %+v %s", got, got.Value)
	}
}

func TestPinnedCopiesStayUntilTheyAreFree(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	s.run("", "copies", "pin", "2", "3").wants(t, 2, "without a reason")
	s.run("", "copies", "pin", "2", "--reason", "audit", "--last-day", "soon").wants(t, 2, "soon")
	s.run("", "copies", "pin", "2", "3", "--reason", "audit", "--last-day", "2026-12-31").wants(t, 0, "Copy 2 of loja is pinned until 2026-12-31: audit", "Copy 3")
	s.run("", "copies", "pin", "4", "99", "--reason", "x").wants(t, 1, "Copy 4 of loja is pinned: x", "99")
	s.run("", "copies", "why", "2", "--lang", "pt-BR").wants(t, 0, "Fica em local até por volta de 01/01/2027: está fixada até 31/12/2026 (audit).")
	if got := s.planned().of("drop"); got != "5 6 8" {
		t.Errorf("drops %s", got)
	}
	s.run("", "copies", "unpin", "2", "3", "4").wants(t, 0, "Copy 2 of loja is free")
	if got := s.planned().of("drop"); got != "2 3 4" {
		t.Errorf("drops %s", got)
	}
	s.run("", "history").wants(t, 0, "copies:pin", "copies:unpin", "FAILED")
}

// What the breaker holds back goes at once only where a person approves just that plan.
func TestAPlanThatIsHeldBackCanBeApproved(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	got := s.planned().Destinations[0]
	if got.Held != 6 || len(got.Hash) != 64 {
		t.Fatalf("holds %d back as %q", got.Held, got.Hash)
	}
	s.run("", "copies", "plan").wants(t, 0, "6 copies are held back", "--approve "+got.Hash[:8])
	all := s.zips("local")
	for _, wrong := range []string{"00000000", got.Hash[:7], got.Hash + "0"} {
		s.run("", "copies", "prune", "local", "--approve", wrong, "--yes").wants(t, 4, "is not "+wrong)
	}
	s.run("", "copies", "prune", "--approve", got.Hash, "--yes").wants(t, 2, "copies prune local --approve")
	s.run("", "copies", "prune", "local", "--approve", got.Hash).wants(t, 6)
	if s.zips("local") != all {
		t.Fatalf("left %s", s.zips("local"))
	}
	s.run("", "copies", "prune", "local", "--approve", got.Hash[:8], "--yes").wants(t, 0, "9 copies are in the trash of local")
	if s.zips("local") != "1 7 12 13 14 15 16 17 18" {
		t.Errorf("left %s", s.zips("local"))
	}
	s.run("", "copies", "prune", "local", "--approve", got.Hash, "--yes").wants(t, 4, "nothing is held back")
}

func TestACopyThatAnotherDestinationWaitsForStays(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 1 }\n[destination.pen]\npath = \"@/pen\"\n")
	for _, day := range []string{"2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"} {
		s.put(day, copies.Verified, nil, "local")
	}
	if got := s.planned("local"); got.of("drop") != "" {
		t.Errorf("drops %s, which pen waits for", got.of("drop"))
	}
	s.run("", "copies", "why", "5").wants(t, 0, "pen")
	s.put("2026-11-21", copies.Verified, nil)
	if got := s.planned("local"); got.of("drop") != "1 2 3" {
		t.Errorf("drops %s once a newer one is there", got.of("drop"))
	}
}

// The last day of a pin is a business day of the copies, not of the PC's clock.
func TestAPinHoldsUpToItsLastDay(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(20, "2026-11-19")
	s.run("", "copies", "pin", "2", "--reason", "audit", "--last-day", "2026-11-20").wants(t, 0)
	s.run("", "copies", "pin", "3", "--reason", "audit", "--last-day", "2026-11-19").wants(t, 0)
	s.put("2026-11-20", copies.Verified, nil)
	s.run("", "copies", "prune", "--yes").wants(t, 0, "3 copies are in the trash of local")
	if got := s.zips("local"); got != "1 2 6 7 8 9 10 11 12 13 14 15 16 17 18" {
		t.Errorf("left %s", got)
	}
}

func TestOnlyASuspectCopyIsAccepted(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.put("2026-11-19", copies.Verified, nil)
	odd := s.put("2026-11-20", "odd", nil)
	s.run("", "copies", "list").wants(t, 0, "SUSPECT")
	s.run("", "copies", "why", odd, "--lang", "pt-BR").wants(t, 0, "Fica em local: é diferente demais das cópias anteriores", "djscript copies accept 2")
	s.run("", "copies", "accept", odd).wants(t, 2, "without a reason")
	s.run("", "copies", "accept", "1", "--reason", "x").wants(t, 2, "1")
	s.run("", "copies", "accept", odd, "--reason", "archived").wants(t, 0, "Copy 2 of loja is accepted, and proven: archived")
	s.run("", "copies", "list", "--state", "verified").wants(t, 0, "2   loja")
	s.run("", "history").wants(t, 0, "copies:accept")
}

// Whatever rotation says of a copy, a shop owner is told in words of his own, in both languages.
func TestEveryReasonHasAClause(t *testing.T) {
	newDesk(t)
	text, err := os.ReadFile("../message/catalogue/retention.en.toml")
	if err != nil {
		t.Fatal(err)
	}
	of := []string{"retention.shrunk", "retention.grown", "retention.packs_badly", "retention.company_gone", "retention.rows_fell"} // of suspect copies
	keys := 0
	for _, m := range regexp.MustCompile(`(?m)^"([a-z._]+)" = `).FindAllStringSubmatch(string(text), -1) {
		key := m[1]
		if strings.HasSuffix(key, ".hint") || strings.Contains(string(text), `"`+key+`.hint"`) || slices.Contains(of, key) {
			continue
		}
		keys++
		why := retention.Reason{Key: key, Args: message.Args{
			"n": 2, "of": 3, "period": "2026-11", "days": 5, "newest": "2026-11-20", "day": "2026-11-20", "class": "closing", "why": "audit", "most": 3,
			"where": "pen", "devices": 3, "database": "loja",
		}}
		for _, language := range []string{message.Portuguese, message.English} {
			if err := message.SetLanguage(language); err != nil {
				t.Fatal(err)
			}
			f := fate{Seq: "7", Day: "2026-11-20", why: []retention.Reason{why}}
			if said := f.because(); key != "retention.bad" && (clauses[key] == "" || said == why.String()) || strings.Contains(said, "<no value>") || strings.Contains(said, "cli.") {
				t.Errorf("%s (%s): %q", key, language, said)
			}
		}
	}
	if keys < 20 {
		t.Errorf("only %d reasons", keys)
	}
}

// A damaged copy that happens to be the newest does not pass for a good one.
func TestTheReasonThatTellsMostIsTold(t *testing.T) {
	for _, tt := range []struct {
		reasons string
		want    string
	}{
		{"newest other_class bad", "it is damaged"}, {"monthly newest_verified daily", "it is the newest proven copy"}, {"monthly pinned", "it is pinned (audit)"},
		{"floor arrived daily monthly", "last proven copy of November 2026"}, {"monthly awaited", "it has yet to be brought to pen"}, {"floor device arrived", "newest proven copies, which always stay"},
		{"stale daily", "djscript copies check 7"},
	} {
		if err := message.SetLanguage(message.English); err != nil {
			t.Fatal(err)
		}
		f := fate{Seq: "7", Day: "2026-11-20"}
		for name := range strings.FieldsSeq(tt.reasons) {
			f.why = append(f.why, retention.Reason{Key: "retention." + name, Args: message.Args{"of": 3, "period": "2026-11", "why": "audit", "where": "pen", "days": 35, "class": "extra"}})
		}
		if got := f.because(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.reasons, got, tt.want)
		}
	}
}

func TestACopyWithinSomeDaysIsToldFromTheOneBeforeThem(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { within = \"3d\", min = 1 }\n")
	s.nights(12, "2026-11-20")
	s.run("", "copies", "why", "9", "--lang", "pt-BR").wants(t, 0, ": é dos 3 dias até 20/11/2026.")
	s.run("", "copies", "why", "7", "--lang", "pt-BR").wants(t, 0, ": é a última de antes dos 3 dias até 20/11/2026.")
	s.configure("[destination.local]\npath = \"@/local\"\nkeep = { weekdays = [\"fri\", \"sat\"], min = 1 }\n")
	s.run("", "copies", "why", "6", "--lang", "pt-BR").wants(t, 0, ": é a última cópia provada de sábado, dia 14/11/2026.")
}

// Why a copy does not lie where it was made to go: nobody brought it, the rules there would not keep it, or a person waived it.
func TestWhyACopyIsNotThere(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\n[destination.pen]\npath = \"@/pen\"\nkeep = { last = 1, min = 1 }\n")
	s.put("2026-11-18", copies.Verified, nil, "local")
	s.put("2026-11-19", copies.Sealed, nil, "local")
	s.put("2026-11-20", copies.Verified, nil, "local")
	for ref, want := range map[string]string{
		"1": "Is not at pen, and the rules there would not keep it any more.", "2": "Is not at pen, for which it was made.",
		"3": "Is not at pen yet, for which it was made; bring it there with: djscript copies send 3 --to pen",
	} {
		s.run("", "copies", "why", ref).wants(t, 0, want)
	}
	s.run("", "copies", "send", "3", "--waive", "pen").wants(t, 0)
	s.run("", "copies", "why", "3").wants(t, 0, "Is not at pen, and need not reach it")
}

// What can not be answered is told as any other command tells it, with --json too.
func TestAQuestionWithoutAnAnswerIsAnError(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(3, "2026-11-20")
	for line, code := range map[string]string{
		"why 99": "copy.not_found", "plan nada": "option.value", "prune nada": "option.value", "prune nada --dry-run": "option.value", "plan --policy daily=0": "option.value",
	} {
		var got struct {
			Error  failure
			Errors []failure
			Copy   *copies.Copy
		}
		args := append([]string{"copies"}, strings.Fields(line)...)
		said := s.run("", append(args, "--json")...)
		said.json(t, &got)
		plain := s.run("", args...)
		if got.Error.Code != code || got.Copy != nil || len(got.Errors) != 1 || said.exit != plain.exit || !strings.Contains(plain.err, got.Error.Message) || plain.out != "" {
			t.Errorf("%s: exit %d and %d, told %+v and %q", line, said.exit, plain.exit, got, plain.out+plain.err)
		}
	}
}

// One destination that nobody knows is one sentence, one code, one exit, whoever is asked.
func TestAnUnknownDestinationIsToldOneWay(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 1 }\n[destination.pen]\npath = \"@/pen\"\n[backup]\nat = [\"22:00\"]\nto = [\"local\"]\n")
	s.nights(3, "2026-11-20")
	const want = "error: there is no destination \"lua\"; this store has: local, pen\n  → name one of [destination.*] in djscript.toml\n"
	for _, line := range []string{
		"copies list --where lua", "copies plan lua", "copies prune lua --yes", "copies send 1 --to lua", "copies send --missing lua", "copies send 1 --waive lua",
		"copies untrash 1 --from lua", "drives enrol / --destination lua", "simulate backup --fault absent:lua:3d",
	} {
		if got := s.run("", strings.Fields(line)...); got.err != want || got.exit != 2 || got.out != "" {
			t.Errorf("%s: exit %d, %s%s", line, got.exit, got.out, got.err)
		}
	}
}

// Where one of the destinations is not there, nobody says that all is well with the others.
func TestAPruneThatCanNotBeDoneWholeIsNotToldAsDone(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 9 }\n")
	s.nights(3, "2026-11-20")
	if got := s.run("", "copies", "prune", "local", "naoexiste", "--dry-run"); got.exit != 2 || got.out != "" || !strings.Contains(got.err, "naoexiste") {
		t.Errorf("exit %d, %s%s", got.exit, got.out, got.err)
	}
}

// A policy that a person tries is at fault itself, and not the keep of djscript.toml.
func TestAPolicyThatIsTriedIsToldAsItsOwn(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(3, "2026-11-20")
	got := s.run("", "copies", "plan", "local", "--policy", "default:backup")
	got.wants(t, 2, "SCRIPT:POLICY")
	if strings.Contains(got.err, "keep") {
		t.Error(got.err)
	}
}

// An empty variable of somebody's script is not taken for nothing said.
func TestAnEmptyWordIsRefused(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(3, "2026-11-20")
	before := files(t, s.dir)
	for _, args := range [][]string{
		{"copies", "plan", "--policy", ""}, {"copies", "prune", "local", "--yes", "--approve", ""}, {"copies", "list", "--where", " "}, {"copies", "list", "--since="},
		{"copies", "pin", "1", "--reason", "x", "--last-day", ""}, {"copies", "send", "1", "--to", ""}, {"copies", "send", "1", "--to", "rede,"}, {"copies", "why", ""},
		{"copies", "pin", "", "--reason", "x"}, {"drives", "eject", ""}, {"drives", "wipe", " "}, {"simulate", "backup", "--from", ""}, {"simulate", "backup", "--fault", ""}, {"simulate", ""},
		{"copies", "untrash", "1", "--from", ""}, {"copies", "accept", "1", "--reason", ""},
	} {
		if got := s.run("", args...); got.exit != 2 || got.out != "" {
			t.Errorf("%q: exit %d, %s%s", args, got.exit, got.out, got.err)
		}
	}
	if after := files(t, s.dir); !slices.Equal(before, after) {
		t.Errorf("left %v", after)
	}
}
