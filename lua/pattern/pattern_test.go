package pattern

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// found shows a match: where it is, counted from 1, and its captures.
func found(text, pattern string, from int) string {
	m := New(text, pattern, nil)
	start, end, ok, err := m.Find(from)
	if err != nil {
		return err.Error()
	}
	if !ok {
		return "none"
	}
	shown := fmt.Sprintf("%d-%d", start+1, end)
	for i := range m.Level {
		capture, at, err := m.Capture(i, start, end)
		switch {
		case err != nil:
			return err.Error()
		case at > 0:
			shown += fmt.Sprintf(" @%d", at)
		default:
			shown += fmt.Sprintf(" %q", capture)
		}
	}
	return shown
}

func TestPatternsFindWhatLua51Finds(t *testing.T) {
	for _, c := range []struct{ text, pattern, want string }{
		{"hello", "l+", "3-4"}, {"hello", "l-", "1-0"}, {"hello", "l-o", "3-5"}, {"hello", "^l", "none"}, {"hello", "o$", "5-5"},
		{"a$b", "$b", "2-3"}, {"hello", "x*", "1-0"}, {"hello", ".-l", "1-3"}, {"hello", ".*l", "1-4"}, {"color", "colou?r", "1-5"},
		{"key = value", "(%w+)%s*=%s*(%w+)", `1-11 "key" "value"`}, {"hello", "()ll()", "3-4 @3 @5"}, {"hello", "((h)(e))", `1-2 "he" "h" "e"`},
		{"f(a(b)c)d", "%b()", "2-8"}, {"f(a(b", "%b()", "none"}, {"aXb", "%bXX", "none"}, {"aXbX", "%bXX", "2-4"},
		{"THE (quick) fox", "%f[%a]%a+%f[%A]", "1-3"}, {"THE (quick) fox", "%f[%l]%l+", "6-10"}, {"fox", "%f[%z]", "4-3"}, {"fox", "x%f[^%w]", "3-3"},
		{`say "it's"`, `(["'])(.-)%1`, `5-10 "\"" "it's"`}, {"abab", "(ab)%1", `1-4 "ab"`}, {"a", "()%1", "none"},
		{"a]b", "[]]", "2-2"}, {"a^b", "[b^]", "2-2"}, {"a-b", "[a%-]+", "1-2"}, {"a-b", "[%a-z]+", "1-3"}, {"b-", "[a-]+", "2-2"}, {"m", "[a-z]", "1-1"},
		{"x\x00y", "%z", "2-2"}, {"x\x00y", "x\x00y", "1-3"}, {"10%", "%d+%%", "1-3"}, {"ação", "%a+", "1-1"}, {"\xe7", "%w", "none"}, {"\xe7", ".", "1-1"},
		{"tab\there", "%c", "4-4"}, {"Ab1_", "%u%l%d%p", "1-4"}, {"fF0g", "%x+", "1-3"}, {"a b", "%S%s%S", "1-3"}, {"^a", "^^a", "1-2"}, {"a", "a%", ErrEscape.Error()},
		{"a", "[a", ErrBracket.Error()}, {"a", "[", ErrBracket.Error()}, {"a", "[]", ErrBracket.Error()}, {"a", "[^", ErrBracket.Error()}, {"a", "[%", ErrBracket.Error()},
		{"a", "[%]", ErrBracket.Error()}, {"a", "[a-", ErrBracket.Error()}, {"a", "%f", ErrFrontier.Error()}, {"a", "%fa", ErrFrontier.Error()},
		{"a", "%b", ErrBalance.Error()}, {"a", "%ba", ErrBalance.Error()}, {"a", "a)", ErrClose.Error()}, {"a", "(a", ErrUnfinished.Error()},
		{"a", "%1", ErrIndex.Error()}, {"a", "(a%1)", ErrIndex.Error()}, {"a", "(a)%2", ErrIndex.Error()}, {"a", "%0", ErrIndex.Error()},
		{"a", strings.Repeat("()", 33), ErrCaptures.Error()}, {"x", strings.Repeat("()", 32), "1-0" + strings.Repeat(" @1", 32)},
		{strings.Repeat("a", 20_000), strings.Repeat("a?", 20_000), ErrComplex.Error()}, {"", "", "1-0"}, {"", "^$", "1-0"}, {"", "%f[%z]", "none"},
	} {
		if got := found(c.text, c.pattern, 0); got != c.want {
			t.Errorf("%.40q in %.40q: got %s, want %s", c.pattern, c.text, got, c.want)
		}
	}
	if got := found("hello", "l", 3); got != "4-4" {
		t.Errorf("from the fourth letter on: %s", got)
	}
}

