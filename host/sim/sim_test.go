package sim

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

func program(t testing.TB) *Program {
	t.Helper()
	defaults, err := os.ReadFile("../../djscript.toml")
	if err != nil {
		t.Fatal(err)
	}
	return &Program{Defaults: defaults, Builtin: builtin.Files}
}

var noTime = func() time.Time { return time.Time{} }

// tried runs a file of tests that lies beside these scripts.
func tried(t testing.TB, p *Program, o Options, tests string, scripts map[string]string) *Report {
	t.Helper()
	dir := t.TempDir()
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "some_test.lua")
	if err := os.WriteFile(path, []byte(tests), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Now = noTime
	return p.Test(t.Context(), path, "some_test.lua", o)
}

func body(lines string) string {
	return "dj.test(\"it\", function(sim)\n" + lines + "\nend)\n"
}

func passes(t *testing.T, lines string) {
	t.Helper()
	r := tried(t, program(t), Options{}, body(lines), nil)
	if !r.OK() || len(r.Tests) != 1 {
		t.Errorf("%s\n%s", lines, summary(r))
	}
}

func summary(r *Report) string {
	text := fmt.Sprintf("%d tests, %v\n", len(r.Tests), r.Err)
	for _, one := range r.Tests {
		text += fmt.Sprintf("%s: %v (%s)\n", one.Title, one.Err, message.Hint(one.Err))
		if one.Run != nil {
			text += fmt.Sprintf("  %s %d %v\n", one.Run.Target, one.Run.Exit, one.Run.Errs)
		}
	}
	for _, v := range r.Violations {
		text += fmt.Sprintf("%s %s: %v\n", v.Where, v.Test, v.Err)
	}
	return text
}

// stub is what is said of the functions of tests, in a language.
func stub(t *testing.T, language string) *lua.Stub {
	t.Helper()
	own, err := fs.ReadFile(Stubs(language), "sim.lua")
	if err != nil {
		t.Fatal(err)
	}
	copies, err := fs.ReadFile(primitive.Stubs(language), "copy.lua")
	if err != nil {
		t.Fatal(err)
	}
	both, err := lua.ParseStub("sim.lua", append(own, copies...))
	if err != nil {
		t.Fatal(err)
	}
	both.Functions = slices.DeleteFunc(both.Functions, func(f *lua.StubFunc) bool { return strings.HasPrefix(f.Name, "copy.") })
	return both
}

func TestStubsAndGoSayTheSame(t *testing.T) {
	for _, language := range []string{message.English, message.Portuguese} {
		for _, difference := range stub(t, language).Compare(Functions()) {
			t.Errorf("%s: %s", language, difference)
		}
	}
}

func TestBothLanguagesSayEverythingInTheirOwnWords(t *testing.T) {
	english, portuguese := stub(t, message.English).Functions, stub(t, message.Portuguese).Functions
	for i, f := range english {
		other := portuguese[i]
		if f.Name != other.Name || f.Prose == other.Prose || len(f.Examples) != len(other.Examples) {
			t.Errorf("%s and %s are not told alike", f.Name, other.Name)
		}
	}
}

func TestEveryFunctionIsDescribedAndItsExamplePasses(t *testing.T) {
	for _, f := range stub(t, message.English).Functions {
		if f.Prose == "" || len(f.Examples) == 0 {
			t.Errorf("%s has no words, or no example", f.Name)
		}
		for _, example := range f.Examples {
			code := example.Code
			if !strings.Contains(code, "dj.test(") {
				code = body(code)
			}
			if r := tried(t, program(t), Options{}, code, nil); !r.OK() {
				t.Errorf("sim.lua:%d: %s", example.Line, summary(r))
			}
		}
	}
}

