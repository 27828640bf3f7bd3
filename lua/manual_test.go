package lua

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// languagePage is the manual's page on the language.
func languagePage(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/manual/" + language + "/language.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheManualListsEveryDifference(t *testing.T) {
	var want []string
	for _, d := range differences {
		want = append(want, fmt.Sprintf("| `%s` | `%s` | `%s` |", d.expression, d.stock, d.ours))
	}
	for _, language := range []string{"en", "pt-BR"} {
		_, table, _ := strings.Cut(languagePage(t, language), "| --- | --- | --- | --- |\n")
		var got []string
		for line := range strings.Lines(table) {
			if !strings.HasPrefix(line, "| ") {
				break
			}
			got = append(got, line[:strings.LastIndex(line, "` | ")+3])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s/language.md (-there is +told): %s", language, diff)
		}
	}
}

func TestTheManualListsEverythingThatIsAbsent(t *testing.T) {
	var want []string
	for _, absence := range Absent() {
		want = append(want, absence.Name)
	}
	for _, language := range []string{"en", "pt-BR"} {
		_, table, _ := strings.Cut(languagePage(t, language), "\n| --- | --- |\n")
		var got []string
		for line := range strings.Lines(table) {
			if !strings.HasPrefix(line, "| ") {
				break
			}
			names, _, _ := strings.Cut(line[2:], " | ")
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(names, -1) {
				got = append(got, m[1])
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s/language.md (-absent +told): %s", language, diff)
		}
	}
}

// The manual's numbers are those of the constants.
func TestTheManualTellsTheLimits(t *testing.T) {
	for language, thousands := range map[string]string{"en": ",", "pt-BR": "."} {
		page := languagePage(t, language)
		for _, n := range []int{
			maxDepth, maxOperators, maxConstants, maxBranches, maxCoroutines, coroutineFrames, maxUnpack, MaxSource >> 10, MaxText >> 20, DefaultSteps / 1_000_000,
		} {
			text := fmt.Sprint(n)
			if n >= 1000 {
				text = text[:len(text)-3] + thousands + text[len(text)-3:]
			}
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(text) + `\b`).MatchString(page) {
				t.Errorf("%s/language.md does not say %s", language, text)
			}
		}
	}
}
