package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// What a run tells through its process is what it would tell in ours, to the byte.
func TestAReportSaysTheSameOnTheOtherSideOfItsPipe(t *testing.T) {
	syntax := func(text string) error {
		_, err := lua.Parse("x.lua", []byte(text))
		return err
	}
	for name, o := range map[string]*run.Outcome{
		"nothing":    {Run: "01", Script: "s", Job: "j", Result: "done"},
		"a value":    {Value: map[string]any{"b": 1, "a": "<ação & co>", "n": []any{}, "big": int64(math.MaxInt64)}},
		"a number":   {Value: 1234567.89},
		"no value":   {Value: math.NaN()},
		"a copy":     {Value: copies.Copy{ID: "01", Name: "x.zip", Places: []copies.Place{{Destination: "local", Path: "p", Bytes: 3}}}},
		"dry":        {Dry: true, Steps: []run.Step{{Name: "copy.create", Effect: "write", Where: "x.lua:3"}}, Value: []any{}},
		"degraded":   {Degraded: []error{errors.Join(message.New("drive.full", "run.no_param", message.Args{"arg": "x"}), errors.New("plain"))}},
		"failed":     {Err: errors.Join(message.New("run.died", "run.killed", message.Args{"signal": "x"}), errors.New("more"))},
		"no script":  {Err: syntax("if x")},
		"skipped":    {Err: &primitive.SkipError{Reason: "holiday"}},
		"failed too": {Degraded: []error{errors.New("first")}, Err: errors.New("then")},
	} {
		for _, asJSON := range []bool{false, true} {
			d := newDesk(t)
			here, there := toldBy(d, asJSON, reportOf(o)), toldBy(d, asJSON, through(t, reportOf(o)))
			if here != there {
				t.Errorf("%s: here %+v, through a pipe %+v", name, here, there)
			}
		}
	}
}

func toldBy(d *desk, asJSON bool, r *report) said {
	var out, errs bytes.Buffer
	a := d.app("", &out, &errs)
	a.json = asJSON
	exit := a.end(a.tellReport(r))
	return said{out.String(), errs.String(), exit}
}

// through takes a report through a pipe.
func through(t *testing.T, r *report) *report {
	t.Helper()
	var pipe bytes.Buffer
	if err := (&speaker{out: &pipe}).say(spoken{Report: r}); err != nil {
		t.Fatal(err)
	}
	said, ok := readSpoken(pipe.Bytes())
	if !ok {
		t.Fatalf("not an answer: %s", &pipe)
	}
	return said.Report
}

func TestParamsKeepTheirTypesOnTheirWay(t *testing.T) {
	params := map[string]any{
		"text": "1", "n": int64(1 << 62), "x": 1.5, "yes": true, "list": []any{int64(1), "a", map[string]any{"deep": int64(2)}}, "none": nil,
	}
	text, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var got map[string]any
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if numbers(got); !reflect.DeepEqual(got, params) {
		t.Errorf("%#v, want %#v", got, params)
	}
}

func TestMuchIsMoreThanTwiceTheUsualAndNotLittle(t *testing.T) {
	usual := &journal.Usage{Steps: 1e6, Seconds: 10, Memory: 100 << 20, FilesWritten: 2}
	for _, c := range []struct {
		now  journal.Usage
		want []string
	}{
		{*usual, []string{}},
		{journal.Usage{Steps: 2e6, Seconds: 20, Memory: 200 << 20, FilesWritten: 4}, []string{}},
		{journal.Usage{Steps: 2e6 + 1, Seconds: 20.5, Memory: 201 << 20, FilesWritten: 5}, []string{"steps", "seconds", "memory", "files_written"}},
		{journal.Usage{FilesDropped: 2, BytesWritten: 1000}, []string{}},
		{journal.Usage{FilesDropped: 3, BytesWritten: 1 << 20}, []string{"bytes_written", "files_dropped"}},
	} {
		if got := unusual(&c.now, usual); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.now, got, c.want)
		}
	}
	if got := unusual(nil, usual); len(got) > 0 {
		t.Errorf("a run without an end: %v", got)
	}
	if got := unusual(usual, nil); len(got) > 0 {
		t.Errorf("nothing to compare with: %v", got)
	}
}
