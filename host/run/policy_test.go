package run

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

const takes = `
local days = require "lib.days"
local keep, format = dj.copy.keep, string.format
local reasons = { base = { "base" }, again = {} }
reasons.again.up = reasons
local price = dj.num("1.10")
local function why(copy, n)
  if n > 1 then return why(copy, n - 1) end
  return format("%s %s %s", reasons.again.up.base[1], copy.seq, days.month_end(copy.day))
end
return dj.script { name = "minha", params = { n = { type = "integer", default = 1 } }, jobs = { only = function(job, p)
  local day, asked = job.day, 0
  local plan = dj.copy.plan("local", function(copies, newest)
    asked = asked + 1
    local all = keep({ last = 1 }, copies)
    for i = 1, p.n do
      all[copies[i].id] = { why(copies[i], i), newest .. " " .. day, tostring(price + price) }
    end
    return all
  end)
  local found = {}
  for _, copy in ipairs(dj.copy.list()) do
    if plan.keep[copy.id] then found[#found + 1] = table.concat(plan.keep[copy.id], ", ", 1, 3) end
  end
  return { found[2], p.n, asked }
end } }`

func TestAPolicyFunctionTakesAlongWhatItUses(t *testing.T) {
	h, _ := rotating(t, "")
	h.put(t, "minha", takes)
	o := h.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Params: map[string]any{"n": "3"}})
	want := []any{"base 7 2026-10-31, 2026-10-08 2026-10-08, 2.20", int64(3), int64(0)}
	if diff := cmp.Diff(want, o.Value); diff != "" || o.Err != nil {
		t.Error(diff, o.Err)
	}
}

func TestAPolicyFunctionChangesNothingOfTheRun(t *testing.T) {
	h, _ := rotating(t, "")
	o := h.does(t, `
		local said, count = {}, 0
		local function policy(copies, day)
			count = count + 1
			said[#said + 1] = day
			for _, copy in ipairs(copies) do
				copy.id, copy.seq, copy.state, copy.day = copy.id:reverse(), "0", "bad", "1999-01-01"
				copy.places, copy.pinned = {}, { reason = "x" }
			end
			while #copies > 0 do table.remove(copies) end
			return {}
		end
		local plan = dj.copy.plan("local", policy)
		local kept = 0
		for _ in pairs(plan.keep) do kept = kept + 1 end
		return { #said, count, kept, dj.copy.list()[1].day }`, false)
	if diff := cmp.Diff([]any{int64(0), int64(0), int64(3), "2026-10-08"}, o.Value); diff != "" || o.Err != nil {
		t.Error(diff, o.Err)
	}
}

// wavering are functions that go by something that is not in the copies.
var wavering = map[string]string{
	"the order of pairs in a copy":       `function(copies) return { [copies[1].id] = { (next(copies[1])) } } end`,
	"the order of pairs in its rows":     `function(copies) local last for name in pairs(copies[1].rows) do last = name end return { [copies[1].id] = { last } } end`,
	"the order of pairs in the keeps":    `function(copies) local all = dj.copy.keep({ last = 3 }, copies) local id = next(all) return { [id] = { "x" } } end`,
	"the order of pairs in its own":      `(function() local t = { a = 1, b = 2 } return function(copies) return { [copies[1].id] = { (next(t)) } } end end)()`,
	"what a table looks like as a text":  `function(copies) return { [copies[1].id] = { tostring(copies[1]) } } end`,
	"how often it was asked":             `(function() local n = 0 return function(copies) n = n + 1 return { [copies[n].id] = { "x" } } end end)()`,
	"what it was asked before":           `(function() local seen = {} return function(copies) local again = seen[copies[1].id] seen[copies[1].id] = true if again then return {} end return { [copies[1].id] = { "x" } } end end)()`,
	"what another table holds":           `(function() local seen = {} return function(copies) for _, c in ipairs(copies) do seen[#seen + 1] = c.id end return { [copies[1].id] = { #seen .. " seen" } } end end)()`,
	"chance":                             `function(copies) return { [copies[1].id] = { tostring(math.random(1000000)) } } end`,
	"chance with a seed of its own time": `function(copies) math.randomseed(os.time()) return { [copies[1].id] = { tostring(math.random(1000000)) } } end`,
	"the clock":                          `function(copies) return { [copies[1].id] = { os.date("%F") } } end`,
	"the age of copies by the clock":     `function(copies) local keep = {} for _, c in ipairs(copies) do local y, m, d = c.day:match("(%d+)-(%d+)-(%d+)") if os.time() - os.time { year = y, month = m, day = d } < 30 * 86400 then keep[c.id] = { "new" } end end return keep end`,
}