func TestAStoreBehavesAsARealOne(t *testing.T) {
	for name, lines := range map[string]string{
		"numbers grow, and the newest is first": `
			sim:run("default:backup") sim:run("default:backup")
			dj.expect.equal(sim:copies()[1].seq, "2")
			dj.expect.equal(sim:copies()[2].seq, "1")`,
		"the business day is that of the store": `
			sim:at("2026-03-03 03:59") sim:run("default:backup")
			sim:at("2026-03-03 04:00") sim:run("default:backup")
			dj.expect.equal(sim:copies()[2].day, "2026-03-02")
			dj.expect.equal(sim:copies()[1].day, "2026-03-03")`,
		"a missed destination degrades": `
			sim:unplug("pendrive")
			local r = sim:run("default:backup")
			dj.expect.equal(r.exit, 3)
			dj.expect.equal(r.degraded[1].code, "drive.not_found")
			dj.expect.contains(r.degraded[1].message, "pendrive")
			dj.expect.equal(#sim:copies()[1].places, 1)`,
		"all missed fails": `
			sim:unplug("pendrive") sim:unplug("local")
			local r = sim:run("default:backup")
			dj.expect.equal(r.exit, 1)
			dj.expect.equal(r.error.code, "drive.not_found")
			dj.expect.equal(sim:copies(), {})`,
		"a copy on a drive that is out is not seen": `
			sim:run("default:backup", { to = "pendrive" })
			sim:unplug("DJ-BACKUP")
			dj.expect.equal(sim:copies(), {})
			sim:plug("DJ-BACKUP")
			dj.expect.equal(#sim:copies(), 1)`,
		"a full drive degrades, and gets no half copy": `
			sim:plug("DJ-BACKUP", { free = "1KB" })
			local r = sim:run("default:backup")
			dj.expect.equal({ r.exit, r.degraded[1].code, #r.value[1].places }, { 3, "drive.full", 1 })`,
		"later is sealed until it is proven": `
			sim:run("default:backup", { verify = "later" })
			dj.expect.equal(sim:copies()[1].state, "sealed")
			dj.expect.equal(#sim:run("default:prove").value, 1)
			dj.expect.equal(sim:copies()[1].state, "verified")`,
		"a bad copy fails the run and stays to be looked at": `
			sim:fail("copy.create", "copy.bad")
			local r = sim:run("default:backup")
			dj.expect.equal({ r.exit, r.error.code, sim:copies()[1].state }, { 1, "copy.bad", "bad" })`,
		"a proof that is not possible degrades": `
			sim:fail("copy.create", "copy.degraded", { times = 1 })
			local r = sim:run("default:backup")
			dj.expect.equal({ r.exit, r.degraded[1].code, sim:copies()[1].state }, { 3, "copy.degraded", "sealed" })`,
		"a clock that went back is told": `
			sim:run("default:backup") sim:at("2020-01-01") 
			local r = sim:run("default:backup")
			dj.expect.equal({ r.exit, r.degraded[1].code, sim:copies()[1].seq }, { 3, "guard.clock", "2" })`,
		"a dry run makes nothing": `
			local r = sim:run("default:backup", {}, { dry = true })
			dj.expect.equal({ r.exit, #r.plan, sim:copies() }, { 0, 1, {} })`,
		"the params of the entry count, and a wrong one is told": `
			sim:config { cron = { { name = "noite", schedule = { "0 22 * * *" }, run = "default:backup", params = { to = { "local" } } } } }
			dj.expect.equal(#sim:run("noite").value[1].places, 1)
			dj.expect.equal(sim:run("noite", { too = "local" }).exit, 2)`,
		"the cron table runs while time passes, holidays and weekends out": `
			sim:config { backup = { at = { "12:00", "22:00" }, days = { "mon", "tue", "wed", "thu", "fri" }, except = { "feriados" }, to = { "local" } } }
			sim:at("2026-04-30 23:00")
			sim:advance("5d")
			local days = {}
			for i, copy in ipairs(sim:copies()) do days[i] = copy.created:sub(1, 16) end
			dj.expect.equal(days, { "2026-05-05T22:00", "2026-05-05T12:00", "2026-05-04T22:00", "2026-05-04T12:00" })`,
		"while the PC is off nothing runs": `
			sim:config { backup = { at = { "22:00" }, to = { "local" } } }
			sim:off("3d") sim:advance("1d")
			dj.expect.equal({ #sim:copies(), sim:copies()[1].day }, { 1, "2026-03-05" })`,
		"spoilt bytes are found where they are read, and nowhere else": `
			sim:run("default:backup", { verify = "later" })
			sim:spoil("local")
			dj.expect.equal(sim:copies()[1].places[1].state, "present")
			dj.expect.equal(#sim:run("default:prove").value, 1)
			local copy = sim:copies()[1]
			dj.expect.equal({ copy.state, copy.places[1].state, copy.places[2].state }, { "verified", "bad", "present" })`,
		"a copy that is spoilt everywhere is bad": `
			sim:run("default:backup", { verify = "later" })
			sim:spoil("local", sim:copies()[1].seq) sim:spoil("pendrive", sim:copies()[1].id)
			dj.expect.equal(sim:run("default:prove").error.code, "copy.bad")
			dj.expect.equal(sim:copies()[1].state, "bad")`,
		"what does not lie there can not be spoilt": `
			dj.expect.error("copy.not_found", function() sim:spoil("local") end)
			dj.expect.error("option", function() sim:spoil("nowhere") end)
			sim:run("default:backup", { to = "local" })
			dj.expect.error("copy.not_found", function() sim:spoil("pendrive") end)`,
		"two stores have nothing in common": `dj.expect.equal(sim:copies(), {})`,
		"a path is a configuration too, from the folder of the test": `
			local err = dj.expect.error("arg.file", function() sim:config("nowhere.toml") end)
			dj.expect.contains(err.message, "nowhere.toml")`,
		"mistakes in a configuration are told": `
			local err = dj.expect.error("option", function() sim:config { destination = { a = { paht = "C:/x" } } } end)
			dj.expect.contains(err.message, "destination.a.paht")`,
		"a primitive that is not there can not fail": `
			local err = dj.expect.error("option.value", function() sim:fail("copy.creat", "x") end)
			dj.expect.contains(err.hint, "copy.create")`,
		"a sentence is no code to fail with": `
			local err = dj.expect.error("option.value", function() sim:fail("copy.create", "disk full") end)
			dj.expect.contains(err.message, "disk full")
			dj.expect.contains(err.hint, "drive.full")`,
		"a code that no primitive raises is none to fail with": `
			local err = dj.expect.error("option.value", function() sim:fail("copy.create", "db.ocupado") end)
			dj.expect.contains(err.message, "db.ocupado")
			dj.expect.contains(err.hint, "db.busy")
			err = dj.expect.error("option.value", function() sim:fail("copy.create", "drive.ful") end)
			dj.expect.contains(err.hint, "did you mean drive.full?")
			dj.expect.error("option.value", function() sim:fail("copy.create", "script.failed") end)`,
		"a class or a day that is none matches nothing by mistake": `
			local err = dj.expect.error("option.value", function() sim:copies { class = "x" } end)
			dj.expect.contains(err.hint, "closing")
			err = dj.expect.error("option.value", function() sim:copies { since = "ontem" } end)
			dj.expect.contains(err.message, "day of the calendar")
			err = dj.expect.error("option.value", function() sim:copies { where = "pendriv" } end)
			dj.expect.contains(err.hint, "pendrive")
			dj.expect.equal(sim:copies { class = "pre_restore", since = "2026-03-02" }, {})`,
		"sessions and companies": `
			sim:database("loja", { sessions = { { program = "djpdv.exe" } }, companies = { { id = "9", name = "Nova" } } })
			sim:run("default:backup")
			dj.expect.equal(sim:copies()[1].companies[1].name, "Nova")`,
	} {
		t.Run(name, func(t *testing.T) { passes(t, lines) })
	}
}

