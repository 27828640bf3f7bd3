package exchange

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
)

func anyCell(t *rapid.T) layout.Value {
	switch kind := layout.Kind(rapid.IntRange(0, 6).Draw(t, "kind")); kind {
	case layout.Null:
		return layout.Value{}
	case layout.String:
		text := rapid.OneOf(rapid.String(), rapid.StringN(0, 40000, 60000)).Draw(t, "text")
		return layout.Value{Kind: layout.String, Encoding: layout.UTF8, Bytes: []byte(text)}
	case layout.Number:
		return layout.NewNumber(rapid.Int64().Draw(t, "n"), uint8(rapid.IntRange(0, 18).Draw(t, "places")))
	default:
		return layout.Value{Kind: kind, N: rapid.Int64().Draw(t, "n")}
	}
}

// Every row comes back under its parent, as it was and in the order in which it came, and what nobody asked for is known.
func TestRowsComeBackUnderTheirParents(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s, err := newSpool(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		parents := rapid.SliceOfNDistinct(rapid.StringN(0, 5, 20), 1, 6, rapid.ID[string]).Draw(t, "parents")
		want := map[string][]row{}
		for range rapid.IntRange(0, 60).Draw(t, "rows") {
			parent := rapid.SampledFrom(parents).Draw(t, "parent")
			r := row{
				values: []layout.Value{anyCell(t), anyCell(t)}, told: anyCell(t), parent: []byte(parent), keys: [][]byte{[]byte(rapid.String().Draw(t, "key"))},
				gone: rapid.Bool().Draw(t, "gone"), mark: rapid.Int64().Draw(t, "mark"), id: rowKey(bytes.Repeat([]byte{byte(len(want))}, keySize)),
			}
			if err := s.add(&r); err != nil {
				t.Fatal(err)
			}
			want[parent] = append(want[parent], r)
		}
		if err := s.rest(); err != nil {
			t.Fatal(err)
		}
		asked := rapid.SliceOf(rapid.SampledFrom(parents)).Draw(t, "asked")
		seen := map[string]bool{}
		one := row{values: make([]layout.Value, 2), keys: make([][]byte, 1)}
		for _, parent := range asked {
			n := 0
			seen[parent] = true
			err := s.under([]byte(parent), &one, func(r *row) error {
				if diff := cmp.Diff(want[parent][n], *r, cmp.AllowUnexported(row{}), cmpopts.EquateEmpty()); diff != "" {
					t.Fatal(diff)
				}
				n++
				return nil
			})
			if err != nil || n != len(want[parent]) {
				t.Fatalf("%d of %d, %v", n, len(want[parent]), err)
			}
		}
		left := 0
		for _, met := range s.seen {
			if !met {
				left++
			}
		}
		for parent := range want {
			if !seen[parent] {
				left -= len(want[parent])
			}
		}
		if left != 0 {
			t.Fatalf("%d too many", left)
		}
	})
}

func TestKeysAreComparedByTheirValue(t *testing.T) {
	key := func(from any, kind string) string {
		v, _, ok := valueOf(from, kind, nil)
		if !ok {
			t.Fatalf("%v", from)
		}
		return string(appendKey(nil, v))
	}
	if key(int64(7), "SMALLINT") != key(firebird.Decimal("7.000"), "NUMERIC") || key("AB", "VARCHAR") != key("AB   ", "CHAR") {
		t.Error("one value, two keys")
	}
	different := []any{int64(7), "7", "", nil, int64(70), firebird.Decimal("7.5"), "AB", " AB", true}
	for i, a := range different {
		for _, b := range different[i+1:] {
			if key(a, "") == key(b, "") {
				t.Errorf("%v and %v have one key", a, b)
			}
		}
	}
}

func TestDecimalsAreReadExactlyOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := layout.NewNumber(rapid.Int64Range(-1<<63+1, 1<<63-1).Draw(t, "n"), uint8(rapid.IntRange(0, 18).Draw(t, "places")))
		got, ok := decimalOf(want.String())
		if !ok || got.N != want.N || got.Places != want.Places || got.Kind != want.Kind {
			t.Fatalf("%s: %+v %v", want, got, ok)
		}
	})
	for _, text := range []string{"", "-", "1e5", "9223372036854775808", "99999999999999999999", "1.2.3", "0x1", "1,5", "0.0000000000000000001"} {
		if got, ok := decimalOf(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}