func TestAPolicyFunctionThatGoesByAnythingElseIsRefused(t *testing.T) {
	for name, policy := range wavering {
		h, s := rotating(t, "")
		for i := range s.all {
			s.all[i].Rows = map[string]int64{"A": 1, "B": 2}
		}
		o := h.does(t, `return #dj.copy.prune("local", `+policy+`)`, false)
		want := message.New("guard.policy", "primitive.policy_wavers", nil)
		if o.Err != nil || o.Value != int64(0) || len(o.Degraded) != 1 || !want.Is(o.Degraded[0]) && !strings.Contains(o.Degraded[0].Error(), "asked twice") {
			t.Errorf("%s: %v, %v, dropped %v", name, o.Err, o.Degraded, o.Value)
		}
		if s.left() != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: left %s", name, s.left())
		}
	}
}

func TestACounterIsFoundInSeveralUnits(t *testing.T) {
	h, s := rotating(t, "")
	for i := range s.all {
		s.all[i].Partial = i%2 == 0
	}
	o := h.does(t, `local n = 0 return dj.copy.plan("local", function(copies)
		n = n + 1
		return { [copies[1].id] = { "unit " .. n } }
	end)`, false)
	if message.Code(o.Err) != "guard.policy" || !strings.Contains(o.Err.Error(), "asked twice") {
		t.Error(o.Err)
	}
}

func TestTheUnitThatWasAskedBeforeSaysNothing(t *testing.T) {
	h, s := rotating(t, "")
	for i := range s.all {
		s.all[i].Partial = i%2 == 0
	}
	o := h.does(t, `local before return dj.copy.plan("local", function(copies)
		local other = before ~= nil and before ~= copies[1].partial
		before = copies[1].partial
		return { [copies[1].id] = { other and "after another unit" or "first" } }
	end)`, false)
	if message.Code(o.Err) != "guard.policy" || !strings.Contains(o.Err.Error(), "asked twice") {
		t.Error(o.Err)
	}
}

// What does not show in the answer is no difference: the order of reasons, and of what is looked at.
func TestAPolicyFunctionMayWalkInAnyOrder(t *testing.T) {
	for name, policy := range map[string]string{
		"over rules": `(function() local rules = { daily = 3, last = 2, monthly = 1 } return function(copies)
			local all = {}
			for rule, n in pairs(rules) do
				for id, reasons in pairs(dj.copy.keep({ [rule] = n }, copies)) do
					all[id] = all[id] or {}
					for _, why in ipairs(reasons) do table.insert(all[id], why) end
				end
			end
			return all
		end end)()`,
		"over days":      `function(copies) local days = {} for _, c in ipairs(copies) do days[c.day] = c.id end local all = {} for day, id in pairs(days) do all[id] = { day } end return all end`,
		"with a memory":  `(function() local known = {} return function(copies) local all = {} for _, c in ipairs(copies) do known[c.day] = known[c.day] or dj.time.weekday(c.day) all[c.id] = { known[c.day] } end return all end end)()`,
		"with a yielder": `function(copies) local all = {} local each = coroutine.wrap(function() for _, c in ipairs(copies) do coroutine.yield(c.id) end end) for id in each do all[id] = { "x" } end return all end`,
		"a fixed seed":   `function(copies) math.randomseed(7) return { [copies[math.random(#copies)].id] = { "x" } } end`,
	} {
		h, _ := rotating(t, "")
		if o := h.does(t, `return dj.copy.plan("local", `+policy+`)`, false); o.Err != nil {
			t.Errorf("%s: %v", name, o.Err)
		}
	}
}