func TestAPolicyIsFollowedDayByDay(t *testing.T) {
	for name, lines := range map[string]string{
		"a day at a time": `
			local days = sim:policy({ daily = 2, min = 1 }, { days = 4 })
			dj.expect.equal(days[4], { day = "2026-03-05", keep = { "2026-03-05", "2026-03-04" }, drop = { "2026-03-03" } })
			dj.expect.equal(sim:copies(), {})`,
		"rules add up": `
			local days = sim:policy({ { daily = 1, min = 1 }, { monthly = 2, min = 1 } }, { days = 40 })
			dj.expect.equal(days[40].keep, { "2026-04-10", "2026-03-31" })`,
		"twice a day": `
			local days = sim:policy({ daily = 2, min = 1 }, { days = 3, every = "12h" })
			dj.expect.equal(#days, 6)
			dj.expect.equal(days[6].keep, { "2026-03-04", "2026-03-03" })`,
		"the PC is off": `
			local days = sim:policy({ within = "3d", min = 1 }, { days = 20, fault = "off:6d" })
			dj.expect.equal({ days[10].day, days[11].day, #days }, { "2026-03-11", "2026-03-18", 14 })`,
		"copies fail": `
			local days = sim:policy({ daily = 2, min = 1 }, { days = 20, fault = "failing:6d" })
			dj.expect.equal(days[16].keep, { "2026-03-11", "2026-03-10" })
			dj.expect.equal(days[17].keep[1], "2026-03-18")`,
		"the clock goes back ten years, and nothing old is dropped for it": `
			local days = sim:policy({ daily = 3, min = 1 }, { days = 10, fault = "clock:-10y" })
			dj.expect.contains(days[10].keep, "2026-03-06")
			dj.expect.contains(days[10].keep, "2026-03-04")`,
		"the drive is full, and only the trash makes room": `
			local days = sim:policy({ daily = 2, min = 1 }, { days = 6, fault = "full" })
			dj.expect.equal(days[6].keep, { "2026-03-07", "2026-03-06" })
			days = sim:policy({ daily = 9, min = 1 }, { days = 6, fault = "full" })
			dj.expect.equal(days[6].keep, { "2026-03-04", "2026-03-03", "2026-03-02" })`,
		"what is wrong is told": `
			dj.expect.error("option.value", function() sim:policy({ daily = 1 }, { days = 3, fault = "of:3d" }) end)
			dj.expect.error("option.value", function() sim:policy({ daily = 1 }, { days = 3, fault = "off:-3d" }) end)
			local err = dj.expect.error("option", function() sim:policy({ dayly = 1 }, { days = 3 }) end)
			dj.expect.contains(err.message, "dayly")`,
	} {
		t.Run(name, func(t *testing.T) { passes(t, lines) })
	}
}

