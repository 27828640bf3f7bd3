package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
)

// layered is a store whose scripts are those texts, by "store/own.lua". Nothing but its scripts works.
func layered(files map[string]string) *Host {
	all := layer.Layers{{Name: layer.Store}, {Name: layer.Reseller, Dir: "revenda/scripts"}, {Name: layer.Builtin}}
	for i := range all {
		sub := fstest.MapFS{}
		for name, text := range files {
			if file, ok := strings.CutPrefix(name, all[i].Name+"/"); ok {
				sub[file] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		all[i].Files = sub
	}
	h := &Host{
		Config: &config.Config{Store: config.Store{ID: "loja", Location: time.UTC}, Limits: config.Limits{Steps: 1e6}},
		Layers: all, Now: time.Now, Entropy: zeroes{},
	}
	h.World = scriptsOnly{disk{h}}
	return h
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0
	}
	return len(p), nil
}

// scriptsOnly is a world without engines and without a journal.
type scriptsOnly struct{ disk }

func (scriptsOnly) Engines(context.Context) (*Engines, error) {
	return &Engines{Mask: func(s string) string { return s }}, nil
}

func (scriptsOnly) Begin(journal.Start) (Record, error) { return unheard{}, nil }

type unheard struct{}

func (unheard) Write(journal.Event) error { return nil }
func (unheard) Finish(journal.End) error  { return nil }

// what is what a run of a script gives, or how it failed.
func what(h *Host, target string) string {
	o := h.Run(context.Background(), Request{Target: target, Trigger: "manual"})
	if o.Err != nil {
		return o.Err.Error()
	}
	return fmt.Sprint(o.Value)
}

func TestAScriptInheritsWhatItDoesNotSay(t *testing.T) {
	h := layered(map[string]string{
		"store/own.lua": `return dj.script { name = "own", extends = "own", version = "3",
  params = { who = { type = "text", default = "store" } },
  jobs = { go = function(job, p) p.seen = "store"; return "store " .. job:super() end,
    other = function(job, p) return "store " .. job:super { who = "given" } end,
    dot = function(job, p) return job.super(p) end,
    alone = function(job) return job:super() end },
}`,
		"reseller/own.lua": `return dj.script { name = "own", extends = "own",
  params = { who = { type = "text", default = "reseller" }, more = { type = "integer", default = 7 } },
  jobs = { go = function(job, p) return "reseller " .. job:super() end, other = function(job, p) return "reseller " .. job:super(p) end,
    dot = function(job, p) return p.who end, mine = function(job, p) return p.who .. p.more end },
}`,
		"builtin/own.lua": `return dj.script { name = "own", params = { kept = { type = "text", default = "builtin" } },
  jobs = { go = function(job, p) return p.who .. " " .. p.seen .. " " .. p.kept end, other = function(job, p) return p.who end } }`,
	})
	for target, want := range map[string]string{
		"own:go": "store reseller store store builtin", "own:other": "store reseller given", "own:dot": "store", "own:mine": "store7",
		"own:alone": "own.lua:6: Job:super: no script that own.lua extends has a job \"alone\" (script.super)",
	} {
		if got := what(h, target); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
	d, err := h.Describe(t.Context(), "own")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"param.more": "revenda/scripts/own.lua", "param.kept": "builtin/own.lua", "job.mine": "revenda/scripts/own.lua"}
	if diff := cmp.Diff(want, d.From); diff != "" || d.Version != "3" {
		t.Errorf("version %s; %s", d.Version, diff)
	}
}

// However a job is spread over the layers, every part of it runs once, from the top down, until one does not call super.
func TestEveryInheritedJobRunsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]string{}
		var want []string
		open := true
		names := []string{layer.Store, layer.Reseller, layer.Builtin}
		for i, name := range names {
			has := rapid.Bool().Draw(t, name+" has the job")
			calls := rapid.Bool().Draw(t, name+" calls super")
			extends, jobs := `extends = "own", `, "stays = function() end"
			if i == len(names)-1 {
				extends, has, calls = "", true, false
			}
			if has {
				jobs = fmt.Sprintf("go = function(job) return %q end", name)
				if calls {
					jobs = fmt.Sprintf("go = function(job) return %q .. job:super() end", name+" ")
				}
				if open {
					want = append(want, name)
				}
				open = open && calls
			}
			files[name+"/own.lua"] = fmt.Sprintf("return dj.script { name = \"own\", %sjobs = { %s } }", extends, jobs)
		}
		if got := what(layered(files), "own:go"); got != strings.Join(want, " ") {
			t.Fatalf("%s, want %v", got, want)
		}
	})
}