// refusals are bad policy functions, and how that is told in both languages.
var refusals = map[string]struct{ policy, en, pt string }{
	"loops":            {`function() while true do end end`, "the script was stopped after 20000000 steps", "interrompido depois de 20000000 passos"},
	"loops over keeps": {`function(copies) for _ = 1, 30000 do dj.copy.keep({ last = 1 }, copies) end return {} end`, "the script was stopped after 20000000 steps", "interrompido depois de 20000000 passos"},
	"errs":             {`function() error("sem regra") end`, "came to no answer: minha.lua:2: sem regra", "não chegou a uma resposta: minha.lua:2: sem regra"},
	"nil":              {`function() return nil end`, "gave back nil, not which copies to keep", "devolveu nil, e não quais cópias guardar"},
	"nothing":          {`function() end`, "gave back nil, not", "devolveu nil, e não"},
	"true":             {`function() return true end`, "gave back true, not", "devolveu true, e não"},
	"a number":         {`function() return 7 end`, "gave back the number 7, not", "devolveu o número 7, e não"},
	"a text":           {`function(copies) return copies[1].id end`, `gave back "01J`, `devolveu "01J`},
	"true for an id":   {`function(copies) return { [copies[1].id] = true } end`, "must be a list of texts", "lista de textos"},
	"a list":           {`function(copies) return { copies[1].id } end`, "does not say of every copy", "não diz de cada cópia"},
	"the copies":       {`function(copies) return copies end`, "does not say of every copy", "não diz de cada cópia"},
	"unknown id":       {`function() return { foto = { "x" } } end`, "foto", "foto"},
	"no reason":        {`function(copies) return { [copies[1].id] = {} } end`, "does not say why", "não diz por quê"},
	"calls":            {`function() dj.copy.list() return {} end`, "may not call dj.copy.list", "não pode chamar dj.copy.list"},
	"requires":         {`function() require "lib.days" return {} end`, "may not call require", "não pode chamar require"},
	"the job":          {`function() return { [job.id] = { "x" } } end`, `"job" holds can not be copied: job`, `"job" guarda não pode ser copiado: job`},
	"coroutine":        {`(function() local co = coroutine.create(print) return function() return co end end)()`, `"co" holds can not be copied: a coroutine`, `"co" guarda não pode ser copiado: uma corrotina`},
	"an error":         {`(function() local ok, e = pcall(dj.copy.open, "nada.zip") return function() return { [tostring(e)] = {} } end end)()`, `"e" holds can not be copied`, `"e" guarda não pode ser copiado`},
}

func TestWhyAPolicyFunctionIsRefusedIsTold(t *testing.T) {
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	for name, bad := range refusals {
		h, s := rotating(t, "")
		for language, want := range map[string]string{message.English: bad.en, message.Portuguese: bad.pt} {
			if err := message.SetLanguage(language); err != nil {
				t.Fatal(err)
			}
			o := h.does(t, `return dj.copy.plan("local", `+bad.policy+`)`, false)
			if message.Code(o.Err) != "guard.policy" || !strings.Contains(o.Err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, o.Err, want)
			}
			if nothing := map[string]string{message.English: "nothing was dropped", message.Portuguese: "nada foi apagado"}[language]; !strings.HasPrefix(message.Hint(o.Err), nothing) {
				t.Errorf("%s: the hint: %s", name, message.Hint(o.Err))
			}
		}
		if s.left() != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: left %s", name, s.left())
		}
	}
}

// A policy that is named in djscript.toml is asked as one that a job hands over is.
func TestANamedPolicyIsAskedByItself(t *testing.T) {
	const fiscal = `local asked = 0
	return dj.script { name = "fiscal", policies = {
		conta = function(copies) asked = asked + 1 return { [copies[asked].id] = { "x" } } end,
		chama = function(copies) dj.log.info("x") return {} end,
		boa = function(copies) return { [copies[8].id] = { "fiscal" } } end,
	} }`
	for policy, want := range map[string]string{"conta": "option.keep", "chama": "option.keep", "boa": ""} {
		h, s := rotating(t, `keep = "fiscal:`+policy+`"`)
		h.put(t, "fiscal", fiscal)
		o := h.does(t, `dj.copy.prune("local")`, false)
		got := ""
		if len(o.Degraded) > 0 {
			got = message.Code(o.Degraded[0])
		}
		if o.Err != nil || got != want || want != "" && s.left() != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: %v, %v, left %s", policy, o.Err, o.Degraded, s.left())
		}
	}
}

// unfit are policies that djscript.toml may name and that give nothing to go by, and what is told of each.
var unfit = map[string]string{
	"ruins:laco": "stopped after 20000000 steps", "ruins:nada": "gave back nil", "oca:x": "no rule", "ruins:erra": "sem regra",
	"ruins:outra": "has no policy outra", "naoha:x": `there is no script "naoha"`, "torta:x": "torta.lua:1", "lenta:x": "was stopped after",
}

