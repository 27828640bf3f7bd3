package company

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A group is what refers to each other there and back, no more and no less, and comes after all else that it refers to.
func TestTablesComeAfterWhatTheyReferTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "tables")
		var s Schema
		leads := make([][]bool, n) // whether one can come from here to there
		for i := range n {
			s.Tables = append(s.Tables, Table{Name: fmt.Sprint(i)})
			leads[i] = make([]bool, n)
		}
		for range rapid.IntRange(0, 2*n).Draw(t, "references") {
			from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
			s.References = append(s.References, Reference{From: fmt.Sprint(from), To: fmt.Sprint(to)})
			leads[from][to] = true
		}
		for k := range n {
			for i := range n {
				for j := range n {
					leads[i][j] = leads[i][j] || leads[i][k] && leads[k][j]
				}
			}
		}
		groups := s.order()
		place := map[string]int{}
		for at, g := range groups {
			for _, name := range g.tables {
				if _, twice := place[name]; twice {
					t.Fatalf("%s is in twice", name)
				}
				place[name] = at
			}
		}
		for i := range n {
			a, found := place[fmt.Sprint(i)]
			if !found {
				t.Fatalf("%d is not in", i)
			}
			if groups[a].circle != leads[i][i] {
				t.Fatalf("%d in a circle: %v", i, groups[a].circle)
			}
			for j := range n {
				b := place[fmt.Sprint(j)]
				if i != j && (a == b) != (leads[i][j] && leads[j][i]) {
					t.Fatalf("%d and %d in one group: %v", i, j, a == b)
				}
				if leads[i][j] && b > a {
					t.Fatalf("%d refers to %d, which comes later", i, j)
				}
			}
		}
	})
}

func TestIdsAreWrittenAsTheColumnHoldsThem(t *testing.T) {
	for _, c := range []struct {
		column Column
		id     string
		want   string
	}{
		{Column{Kind: Whole}, "2", "2"},
		{Column{Kind: Whole}, " 007 ", "7"},
		{Column{Kind: Whole}, "AÇO", ""},
		{Column{Kind: Whole}, "1; drop table x", ""},
		{Column{Kind: Text, Charset: "WIN1252"}, "002", "'002'"},
		{Column{Kind: Text, Charset: "WIN1252"}, "D'Ávila", "_UTF8 X'4427c38176696c61'"},
		{Column{Kind: Text, Charset: "NONE"}, "Ávila", "_NONE X'c176696c61'"},
		{Column{Kind: Text, Charset: "NONE"}, "日本", ""},
		{Column{Kind: Text, Charset: "UTF8"}, "O'Brien", "'O''Brien'"},
	} {
		got, ok := c.column.literal(c.id)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q in a %s column of %s: %q, %v", c.id, c.column.Kind, c.column.Charset, got, ok)
		}
	}
}

func TestNoIdMeansNoRow(t *testing.T) {
	d := Division{
		Schema: Schema{Tables: []Table{{Name: "V", Columns: []Column{{Name: "E", Kind: Whole}}}}},
		Own:    []Owned{{Table: "V", Column: "E"}},
	}
	if which := d.of(nil); which.any("V") {
		t.Error(which.in("V", "T"))
	}
	if which := d.of([]string{"x"}); which.any("V") {
		t.Error(which.in("V", "T"))
	}
	if which := d.of(nil).others(); which.in("V", "T") != always || slices.Contains([]string{which.in("W", "T")}, never) {
		t.Error(which.in("V", "T"), which.in("W", "T"))
	}
}