func TestALibraryIsLoadedOnceAndDoesNothing(t *testing.T) {
	script := func(body string) string {
		return `return dj.script { name = "own", jobs = { go = function(job) ` + body + ` end } }`
	}
	for name, c := range map[string]struct{ body, lib, want string }{
		"once":      {`require("lib.x").n = 5 return require("lib.x").n`, "return { n = 1 }", "5"},
		"its value": {`return require "lib.x"`, "return 'just a text'", "just a text"},
		"nothing":   {`return tostring(require "lib.x")`, "local unused", "nil"},
		"caught":    {`local ok, err = pcall(require, "lib.y") return err.code`, "return 1", "script.require"},
		"hidden":    {`local name = "lib.x" local ok, err = pcall(require, name) return err.message`, "return 1", "require names a library by a text in quotes"},
		"reads":     {`local ok, err = pcall(require, "lib.x") local x = require "lib.x" return x`, "return dj.db.list()", "lib/x.lua:1: db.list: script own calls db.list while it is loaded (script.failed)"},
		"its place": {`local x = require "lib.x" return x.f()`, "return { f = function() return nil + 1 end }", "lib/x.lua:1: can not calculate with nil and a number (script.failed)"},
	} {
		h := layered(map[string]string{"store/own.lua": script(c.body), "store/lib/x.lua": c.lib})
		if got := what(h, "own"); got != c.want && !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestNothingBeginsWithScriptsThatAreRefused(t *testing.T) {
	h := layered(map[string]string{"store/own.lua": `return dj.script { name = "own", jobs = { go = function() return 1 end } }`})
	h.Refused = &RefusedError{Mistakes: []error{message.New("script.failed", "run.no_script", message.Args{"script": "x"})}}
	o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
	if message.Code(o.Err) != "script.refused" || ExitCode(o) != ExitWrong || o.Value != nil {
		t.Errorf("%v, exit %d", o.Err, ExitCode(o))
	}
	h.Refused, h.Behind = nil, message.New("script.behind", "run.no_script", message.Args{"script": "x"})
	if o = h.Run(t.Context(), Request{Target: "own", Trigger: "cron"}); o.Err != nil || ExitCode(o) != ExitDegraded || o.Value != int64(1) {
		t.Errorf("%v, exit %d, %v", o.Err, ExitCode(o), o.Value)
	}
}

func TestEveryMistakeOfAVersionIsTold(t *testing.T) {
	good := `return dj.script { name = "x", jobs = { go = function() end } }`
	for name, c := range map[string]struct {
		files map[string]string
		run   string
		want  []string
	}{
		"good":     {map[string]string{"store/own.lua": good, "reseller/b.lua": good, "store/lib/x.lua": "return 1"}, "own:go", nil},
		"built-in": {map[string]string{"builtin/a.lua": "return ="}, "", nil},
		"syntax, in every file": {
			map[string]string{"store/a.lua": "return =", "reseller/lib/x.lua": "return ="}, "",
			[]string{"a.lua:1: ", "revenda/scripts/lib/x.lua:1: "},
		},
		"a test is no part of it": {map[string]string{"store/a_test.lua": "return ="}, "", nil},
		"links, told once":        {map[string]string{"store/a.lua": "require 'lib.x' " + good, "store/b.lua": "return dj.script { name = 'b', extends = 'a' }"}, "", []string{"a.lua:1: there is no library"}},
		"unknown names":           {map[string]string{"store/a.lua": `return dj.script { name = "x", jobs = { go = function() dj.copy.creat() end } }`}, "", []string{"a.lua:1: dj.copy has nothing called"}},
		"what does not declare":   {map[string]string{"store/a.lua": "return 1"}, "", []string{"a.lua did not return"}},
		"what fails when loaded":  {map[string]string{"store/a.lua": "error('no')\n" + good}, "", []string{"a.lua:1: no"}},
		"a job that is not there": {map[string]string{"store/own.lua": good}, "own:other", []string{"cron.night.run: script own has no job"}},
		"a script that is not there": {
			map[string]string{"store/a.lua": good}, "away:other", []string{`there is no script "away`},
		},
	} {
		h := layered(c.files)
		if c.run != "" {
			h.Config.Cron = []config.Cron{{Name: "night", Run: c.run}}
		}
		found := h.Check(t.Context())
		if len(found) != len(c.want) {
			t.Errorf("%s: %v, want %q", name, found, c.want)
			continue
		}
		for i, err := range found {
			if !strings.Contains(err.Error(), c.want[i]) {
				t.Errorf("%s: %v, want %q", name, err, c.want[i])
			}
		}
	}
}

func TestACopyHoldsTheResellersFilesToo(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"loja/djscript.toml", "loja/scripts/a.lua", "loja/revenda/revenda.toml", "loja/revenda/scripts/lib/b.lua", "fora/revenda.toml", "fora/scripts/c.lua",
		"loja/junto.toml",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for base, want := range map[string][]string{
		"":                          {"djscript.toml", "scripts/a.lua"},
		"loja/revenda/revenda.toml": {"djscript.toml", "scripts/a.lua", "revenda/revenda.toml", "revenda/scripts/lib/b.lua"},
		"fora/revenda.toml":         {"djscript.toml", "scripts/a.lua", "reseller/revenda.toml", "reseller/scripts/c.lua"},
		"loja/junto.toml":           {"djscript.toml", "scripts/a.lua", "junto.toml"},
	} {
		c := &config.Config{Path: filepath.Join(dir, "loja", "djscript.toml"), Dir: filepath.Join(dir, "loja")}
		if base != "" {
			c.Base = filepath.Join(dir, base)
		}
		files, _, err := (&Host{Config: c}).setup(nil)
		if err != nil {
			t.Errorf("%s: %v", base, err)
		}
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: %s", base, diff)
		}
	}
	if _, _, err := (&Host{Config: &config.Config{Path: filepath.Join(dir, "nowhere"), Dir: dir}}).setup(nil); err == nil {
		t.Error("a store without its djscript.toml")
	}
}

func TestParamsOfNumbersAndOfPolicies(t *testing.T) {
	h := layered(map[string]string{"store/own.lua": `return dj.script { name = "own", params = {
  rate = { type = "decimal" }, keep = { type = "policy" } }, jobs = { go = function(job, p) return p end } }`})
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"rate": {"1234,56", "map[rate:1234.56]"}, "rate ": {int64(3), "map[rate:3]"}, "rate  ": {"-0.5", "map[rate:-0.5]"},
		"rate   ": {"1.234,56", "can not be 1.234,56"}, "rate    ": {"NaN", "can not be NaN"}, "rate     ": {true, "can not be true"},
		"keep":  {map[string]any{"daily": int64(7), "min": int64(2)}, "map[keep:map[daily:7 min:2]]"},
		"keep ": {[]any{map[string]any{"within": "30d"}}, "can not be"}, "keep  ": {map[string]any{"dayly": int64(7)}, "can not be"},
		"keep   ": {map[string]any{}, "can not be"}, "keep    ": {"daily", "can not be"},
	} {
		name = strings.TrimSpace(name)
		o := h.Run(t.Context(), Request{Target: "own", Params: map[string]any{name: c.value}})
		got := fmt.Sprint(o.Value)
		if o.Err != nil {
			got = o.Err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s = %v: %s, want %s", name, c.value, got, c.want)
		}
	}
}