func TestAnAnchorIsALetterToNext(t *testing.T) {
	if start, end, ok, err := New("a^b", "^b", nil).Next(0); start != 1 || end != 3 || !ok || err != nil {
		t.Errorf("%d, %d, %v, %v", start, end, ok, err)
	}
}

func TestAPatternThatNeverEndsIsStopped(t *testing.T) {
	stop := errors.New("enough")
	for _, c := range []struct{ text, pattern string }{
		{strings.Repeat("a", 3000), ".-.-.-.-b"}, {strings.Repeat("a", 3000), ".*.*.*.*b"}, {strings.Repeat("a", 300), strings.Repeat("a?", 300) + strings.Repeat("a", 301)},
		{strings.Repeat("(", 100_000), "%b()"}, {strings.Repeat("a", 1<<20), "a*b"}, {"a", "[" + strings.Repeat("b", 1<<20) + "]"},
		{strings.Repeat("ab", 5000), "(.-)(.-)%1%2c"},
	} {
		calls := 0
		_, _, _, err := New(c.text, c.pattern, func(steps int) error {
			if calls++; calls == 10 {
				return stop
			}
			return nil
		}).Find(0)
		if !errors.Is(err, stop) || calls != 10 {
			t.Errorf("%.30q: %v after %d calls", c.pattern, err, calls)
		}
	}
}

// What tick is told and what Rest tells is all the work: an item that is tried at a place costs as much as some letters.
func TestAllTheWorkIsTold(t *testing.T) {
	told := 0
	m := New(strings.Repeat("a", 1000), ".-b", func(steps int) error { told += steps; return nil })
	if _, _, ok, err := m.Find(0); ok || err != nil {
		t.Fatal(ok, err)
	}
	tries := 1001 * 1002 / 2 // of the "b"; each begins with one of the ".-"
	if told += m.Rest(); told < (tries+1001)*itemSteps || told > (tries+2*1001)*itemSteps {
		t.Errorf("%d steps for %d tries", told, tries)
	}
	if again := m.Rest(); again != 0 {
		t.Errorf("%d steps are told twice", again)
	}
}

// FuzzPattern: whatever pattern meets whatever text, the matcher ends, and what it finds lies within the text.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"(%w+)=(%w+)", "%b()%f[%a]", "[^%s-z]]*", ".-.-b", "((a)(b)%2)", "()%1", "^%d+$", "[", "%", "a?a?aa"} {
		f.Add("key=value (a(b)) aab", seed)
	}
	f.Fuzz(func(t *testing.T, text, pattern string) {
		budget := 1000
		m := New(text, pattern, func(int) error {
			if budget--; budget == 0 {
				return errors.New("enough")
			}
			return nil
		})
		start, end, ok, err := m.Find(0)
		if err != nil || !ok {
			return
		}
		if start < 0 || end < start || end > len(text) {
			t.Fatalf("a match from %d to %d in %d bytes", start, end, len(text))
		}
		for i := range m.Level {
			if _, at, err := m.Capture(i, start, end); at > len(text)+1 || err != nil && !errors.Is(err, ErrUnfinished) {
				t.Fatalf("capture %d: %d, %v", i, at, err)
			}
		}
	})
}
