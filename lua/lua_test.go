package lua

import (
	"errors"
	"fmt"
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

type coder struct{ code string }

func (c *coder) Error() string { return "refused" }
func (c *coder) Code() string  { return c.code }

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

type made struct {
	Path  string `lua:"path"`
	Bytes int64  `json:"bytes"`
}

// host is what tests lend to scripts.
func host() Options { return Options{Modules: map[string][]Func{"dj": demo()}} }

func demo() []Func {
	return []Func{
		Bind("copy.create", func(c *Call, a *createArgs) ([]made, error) {
			if len(a.To) > 0 && a.To[0] == "full" {
				return nil, &diskFull{"E:"}
			}
			return []made{{a.To[0] + "/" + a.Verify + "/" + a.Wait.String(), int64(a.MaxBytes)}}, nil
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
		Bind("guard", func(*Call, *struct{}) (struct{}, error) { return struct{}{}, &coder{"guard.newest"} }),
		Bind("fail", func(_ *Call, a *struct {
			Code string `lua:"code,arg"`
		}) (struct{}, error) {
			return struct{}{}, fmt.Errorf("make copy: %w", &coder{a.Code})
		}),
	}
}

// numbered is the format with 0, 1, 2 ... one after the other.
func numbered(format string, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