func script(name, lines string) string {
	return fmt.Sprintf("return dj.script { name = %q, jobs = { only = function(job, p)\n%s\nend } }\n", name, lines)
}

func TestRunsInAStoreAreRealRuns(t *testing.T) {
	scripts := map[string]string{
		"waits.lua": script("waits", `
			dj.defer(function() dj.log.info("the end") end)
			return dj.retry({ times = 3, wait = "10m" }, function() return dj.copy.create { to = "local" } end)`),
		"sees.lua": script("sees", `
			return {
				drives = #dj.drive.list(), pen = dj.drive.of("E:/Copias").label, who = dj.db.sessions("loja"),
				companies = #dj.db.companies("loja"), holiday = dj.calendar.on("feriados", "2026-12-25"), path = dj.db.info("loja").path,
			}`),
		"tells.lua": script("tells", `dj.notify("critical", "sem pen drive", { body = "ligue" })`),
		"reads.lua": script("reads", `
			local found = {}
			for _, place in ipairs(dj.copy.newest().places) do
				found[place.destination] = { (pcall(dj.copy.check, place.path)), (pcall(dj.copy.prove, place.path)) }
			end
			found.pinned, found.places = dj.copy.check(dj.copy.newest().places[1].path).pinned, #dj.copy.newest().places
			found.before = dj.copy.newest().places[2].state
			found.whole, found.why = pcall(dj.copy.check, dj.copy.newest())
			found.after, found.why = dj.copy.newest().places[2].state, found.why.code
			return found`),
		"drives.lua": script("drives", `
			local last = dj.drive.list()[3]
			return { last.path, last.label == nil, last.total }`),
		"says.lua": script("says", `dj.skip("holiday")`),
		"asks.lua": script("asks", `return dj.confirm("go on?", { id = "go" })`),
	}
	for name, lines := range map[string]string{
		"waiting moves the clock and waits for nobody": `
			sim:fail("copy.create", "db.busy", { times = 2 })
			local r = sim:run("waits")
			dj.expect.equal(r.exit, 0)
			dj.expect.equal(sim:copies()[1].created, "2026-03-02T08:20:00-03:00")`,
		"the timeout of an entry is kept": `
			sim:config { cron = { { name = "n", schedule = { "0 9 * * *" }, run = "waits:only", timeout = "15m" } } }
			sim:fail("copy.create", "db.busy")
			dj.expect.equal(sim:run("n").error.code, "run.timeout")`,
		"what a script sees": `
			local seen = sim:run("sees").value
			dj.expect.equal({ seen.drives, seen.pen, #seen.who, seen.who[1].self, seen.companies, seen.holiday, seen.path },
				{ 2, "DJ-BACKUP", 1, true, 2, true, "C:/DJ/LOJA.FDB" })`,
		"a path is one place, and no ledger learns of it; a copy is all its places": `
			sim:run("default:backup", { verify = "later" })
			sim:spoil("pendrive")
			dj.expect.equal(sim:run("reads").value, {
				["local"] = { true, true }, pendrive = { false, false }, places = 2,
				before = "present", whole = false, why = "copy.bad", after = "bad",
			})
			dj.expect.equal(sim:copies()[1].state, "verified")`,
		"a drive without a name, and one without a medium": `
			sim:plug("", { size = "0B" })
			dj.expect.equal(sim:run("drives").value, { "F:/", true, 0 })`,
		"notices": `
			sim:config { script = { tells = { grants = { "notify" } } } }
			dj.expect.equal(sim:run("tells").exit, 0)
			dj.expect.equal(sim:notices()[1], { route = "dono", level = "critical", title = "sem pen drive", body = "ligue" })`,
		"a question is no where nobody sits, and yes where the test says so": `
			dj.expect.equal({ sim:run("asks").value, sim:run("asks", {}, { yes = "go" }).value }, { false, true })`,
		"skipped":            `dj.expect.equal({ sim:run("says").exit, sim:run("says").result }, { 7, "skipped" })`,
		"an unknown target":  `dj.expect.equal(sim:run("nothing").error.code, "arg.value")`,
		"an entry beside it": `sim:config { cron = { { name = "n", schedule = { "0 9 * * *" }, run = "says:only" } } } dj.expect.equal(sim:run("n").exit, 7)`,
	} {
		t.Run(name, func(t *testing.T) {
			if r := tried(t, program(t), Options{}, body(lines), scripts); !r.OK() {
				t.Error(summary(r))
			}
		})
	}
}

