package sim

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// testSteps is the step budget of one test, the runs in it not counted: a second of pure Lua, about.
const testSteps = 10_000_000

// Options of a run of tests.
type Options struct {
	Only    string // tests whose title holds this text; "": all
	Torture bool   // then each test is run again and again, with failures
	Now     func() time.Time
}

// Report is what came of one file.
type Report struct {
	File       string
	Tests      []*Test
	Err        error // the file could not be read, or failed outside of its tests
	Seconds    float64
	Variations int // that torture tried
	Violations []Violation
}

// Failed is how many tests failed.
func (r *Report) Failed() int {
	n := 0
	for _, t := range r.Tests {
		if t.Err != nil {
			n++
		}
	}
	return n
}

// OK tells whether nothing at all is wrong.
func (r *Report) OK() bool { return r.Err == nil && r.Failed() == 0 && len(r.Violations) == 0 }

// Test is how one test went.
type Test struct {
	Title   string
	Where   string // "scripts/closing_test.lua:12"
	Err     error
	Run     *Failure // the last run in it, where that failed: mostly why the test did
	Printed []string
	Seconds float64
}

// Failure is a run that did not end well.
type Failure struct {
	Target string
	Exit   int
	Errs   []error // why it failed, or why it is degraded
}

// IsTest tells a file of tests by its name.
func IsTest(path string) bool { return strings.HasSuffix(path, "_test.lua") }

// suite is one file of tests.
type suite struct {
	program *Program
	options Options
	folder  string
	chunk   *lua.Chunk
	linked  *layer.Program // the file with the libraries that it requires
}

// Test runs the tests of a file, each in a store and a state of its own. name is what the file is called in messages.
func (p *Program) Test(ctx context.Context, path, name string, o Options) *Report {
	began := o.Now()
	r := &Report{File: name}
	source, err := os.ReadFile(path)
	if err != nil {
		r.Err = message.Wrap(err, "arg.file", "sim.unreadable", message.Args{"path": name})
		return r
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		r.Err = message.Wrap(err, "arg.file", "sim.unreadable", message.Args{"path": name})
		return r
	}
	u := &suite{program: p, options: o, folder: folder}
	if u.chunk, r.Err = lua.Parse(name, source); r.Err == nil {
		r.Err = u.all(ctx, r)
	}
	r.Seconds = o.Now().Sub(began).Seconds()
	return r
}

func (u *suite) all(ctx context.Context, r *Report) error {
	first, err := u.begin(ctx)
	if err != nil {
		return err
	}
	if len(first.cases) == 0 {
		return message.New("test.none", "sim.no_tests", message.Args{"file": r.File})
	}
	for i, c := range first.cases {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !strings.Contains(strings.ToLower(c.title), strings.ToLower(u.options.Only)) {
			continue
		}
		began := u.options.Now()
		t, store := u.test(ctx, i)
		t.Seconds = u.options.Now().Sub(began).Seconds()
		r.Tests = append(r.Tests, t)
		if u.options.Torture && t.Err == nil {
			u.torture(ctx, r, t.Title, store.runs)
		}
	}
	return nil
}

// stage is a file of tests loaded anew, with a store of its own.
type stage struct {
	suite    *suite
	state    *lua.State
	store    *Store
	cases    []testCase
	expected int // expectations that were asked
	printed  []string
	libs     map[string]lua.Value // loaded, by file
}

type testCase struct {
	title, where string
	fn           *lua.Function
}

type testArgs struct {
	Title string        `lua:"title,arg"`
	Fn    *lua.Function `lua:"fn,arg"`
}

// begin loads the file, which only declares its tests.
func (u *suite) begin(ctx context.Context) (*stage, error) {
	store, err := u.program.store(u.folder)
	if err != nil {
		return nil, err
	}
	if u.linked == nil {
		if u.linked, err = follow(store.layers, u.chunk); err != nil {
			return nil, err
		}
	}
	g := &stage{suite: u, store: store, libs: map[string]lua.Value{}}
	g.state = lua.New(ctx, lua.Options{
		Steps: testSteps, Say: message.Say, Seed: 1, Modules: map[string][]lua.Func{"dj": g.lent(), "": {answer("require", g.require)}},
		Print: func(line string) { g.printed = append(g.printed, line) },
	})
	_, err = g.state.Run(u.chunk)
	return g, err
}

// lent is what a file of tests may call.
func (g *stage) lent() []lua.Func {
	test := flow("test", func(c *lua.Call, a *testArgs) error {
		g.cases = append(g.cases, testCase{title: a.Title, where: c.Where(), fn: a.Fn})
		return nil
	})
	return append([]lua.Func{test}, g.expectations()...)
}

type requireArgs struct {
	Name string `lua:"name,arg"`
}

// require gives what a library returned; each test loads it once.
func (g *stage) require(c *lua.Call, a *requireArgs) (any, error) {
	lib, err := g.suite.linked.Require(c.File(), a.Name)
	if err != nil {
		return nil, err
	}
	value, loaded := g.libs[lib.Chunk.Name]
	if !loaded {
		if value, err = g.state.Run(lib.Chunk); err != nil {
			return nil, err
		}
		g.libs[lib.Chunk.Name] = value
	}
	return value, nil
}

// Functions are all that tests may call, bound to nothing: for docs, editors and the static check.
func Functions() []lua.Func {
	return append((&stage{}).lent(), (&Store{}).methods()...)
}

// test runs one test.
func (u *suite) test(ctx context.Context, n int) (*Test, *Store) {
	g, err := u.begin(ctx)
	if err != nil {
		return &Test{Err: err}, nil
	}
	g.store.keeping, g.store.weighing = u.options.Torture, u.options.Torture
	c := g.cases[n]
	t := &Test{Title: c.title, Where: c.where}
	_, t.Err = c.fn.CallValues(g.state.Object("sim", nil, g.store.methods()))
	t.Printed = g.printed
	if t.Err == nil && g.expected == 0 {
		t.Err = message.New("test.empty", "sim.no_expectation", nil)
	}
	if last := g.store.last(); last != nil && t.Err != nil {
		if exit := run.ExitCode(last.outcome); exit != run.ExitDone {
			t.Run = &Failure{Target: last.request.Target, Exit: exit, Errs: last.outcome.Degraded}
			if last.outcome.Err != nil {
				t.Run.Errs = []error{last.outcome.Err}
			}
		}
	}
	return t, g.store
}
