package exchange

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

func TestAPatternMeansTheFilesThatAreCalledSo(t *testing.T) {
	for _, one := range []struct {
		pattern, name string
		ok            bool
		number        int64
	}{
		{"{number:8}.djp", "00000500.djp", true, 500},
		{"{number:8}.djp", "00000500.DJP", true, 500},
		{"{number:8}.djp", "500.djp", false, 0},
		{"{number:8}.djp", "000000500.djp", false, 0}, // nine digits, and zeros before them
		{"{number:8}.djp", "100000500.djp", true, 100000500},
		{"{number:8}.djp", "00000500.djp.tmp", false, 0},
		{"{number:8}.djp", "0000050x.djp", false, 0},
		{"{number:8}.djp", "٠٠٠٠٠٥٠٠.djp", false, 0},
		{"{number}.djp", "7.djp", true, 7},
		{"{number}.djp", "007.djp", true, 7},
		{"{number}.djp", "999999999999999999.djp", true, 999999999999999999},
		{"{number}.djp", "9999999999999999999.djp", false, 0},
		{"MOV*{number}.TXT", "MOV2026-123.TXT", true, 123},
		{"MOV{number}*.TXT", "mov123-b.txt", true, 123},
		{"PRODUTO.TXT", "produto.txt", true, 0},
		{"PREÇO.TXT", "preço.txt", true, 0},
		{"PRODUTO.TXT", "PRODUTOxTXT", false, 0},
		{"*.djp", "a.djp", true, 0},
		{"*.djp", ".a.djp", false, 0},
		{".*.djp", ".a.djp", true, 0},
		{"*.djp", "a.djd", false, 0},
		{"ENV????.TXT", "ENV0001.TXT", true, 0},
		{"ENV????.TXT", "ENV001.TXT", false, 0},
		{"a+(b)[c]^$.txt", "a+(b)[c]^$.TXT", true, 0},
		{"*", "x.djp.outcome.json", false, 0},
		{"*", ".djscript", false, 0},
		{"*", "x\ny", true, 0},
	} {
		p, err := ParsePattern(one.pattern)
		if err != nil {
			t.Errorf("%s: %v", one.pattern, err)
			continue
		}
		number, ok := p.Match(one.name)
		if ok != one.ok || number != one.number {
			t.Errorf("%s of %q: %d, %v", one.pattern, one.name, number, ok)
		}
	}
}

func TestAPatternThatMeansNothingIsRefusedWithAllItsMistakes(t *testing.T) {
	for pattern, mistakes := range map[string]int{
		"": 1, " ": 1, ".": 1, "..": 1, "a/b": 1, `a\b`: 1, "{number:0}": 1, "{number:19}": 1, "{number:x}": 1, "{date}.txt": 1, "{": 1, "a}": 1, "{number}{number}": 1,
		"{number}/{number}{x}": 3, "{{number}}": 2,
	} {
		_, err := ParsePattern(pattern)
		if message.Code(err) != "option.value" || message.Hint(err) == "" {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		if got := len(strings.Split(err.Error(), "\n")); got != mistakes {
			t.Errorf("%q: %d mistakes: %v", pattern, got, err)
		}
	}
}

func TestANameGivesItsNumberBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width := rapid.IntRange(0, mostDigits).Draw(r, "width")
		place := "{number}"
		if width > 0 {
			place = fmt.Sprintf("{number:%d}", width)
		}
		around := rapid.StringMatching(`[A-Z_ .çã-]{0,5}`)
		p, err := ParsePattern("x" + around.Draw(r, "before") + place + around.Draw(r, "after") + "x")
		if err != nil {
			r.Fatal(err)
		}
		number := rapid.Int64Range(0, 999999999999999999).Draw(r, "number")
		name, err := p.Format(number)
		if err != nil {
			r.Fatal(err)
		}
		if back, ok := p.Match(strings.ToUpper(name)); !ok || back != number {
			r.Errorf("%d is called %q, which is %d, %v", number, name, back, ok)
		}
	})
}

func TestAPatternForManyNamesNamesNoFile(t *testing.T) {
	for _, pattern := range []string{"*.djp", "{number}?.djp"} {
		p, err := ParsePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if name, err := p.Format(1); message.Code(err) != "option.value" {
			t.Errorf("%q, %v", name, err)
		}
	}
}

func FuzzPatternsNeverPanic(f *testing.F) {
	f.Add("{number:8}.djp", "00000500.djp")
	f.Add("*?{", "\xff")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if p, err := ParsePattern(pattern); err == nil {
			p.Match(name)
		}
	})
}
