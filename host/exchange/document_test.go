package exchange

import (
	"fmt"
	"strings"
	"testing"
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
