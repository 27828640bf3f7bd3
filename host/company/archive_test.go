package company_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/company"
)

func TestArchiveTablesAreFoundByTheirNames(t *testing.T) {
	const demo = "VENDA_{yyyy} VENDA_ITEM_{yyyy} MOV_{yyyy}_{mm}"
	for name, c := range map[string]struct {
		patterns string
		tables   []string
		year     int
		want     []string
	}{
		"the demonstration store": {
			demo,
			[]string{"VENDA", "VENDA_2024", "VENDA_ITEM_2024", "VENDA_2025", "MOV_2024_12", "MOV_2025_01", "MOV_2024_13", "VENDA_ITEM"},
			2025, []string{"VENDA_2024", "VENDA_ITEM_2024", "MOV_2024_12"},
		},
		"a month that may be missing": {
			"MOV_{yyyy}{mm?}", []string{"MOV_2023", "MOV_202307", "MOV_202313", "MOV_20237", "MOV_2025"}, 2025, []string{"MOV_2023", "MOV_202307"},
		},
		"the month before the year":     {"M{mm}{yyyy}", []string{"M012024", "M202401", "M132024"}, 2030, []string{"M012024"}},
		"names in any case":             {"Venda{yyyy}", []string{"VENDA2020", "venda2021"}, 2022, []string{"VENDA2020", "venda2021"}},
		"signs are signs":               {"A.B${yyyy}", []string{"AXB$2020", "A.B$2020", "A.B2020"}, 2022, []string{"A.B$2020"}},
		"a number that is no year":      {"V{yyyy}", []string{"V0001", "V3000", "V1999"}, 9999, []string{"V1999"}},
		"no pattern":                    {"", []string{"VENDA_2020"}, 2030, nil},
		"a pattern without a year":      {"VENDA_{mm}", []string{"VENDA_01"}, 2030, nil},
		"a pattern with two years":      {"V{yyyy}{yyyy}", []string{"V20202020"}, 2030, nil},
		"a hole that nobody knows":      {"V{yyyy}{dd}", []string{"V202001"}, 2030, nil},
		"the year itself is not before": {demo, []string{"VENDA_2025"}, 2025, nil},
	} {
		if diff := cmp.Diff(c.want, company.Before(c.tables, c.patterns, c.year)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever was named by a pattern is found by it, in the order of time, and nothing else is.
func TestArchiveFindsWhatAPatternNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type named struct{ year, month int }
		var tables []string
		want := map[string]named{}
		for range rapid.IntRange(0, 12).Draw(t, "tables") {
			n := named{year: rapid.IntRange(1900, 2099).Draw(t, "year"), month: rapid.IntRange(0, 12).Draw(t, "month")}
			name := fmt.Sprintf("MOV_%04d", n.year)
			if n.month > 0 {
				name += fmt.Sprintf("%02d", n.month)
			}
			if want[name] == (named{}) {
				tables, want[name] = append(tables, name), n
			}
			tables = append(tables, name+rapid.SampledFrom([]string{"X", "_", "00", " "}).Draw(t, "other"))
		}
		found := company.Archive(tables, "MOV_{yyyy}{mm?}")
		for i, a := range found {
			if want[a.Table] != (named{a.Year, a.Month}) {
				t.Fatalf("%+v should be %+v", a, want[a.Table])
			}
			if i > 0 && (found[i-1].Year > a.Year || found[i-1].Year == a.Year && found[i-1].Month > a.Month) {
				t.Fatalf("%+v after %+v", a, found[i-1])
			}
		}
		if len(found) != len(want) {
			t.Fatalf("%d of %d found", len(found), len(want))
		}
		year := rapid.IntRange(1900, 2100).Draw(t, "before")
		before := company.Before(tables, "MOV_{yyyy}{mm?}", year)
		for name, n := range want {
			if slices.Contains(before, name) != (n.year < year) {
				t.Fatalf("%s before %d", name, year)
			}
		}
	})
}