// The store's configuration is at fault, and no script: what was made is told, nothing is dropped, and what a destination lacks
// gets there all the same.
func TestAPolicyOfDjscriptTomlThatFailsDropsNothingAndDegrades(t *testing.T) {
	for keep, want := range unfit {
		h, s := rotating(t, `keep = "`+keep+`"`)
		h.Config.Limits.Steps = 1_000_000
		h.put(t, "ruins", `return dj.script { name = "ruins", policies = {
			laco = function() while true do end end, nada = function() end, erra = function() error("sem regra") end } }`)
		h.put(t, "oca", `return dj.script { name = "oca", policies = { x = {} } }`)
		h.put(t, "torta", "return dj.script {{ name = }")
		h.put(t, "lenta", `while true do end`)
		s.add()
		s.all[0].To, s.all[0].Places[0].Destination = []string{"local", "rede"}, "rede"
		o := h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual", Params: map[string]any{"to": "local"}})
		if o.Err != nil || ExitCode(o) != ExitDegraded || o.Value == nil || s.left() != "1 2 3 4 5 6 7 8 9 10" || !slices.Equal(s.sent, []string{"9 local"}) {
			t.Errorf("%s: %v, %v, left %s, sent %v", keep, o.Err, o.Value, s.left(), s.sent)
		}
		if len(o.Degraded) != 1 || message.Code(o.Degraded[0]) != "option.keep" || message.Hint(o.Degraded[0]) == "" ||
			!strings.Contains(o.Degraded[0].Error(), keep) || !strings.Contains(o.Degraded[0].Error(), want) {
			t.Errorf("%s: degraded %v", keep, o.Degraded)
		}
		o = h.does(t, `local ok, err = pcall(dj.copy.plan, "local") return { ok, err.code, #dj.copy.prune("local") }`, false)
		if diff := cmp.Diff([]any{false, "option.keep", int64(0)}, o.Value); diff != "" || o.Err != nil || len(o.Degraded) != 1 {
			t.Errorf("%s: %s, %v, %v", keep, diff, o.Err, o.Degraded)
		}
	}
}

func TestAPolicyFunctionIsAskedInARehearsalToo(t *testing.T) {
	h, s := rotating(t, "")
	for policy, want := range map[string]string{
		`function(copies) return { [copies[8].id] = { made[1].class } } end`:                                "",
		`function(copies) if made[1].seq == "9" then return {} end return { [copies[8].id] = { "x" } } end`: "guard.policy",
	} {
		o := h.does(t, `local made = dj.copy.create { to = "local" } return dj.copy.plan("local", `+policy+`).keep`, true)
		if message.Code(o.Err) != want || s.left() != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: %v, left %s", policy, o.Err, s.left())
		}
	}
}

// A run that ends while a policy function is asked, for want of memory or by hand, is over. It is not only degraded.
func TestARunThatIsOverIsNotARefusedPolicy(t *testing.T) {
	h, s := rotating(t, "")
	h.put(t, "minha", job(`dj.copy.prune("local", function() print("x") while true do end end) return "on"`))
	ctx, cancel := context.WithCancelCause(t.Context())
	h.Watch = func(e Event) {
		if e.Kind == "log" {
			cancel(message.New("run.limit", "run.memory", message.Args{"limit": "1 MB"}))
		}
	}
	o := h.Run(ctx, Request{Target: "minha", Trigger: "manual"})
	if message.Code(o.Err) != "run.limit" || o.Value != nil || len(o.Degraded) > 0 || s.left() != "1 2 3 4 5 6 7 8" {
		t.Errorf("%v, %v, degraded %v, left %s", o.Err, o.Value, o.Degraded, s.left())
	}
}

func TestWhatAPolicyPrintsIsSaidOnce(t *testing.T) {
	h, _ := rotating(t, "")
	var said []string
	h.Watch = func(e Event) {
		if e.Kind == "log" {
			said = append(said, e.Text)
		}
	}
	o := h.does(t, `dj.copy.plan("local", function(copies) print("copies", #copies) return {} end)`, false)
	if diff := cmp.Diff([]string{"copies\t8"}, said); diff != "" || o.Err != nil {
		t.Error(diff, o.Err)
	}
}
