package lua

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// out runs a script and gives what it printed, line by line.
func out(t *testing.T, o Options, source string) string {
	t.Helper()
	text, err := try(t, o, source)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return text
}

func try(t *testing.T, o Options, source string) (string, error) {
	t.Helper()
	var lines []string
	o.Print = func(line string) { lines = append(lines, line) }
	chunk, err := Parse("store.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(t.Context(), o).Run(chunk)
	return strings.Join(lines, "\n"), err
}

// fails runs a script that must fail and gives its error.
func fails(t *testing.T, o Options, source string) *RunError {
	t.Helper()
	text, err := try(t, o, source)
	var run *RunError
	if !errors.As(err, &run) {
		t.Fatalf("the script did not fail (%v): %s", err, text)
	}
	return run
}

type diskFull struct{ path string }

func (d *diskFull) Error() string   { return "drive " + d.path + " is full" }
func (d *diskFull) Code() string    { return "drive.full" }
func (d *diskFull) Hint() string    { return "delete something" }
func (d *diskFull) Retryable() bool { return true }

type createArgs struct {
	To       []string      `lua:"to,required,single" doc:"where copies go"`
	Verify   string        `lua:"verify" enum:"restore,later,false"`
	Wait     time.Duration `lua:"wait"`
	MaxBytes Size          `lua:"max_bytes"`
	Level    int           `lua:"level"`
	Keep     *keep         `lua:"keep"`
}

type keep struct {
	Daily int `lua:"daily"`
	Min   int `lua:"min,required"`
}

type place2 struct {
	Path  string `lua:"path"`
	Bytes int64  `json:"bytes"`
}

func demo() []Func {
	return []Func{
		Bind("copy.create", func(c *Call, a *createArgs) ([]place2, error) {
			if len(a.To) > 0 && a.To[0] == "full" {
				return nil, &diskFull{"E:"}
			}
			return []place2{{a.To[0] + "/" + a.Verify + "/" + a.Wait.String(), int64(a.MaxBytes)}}, nil
		}),
		Bind("copy.open", func(c *Call, a *struct {
			Path string `lua:"path,arg"`
		}) (string, error) {
			return a.Path, nil
		}),
		Bind("step", func(c *Call, a *struct {
			Title string    `lua:"title,arg"`
			Fn    *Function `lua:"fn,arg"`
		}) (any, error) {
			results, err := a.Fn.Call("inside " + a.Title)
			if err != nil {
				return nil, err
			}
			return Results(results), nil
		}),
		Bind("boom", func(*Call, *struct{}) (struct{}, error) { panic("nil map") }),
		Bind("guard", func(*Call, *struct{}) (struct{}, error) {
			return struct{}{}, &fault{code: "guard.newest", key: "lua.script", args: map[string]any{"text": "no"}}
		}),
	}
}

func TestSmoke(t *testing.T) {
	o := Options{Modules: map[string][]Func{"dj": demo()}}
	t.Log(out(t, o, `
print(1234567.89 .. ";" .. 0.1, 2^53, 1e15, 123456789012345, "010" + 1, 0010, 1e100, -0.5)
local r = dj.copy.create { to = "a", verify = false, wait = "1h30m", max_bytes = "1GB" }
print(r, r[1].path, #r)
print(dj.step("t", function(x) return x, 2 end))
local ok, err = pcall(dj.copy.create, { to = "full" })
print(ok, err, err.code, err:is("drive"), err.retryable, err.where, err.op)
print(pcall(error, {message="hi", a=1}))
print(pcall(error, "text"))
print(select(2, pcall(function() error("two") end)))
local t = {} for i=1,100000 do t[#t+1]=i end print(#t, t[70000])
for k in pairs(dj.copy) do print(k) end
`))
	for _, source := range []string{
		`dj.copy.create { to = "full" }`, `dj.copy.creat {}`, `jobb = 1`, "local job = 1\nreturn function() end, jobb",
		`dj.copy.create { too = "x" }`, `dj.copy.create {}`, `dj.copy.create { to = 5 }`, `dj.copy.create { to = "x", verify = "restor" }`,
		`dj.copy.create { to = "x", wait = 5 }`, `dj.copy.create { to = "x", keep = { dayly = 5 } }`, `dj.copy.create { to = "x", level = 1.5 }`,
		`dj.copy.create("x", {})`, `dj.copy.open("x", 1)`, `dj.copy.open()`, `dj.boom()`, `pcall(dj.guard)`,
		"local size = nil\nlocal half = size / 2", `local t = nil; print(t.x)`, `local t = {} t.foo()`, `print(1 < "2")`,
		"local function f() return 1 + f() end f()", `dj.step("x", function() local secret = "s3" error("inside") end)`, `dj.x = 1`, `string.rep = 1`,
	} {
		run := fails(t, o, source)
		t.Logf("%s\n   => %s\n   stack %v excerpt %q", source, run.Err.Text(), run.Stack, run.Excerpt)
	}
	run := fails(t, Options{Steps: 1000}, "pcall(function() while true do end end) print(1)")
	t.Log(run.Err.Text(), run.Stack)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	chunk, _ := Parse("x.lua", []byte("while true do end"))
	_, err := New(ctx, Options{}).Run(chunk)
	t.Log(err)
	for _, bad := range []string{"if x then\nfoo()\n", "function a()\n  if x then\n    foo()\nend\n", "x = = 1", "local x = 3x", "print('a", "{{{", "goto x", "x = 1 +", "while x\n"} {
		_, err := Parse("s.lua", []byte(bad))
		var s *SyntaxError
		errors.As(err, &s)
		t.Log(err, s.Column, s.Hint(), s.SourceLine)
	}
}
