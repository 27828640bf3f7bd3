package layout

import (
	"strings"
	"testing"
)

const countedLayout = `
title = "counted"
origin = "ours"
encoding = "cp1252"

[[record]]
name = "INI"
role = "header"
fields = [{ name = "tag", at = [1, 1], tag = "1" }, { name = "dia", at = [2, 9], type = "date", form = "ddmmyyyy" }, { name = "itens", at = [10, 13], type = "integer", count = "ITEM" }]

[[record]]
name = "ITEM"
fields = [{ name = "tag", at = [1, 1], tag = "2" }, { name = "nome", at = [2, 6] }]

[[record]]
name = "FIM"
role = "trailer"
fields = [{ name = "tag", at = [1, 1], tag = "9" }, { name = "linhas", at = [2, 5], type = "integer", count = "*" }]
`

// What was taken out of a file is a file of its layout again: its header and trailer say how many records are in it.
func TestHeaderAndTrailerAreCountedAnew(t *testing.T) {
	l, wrong := FromTOML("counted.toml", []byte(countedLayout))
	codec, err := NewCodec(l)
	if err != nil {
		t.Fatal(err, wrong)
	}
	lines := []string{"1221120260003", "2ARROZ", "2SAL  ", "2CAF\xc9 ", "90005"}
	read := func(file string, each func(*Line)) {
		t.Helper()
		r := codec.NewReader(strings.NewReader(file))
		for r.Next() {
			for _, p := range r.Line().Problems {
				t.Error(p)
			}
			each(r.Line())
		}
		for _, p := range r.End() {
			t.Error(p)
		}
	}
	var tally Tally
	whole := strings.Join(lines, "\r\n") + "\r\n"
	read(whole, func(line *Line) {
		if line.Number != 3 {
			tally.Take(codec, line)
		}
	})
	var out []string
	read(whole, func(line *Line) {
		text := line.Raw
		var wrong []Problem
		if codec.Layout.Records[line.Record].Role != Body {
			text, wrong = codec.Recounted(line, tally)
		}
		if len(wrong) > 0 {
			t.Error(wrong)
		}
		if line.Number != 3 {
			out = append(out, string(text))
		}
	})
	if got := strings.Join(out, "\n"); got != "1221120260002\n2ARROZ\n2CAF\xc9 \n90004" || !codec.CountsAhead() {
		t.Errorf("%q", got)
	}
	read(strings.Join(out, "\n"), func(*Line) {})
}
