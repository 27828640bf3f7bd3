package exchange

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

const threeLevels = `
title = "three levels"
origin = "ours"
encoding = "utf-8"
separator = ";"

[[record]]
name = "PED"
fields = [ { name = "tag", tag = "P" }, { name = "n" } ]

[[record]]
name = "ITEM"
parent = "PED"
fields = [ { name = "tag", tag = "I" }, { name = "n" } ]

[[record]]
name = "EXTRA"
parent = "ITEM"
fields = [ { name = "tag", tag = "E" }, { name = "n" } ]
`

func TestARecordStandsUnderTheNearestAboveIt(t *testing.T) {
	c := codec(t, threeLevels)
	var got []string
	err := documents(c, c.NewReader(strings.NewReader("P;1\nI;2\nE;3\nI;4\nE;5\nE;6\nP;7\nI;8\n")), false, func(d *document) error {
		for _, r := range d.records {
			if r.Parent != nil {
				got = append(got, fmt.Sprint(r.Values[1], "<", r.Parent.Values[1]))
			}
		}
		return nil
	})
	if want := "2<1 3<2 4<1 5<4 6<4 8<7"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
}

// Of a document whose records are taken singly, what stood under a bad record goes with it, and never under the one before.
func TestWhatStoodUnderABadRecordStandsUnderNoOther(t *testing.T) {
	conn := shop(t)
	firebirdtest.Script(t, conn.Database(), "create table NOTA (N integer, ITEM_N integer); commit;")
	c := codec(t, threeLevels)
	target := func(record, table, column string) Into {
		return Into{Target: loader.Target{Record: record, Table: table, Columns: assign(c, record, map[string]string{column: "n"})}}
	}
	item, extra := target("ITEM", "NOTA", "N"), target("EXTRA", "NOTA", "N")
	item.Parent, extra.Parent, extra.Under = map[string]string{"ITEM_N": "ID"}, map[string]string{"ITEM_N": "N"}, 1
	item.Map = func(r *Record, _ *loader.Current) ([]layout.Value, error) {
		if r.Values[1].String() == "4" {
			return nil, Refusal{errors.New("not this one")}
		}
		return r.Values, nil
	}
	o := &Order{
		Path: write(t, "T.TXT", "P;1\nI;2\nE;3\nI;4\nE;5\n"), Name: "T.TXT", Codec: c, Target: "t", Run: "01JD", Now: time.Now, Unit: UnitRecord,
		Into: []Into{target("PED", "GRUPO", "ID"), item, extra},
	}
	o.Into[0].Map = func(r *Record, _ *loader.Current) ([]layout.Value, error) {
		return []layout.Value{{}, layout.NewNumber(7, 0)}, nil
	}
	r := o.must(t, conn)
	if got := rowsOf(t, conn, "select list(N || '<' || ITEM_N) from NOTA"); got != "2<7,3<2" || r.Rejected != 2 || len(r.Problems) != 1 {
		t.Errorf("%s, %s", got, problems(r))
	}
}
