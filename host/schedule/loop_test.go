package schedule

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

var errEnd = errors.New("end of the test")

// wall is a clock that only sleeping moves; jumps say where a sleep ends elsewhere than it should.
type wall struct {
	now   time.Time
	until time.Time
	jumps map[string]time.Duration
}

func (w *wall) sleep(_ context.Context, d time.Duration) error {
	w.now = w.now.Add(d)
	key := w.now.Format("2006-01-02 15:04")
	if jump, ok := w.jumps[key]; ok {
		delete(w.jumps, key)
		w.now = w.now.Add(jump)
	}
	if w.now.After(w.until) {
		return errEnd
	}
	return nil
}

func runLoop(t *testing.T, w *wall, specs ...Spec) (started, missed []string) {
	t.Helper()
	var entries []*Entry
	for _, s := range specs {
		e, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	note := func(to *[]string) func(*Entry, time.Time) {
		return func(e *Entry, at time.Time) { *to = append(*to, e.Name()+" "+at.Format("02 15:04")) }
	}
	loop := Loop{Now: func() time.Time { return w.now }, Sleep: w.sleep, Start: note(&started), Missed: note(&missed)}
	if err := loop.Run(t.Context(), entries); !errors.Is(err, errEnd) {
		t.Fatal(err)
	}
	return started, missed
}

func TestTheLoopStartsEachOccurrenceOnce(t *testing.T) {
	w := &wall{now: time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC), until: time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC)}
	started, missed := runLoop(t, w, Spec{Name: "noite", Cron: []string{"0 22 * * *"}})
	if want := []string{"noite 02 22:00", "noite 03 22:00", "noite 04 22:00"}; !slices.Equal(started, want) {
		t.Errorf("started %v, want %v", started, want)
	}
	if len(missed) > 0 {
		t.Errorf("missed %v", missed)
	}
}

func TestALaptopThatSleptMissesAndDoesNotStorm(t *testing.T) {
	w := &wall{
		now: time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC), until: time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC),
		jumps: map[string]time.Duration{"2026-03-02 21:30": 10 * time.Hour},
	}
	started, missed := runLoop(t, w, Spec{Name: "hora", Cron: []string{"0 * * * *"}})
	if len(missed) != 10 || missed[0] != "hora 02 22:00" {
		t.Errorf("missed %v", missed)
	}
	if want := []string{"hora 03 08:00", "hora 03 09:00", "hora 03 10:00", "hora 03 11:00", "hora 03 12:00"}; !slices.Equal(started, want) {
		t.Errorf("started %v, want %v", started, want)
	}
}

func TestAClockThatIsSetBackNeitherStallsNorStorms(t *testing.T) {
	w := &wall{
		now: time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC), until: time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC),
		jumps: map[string]time.Duration{"2026-03-02 22:10": -6 * time.Hour},
	}
	started, _ := runLoop(t, w, Spec{Name: "noite", Cron: []string{"0 22 * * *"}})
	if want := []string{"noite 02 22:00", "noite 02 22:00"}; !slices.Equal(started, want) {
		t.Errorf("started %v, want %v", started, want)
	}
}
