package company_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func engine(t testing.TB) *firebird.Engine {
	t.Helper()
	e, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "engine"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Remove(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func open(t testing.TB, in company.Runner, p company.Profile) company.Side {
	t.Helper()
	side, err := company.Open(t.Context(), in, p)
	if err != nil {
		t.Fatal(err)
	}
	return side
}

type place struct {
	table string
	id    int
}

// outcome is what an exchange should come to, by the definition and not by SQL.
type outcome struct {
	rows      data
	collision bool
	along     map[string]int64
	held      map[string]int64
}

// expect works out what should be there after the companies' rows were exchanged.
func (w *world) expect(d *company.Division, chosen []int) outcome {
	meant := func(in data, p place) bool {
		return slices.Contains(chosen, owner(d, in, p.table, in[p.table][p.id]))
	}
	// reached are the rows that are candidates, and that a row which is none refers to, or another one that is reached.
	reached := func(in data, candidate func(place) bool) map[place]bool {
		found := map[place]bool{}
		for again := true; again; {
			again = false
			for _, ref := range w.schema.References {
				for id, r := range in[ref.From] {
					from := place{ref.From, id}
					n := r.numbers[ref.FromColumns[0]]
					if n == nil || candidate(from) && !found[from] {
						continue
					}
					if to := (place{ref.To, *n}); candidate(to) && !found[to] {
						found[to], again = true, true
					}
				}
			}
		}
		return found
	}
	held := reached(w.now, func(p place) bool { return meant(w.now, p) })
	along := reached(w.copy, func(p place) bool { return !meant(w.copy, p) })
	out := outcome{rows: w.now.clone(), along: map[string]int64{}, held: map[string]int64{}}
	for table, rows := range w.now {
		for id := range rows {
			p := place{table, id}
			if !meant(w.now, p) {
				continue
			}
			if !held[p] {
				delete(out.rows[table], id)
			} else if _, inCopy := w.copy[table][id]; !inCopy || !meant(w.copy, p) {
				out.held[table]++
			}
		}
	}
	for table, rows := range w.copy {
		for id, r := range rows {
			p := place{table, id}
			if meant(w.copy, p) {
				if _, there := w.now[table][id]; there && !meant(w.now, p) {
					out.collision = true
				}
				out.rows[table][id] = r
			}
		}
	}
	for p := range along {
		if _, there := out.rows[p.table][p.id]; !there {
			out.rows[p.table][p.id] = w.copy[p.table][p.id]
			out.along[p.table]++
		}
	}
	return out
}

// kind is what there is to be seen in an exchange.
func (o outcome) kind() string {
	switch {
	case o.collision:
		return "collision"
	case len(o.along) > 0 && len(o.held) > 0:
		return "along and held"
	case len(o.along) > 0:
		return "along"
	case len(o.held) > 0:
		return "held"
	}
	return "plain"
}

// Random databases, random histories: after the exchange every row is what it should be, and the triggers are as they
// were. Of each kind some are tried.
func TestAnyCompanyComesBackFromAnyCopy(t *testing.T) {
	e := engine(t)
	worlds := rapid.Custom(drawWorld)
	empty := firebirdtest.Database(t).Path
	wanted := map[string]int{"collision": 2, "along and held": 2, "along": 6, "held": 6, "plain": 5}
	for seed := 0; len(wanted) > 0 && seed < 3000; seed++ {
		w := worlds.Example(seed)
		division, err := company.Divide(w.schema, company.Profile{Column: []string{"EMPRESA_ID"}})
		if err != nil {
			continue
		}
		chosen := []int{1 + seed%companies}
		if seed%5 == 0 {
			chosen = append(chosen, 1+(seed+1)%companies)
		}
		want := w.expect(&division, chosen)
		kind := want.kind()
		if wanted[kind] == 0 || kind == "plain" && slices.Equal(w.lines(w.now), w.lines(want.rows)) {
			continue
		}
		t.Run(fmt.Sprint(kind, " ", seed), func(t *testing.T) {
			if exchanged(t, e, empty, w, &division, chosen, want) {
				wanted[kind]--
			}
		})
		if wanted[kind] == 0 {
			delete(wanted, kind)
		}
	}
	if len(wanted) > 0 {
		t.Errorf("no worlds of these kinds: %v", wanted)
	}
}

// exchanged tells whether the exchange went through; where rows refer to each other in firm circles it can not.
func exchanged(t *testing.T, e *firebird.Engine, empty string, w world, division *company.Division, chosen []int, want outcome) bool {
	into, from := w.build(t, e, empty, w.now), w.build(t, e, empty, w.copy)
	p := company.Profile{Column: []string{"EMPRESA_ID"}}
	x := company.Exchange{Into: open(t, into, p), From: open(t, from, p)}
	for _, id := range chosen {
		x.Companies = append(x.Companies, fmt.Sprint(id))
	}
	if diff := cmp.Diff(told(*division), told(x.Into.Division)); diff != "" {
		t.Fatal("the database is divided in another way than its sketch: ", diff)
	}
	found, err := x.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w.lines(w.now), w.dump(t, into)); diff != "" {
		t.Fatal("looking changed something: ", diff)
	}
	if (found.Stops() != nil) != want.collision {
		t.Fatalf("stops: %v, collision: %v", found.Stops(), want.collision)
	}
	if want.collision {
		if _, err := x.Replace(t.Context(), found); message.Code(err) != "company.collision" {
			t.Fatal(err)
		}
		if diff := cmp.Diff(w.lines(w.now), w.dump(t, into)); diff != "" {
			t.Fatal("something was written: ", diff)
		}
		return true
	}
	done, err := x.Replace(t.Context(), found)
	if message.Code(err) == "company.circle" {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w.lines(want.rows), w.dump(t, into)); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(want.along, done.Along); diff != "" {
		t.Error("along: ", diff)
	}
	if diff := cmp.Diff(want.held, done.Held); diff != "" {
		t.Error("held: ", diff)
	}
	after, err := company.Read(t.Context(), into)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(x.Into.Division.Schema, after); diff != "" {
		t.Error("structure, triggers or what is active changed: ", diff)
	}
	return true
}

// Random databases of which some companies stay: what is left is theirs, nobody's, and what these refer to.
func TestOnlyTheChosenCompaniesStay(t *testing.T) {
	e := engine(t)
	worlds := rapid.Custom(drawWorld)
	empty := firebirdtest.Database(t).Path
	removed := 0
	for seed := range 16 {
		w := worlds.Example(1000 + seed)
		division, err := company.Divide(w.schema, company.Profile{Column: []string{"EMPRESA_ID"}})
		if err != nil {
			continue
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			kept := 1 + seed%companies
			goes := func(p place) bool {
				o := owner(&division, w.now, p.table, w.now[p.table][p.id])
				return o != 0 && o != kept
			}
			want := w.now.clone()
			for table, rows := range w.now {
				for id := range rows {
					if goes(place{table, id}) {
						delete(want[table], id)
					}
				}
			}
			held := map[string]int64{}
			for again := true; again; {
				again = false
				for _, ref := range w.schema.References {
					for _, r := range want[ref.From] {
						n := r.numbers[ref.FromColumns[0]]
						if n == nil {
							continue
						}
						if _, there := want[ref.To][*n]; !there {
							want[ref.To][*n], again = w.now[ref.To][*n], true
							held[ref.To]++
						}
					}
				}
			}
			f := w.build(t, e, empty, w.now)
			side := open(t, f, company.Profile{Column: []string{"EMPRESA_ID"}})
			done, err := company.Removal{Division: side.Division, Keep: []string{fmt.Sprint(kept)}}.Run(t.Context(), f)
			if message.Code(err) == "company.circle" {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			removed++
			if diff := cmp.Diff(w.lines(want), w.dump(t, f)); diff != "" {
				t.Fatal(diff)
			}
			if diff := cmp.Diff(held, done.Held); diff != "" {
				t.Error(diff)
			}
			after, err := company.Read(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(side.Division.Schema, after); diff != "" {
				t.Error("structure, triggers or what is active changed: ", diff)
			}
		})
	}
	if removed < 5 {
		t.Errorf("only %d were taken apart", removed)
	}
}