const policies = `
return dj.script {
  name = "mine",
  params = { to = { type = "destination", list = true, default = { "local" } } },
  jobs = {
    good = function(job, p)
      local made = dj.retry({ times = 2, wait = "1m" }, function() return dj.copy.create { to = p.to } end)
      dj.copy.prune("local", { daily = 2, min = 2 })
      return made
    end,
    hasty = function(job, p)
      dj.copy.prune("local", { daily = 2, min = 2 })
      return dj.copy.create { to = p.to }
    end,
    silent = function(job, p)
      local ok, made = pcall(dj.copy.create, { to = p.to })
      return ok and made or nil
    end,
    honest = function(job, p)
      local ok, made = pcall(dj.copy.create, { to = p.to })
      if not ok then job:degraded("no copy", made) end
    end,
    elsewhere = function(job, p)
      local ok, made = pcall(dj.copy.create, { to = "pendrive" })
      return ok and made or dj.copy.create { to = "local" }
    end,
  },
}
`

// weeks makes a store with copies enough to drop some.
const weeks = `
sim:config {
  script = { mine = { grants = { "copy.read", "copy.write", "copy.destroy" } } },
  cron = { { name = "n", schedule = { "0 22 * * *" }, run = "default:backup" } },
}
sim:advance("9d")
`

func tortured(t *testing.T, lines string) *Report {
	t.Helper()
	r := tried(t, program(t), Options{Torture: true}, body(lines), map[string]string{"mine.lua": policies})
	if r.Err != nil || r.Failed() > 0 {
		t.Fatal(summary(r))
	}
	return r
}

var backup = run.Request{Target: "default:backup", Trigger: "manual"}

func TestDropsAreRemembered(t *testing.T) {
	store, err := program(t).store(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		store.Run(t.Context(), backup)
	}
	s := shelf{store}
	if _, err := s.Drop(t.Context(), "local", map[string]string{store.copies[0].ID: "old"}); err != nil {
		t.Fatal(err)
	}
	changes, err := s.History(t.Context(), "local")
	if err != nil || len(changes) != 5 || changes[3].Dropped || !changes[4].Dropped {
		t.Errorf("history %v, %v", changes, err)
	}
	if left := s.visible(); len(left) != 4 || len(left[3].Places) != 1 || left[3].Places[0].Destination != "pendrive" {
		t.Errorf("left %v", left)
	}
	for id, code := range map[string]string{store.copies[3].ID: "guard.newest", "nobody": "copy.not_found"} {
		if _, err := s.Drop(t.Context(), "local", map[string]string{id: "x"}); message.Code(err) != code {
			t.Errorf("drop %s: %v, want %s", id, err, code)
		}
	}
}

func TestTheGrantsOfTheStoreHoldInItsTests(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"djscript.toml": "[store]\nid = \"loja\"\n[database.loja]\npath = \"/x.fdb\"\n[destination.rede]\npath = \"/y\"\n" +
			"[script.mine]\ngrants = [\"copy.read\", \"copy.write:rede\"]\nparams = { to = \"rede\" }\n",
		"scripts/mine.lua": `return dj.script { name = "mine", params = { to = { type = "destination", default = "local", help = "x" } },
			jobs = { night = function(_, p) return dj.copy.create { to = p.to } end } }`,
		"scripts/a_test.lua": body(`dj.expect.equal(sim:run("mine").exit, 4)`),
		"scripts/b_test.lua": body(`sim:config { script = { mine = { grants = { "copy.write" } } } } dj.expect.equal(sim:run("mine").exit, 0)`),
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := program(t)
	test := func(name string) *Report {
		return p.Test(t.Context(), filepath.Join(dir, "scripts", name), name, Options{Now: noTime})
	}
	for _, name := range []string{"a_test.lua", "b_test.lua"} {
		if r := test(name); !r.OK() || len(r.Tests) != 1 {
			t.Error(summary(r))
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "djscript.toml"), []byte("[store]\nid = 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = program(t)
	if r := test("a_test.lua"); r.OK() {
		t.Error("a djscript.toml with mistakes is not told")
	}
}
