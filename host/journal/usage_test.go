package journal

import (
	"fmt"
	"testing"
)

func TestTheUsualIsTheMedianOfEach(t *testing.T) {
	for _, c := range []struct {
		runs []Usage
		want Usage
	}{
		{nil, Usage{}},
		{[]Usage{{Steps: 7, Seconds: 1.5}}, Usage{Steps: 7, Seconds: 1.5}},
		{[]Usage{{Memory: 9}, {Memory: 1}}, Usage{Memory: 1}},
		{[]Usage{{FilesWritten: 9, FilesDropped: 1}, {FilesWritten: 1, FilesDropped: 2}, {FilesWritten: 5, BytesWritten: 3}},
			Usage{FilesWritten: 5, FilesDropped: 1}},
	} {
		if got := Usual(c.runs); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.runs, got, c.want)
		}
	}
}

func TestARunIsComparedWithEarlierOnesOfItsJobThatWentWell(t *testing.T) {
	j := In(t.TempDir())
	past := func(id, script, job, result string, dry bool, steps int64) {
		t.Helper()
		r, err := j.Begin(Start{Run: id, Script: script, Job: job, Dry: dry})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Finish(End{Result: result, Usage: &Usage{Steps: steps}}); err != nil {
			t.Fatal(err)
		}
	}
	past("01", "s", "j", Done, false, 1)
	past("02", "s", "j", Degraded, false, 2)
	past("03", "s", "j", Failed, false, 3)
	past("04", "s", "j", Done, true, 4)
	past("05", "s", "other", Done, false, 5)
	past("06", "other", "j", Done, false, 6)
	past("07", "s", "j", Done, false, 7)
	past("08", "s", "j", Done, false, 8)
	past("09", "s", "j", Done, false, 9)
	for n, want := range map[int]string{0: "", 1: "7", 2: "7 2", 30: "7 2 1"} {
		of, err := j.Read("08")
		if err != nil {
			t.Fatal(err)
		}
		found, err := j.Before(of, n)
		got := ""
		for _, u := range found {
			got += fmt.Sprint(" ", u.Steps)
		}
		if err != nil || got != "" && got[1:] != want || got == "" && want != "" {
			t.Errorf("%d before: %q, %v", n, got, err)
		}
	}
}