func TestWithoutANameTheOwnJobsOfAScriptDecide(t *testing.T) {
	jobs := func(extends string, names ...string) string {
		text := `return dj.script { name = "x",` + extends + ` jobs = {`
		for _, name := range names {
			text += name + " = function() return '" + name + "' end, "
		}
		return text + `} }`
	}
	below := `extends = "below",`
	for own, want := range map[string]string{
		jobs(below, "report"):               "report",
		jobs(below, "report", "backup"):     "backup",
		jobs(below, "report", "second"):     "option.value: script own has several jobs: report, second",
		jobs(below):                         "backup",
		jobs(`extends = "one",`):            "single",
		jobs(`extends = "two",`):            "option.value: script own has several jobs: x, y",
		jobs("", "single"):                  "single",
		`return dj.script { name = "own" }`: "option.value: script own has no jobs",
	} {
		h := layered(map[string]string{
			"store/own.lua": own, "builtin/below.lua": jobs("", "backup", "adopt"), "builtin/one.lua": jobs(below, "single"), "builtin/two.lua": jobs(below, "x", "y"),
		})
		h.Config.Cron = []config.Cron{{Name: "entry", Run: "own"}}
		o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
		got, _ := o.Value.(string)
		if o.Err != nil {
			got = message.Code(o.Err) + ": " + strings.TrimSuffix(o.Err.Error(), " (option.value)")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", own, got, want)
		}
		if mistakes := h.CheckEntries(t.Context()); (len(mistakes) > 0) != (o.Err != nil) {
			t.Errorf("%s: check says %v", own, mistakes)
		}
	}
}
