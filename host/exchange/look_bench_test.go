package exchange

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func BenchmarkLook(b *testing.B) {
	var file strings.Builder
	for i := range 1_000_000 {
		file.WriteString(product(six(i%1_000_000), "FEIJAO", "0000100", "001", "22112026", "N"))
	}
	path := filepath.Join(b.TempDir(), "P.TXT")
	if err := os.WriteFile(path, []byte(file.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	c := codec(b, productLayout)
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		s, err := Look(b.Context(), path, c, SurveyOptions{Keys: KeysOf(c.Layout)})
		if err != nil || len(s.Problems) > 0 || len(s.Repeats) > 0 {
			b.Fatal(err, len(s.Problems), len(s.Repeats))
		}
	}
}

func six(n int) string {
	text := "000000"
	for i := 5; n > 0; i-- {
		text = text[:i] + string(rune('0'+n%10)) + text[i+1:]
		n /= 10
	}
	return text
}
