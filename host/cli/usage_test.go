package cli

import (
	"strings"
	"testing"
)

// What is asked for and can not be given is refused: an answer to another question is a lie.
func TestWhatCanNotBeMeantIsRefused(t *testing.T) {
	d := newDesk(t)
	if got := d.run("", "init"); got.exit != 0 {
		t.Fatal(got.err)
	}
	for _, c := range []struct{ line, says string }{
		{"next -n 0", "-n 0 shows nothing"},
		{"history -n -3", "-n -3 shows nothing"},
		{"diff store --as reseller", "store is a layer already"},
		{"diff store --as shop", "shop"},
		{"docs copy --markdown", "not copy alone"},
	} {
		if got := d.run("", strings.Fields(c.line)...); got.exit != 2 || got.out != "" || !strings.Contains(got.err, c.says) || !strings.Contains(got.err, "→") {
			t.Errorf("%s: exit %d\n%s%s", c.line, got.exit, got.out, got.err)
		}
	}
}
