package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

const canary = "canário-7f3a"

func TestATextNeverShowsItsValue(t *testing.T) {
	text := Text(canary)
	type holder struct{ Password Text }
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "password", text, "all", holder{text})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "password", text, "all", holder{text})
	shown := []string{log.String(), text.String(), text.GoString()}
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%t", "%10.3s"} {
		shown = append(shown, fmt.Sprintf(verb, text), fmt.Sprintf(verb, holder{text}), fmt.Sprintf(verb, &holder{text}),
			fmt.Sprintf(verb, []Text{text}), fmt.Sprintf(verb, map[Text]Text{text: text}))
	}
	for _, value := range []any{text, holder{text}, map[string]Text{"a": text}} {
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(encoded))
	}
	for _, s := range shown {
		if strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) {
			t.Errorf("shown in %s", s)
		}
	}
	if text.Reveal() != canary {
		t.Errorf("Reveal = %q", text.Reveal())
	}
}

func folders(t *testing.T) (dir, keyDir string) {
	t.Helper()
	return filepath.Join(t.TempDir(), "store"), filepath.Join(t.TempDir(), "keys")
}

func TestWhatIsSetIsGot(t *testing.T) {
	dir, keyDir := folders(t)
	s := Open(dir, keyDir)
	if names, err := s.List(); err != nil || len(names) != 0 {
		t.Errorf("List = %q, %v", names, err)
	}
	for name, value := range map[string]Text{"rede": "x", "firebird": canary, "telegram-dono": "linhas\n\x00e zeros"} {
		if err := s.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Set("rede", "y"); err != nil {
		t.Fatal(err)
	}
	again := Open(dir, keyDir)
	for name, want := range map[string]string{"rede": "y", "firebird": canary, "telegram-dono": "linhas\n\x00e zeros"} {
		if got, err := again.Get(name); err != nil || got.Reveal() != want {
			t.Errorf("Get(%s) = %q, %v", name, got.Reveal(), err)
		}
	}
	if err := again.Remove("rede"); err != nil {
		t.Fatal(err)
	}
	if names, err := s.List(); err != nil || !slices.Equal(names, []string{"firebird", "telegram-dono"}) {
		t.Errorf("List = %q, %v", names, err)
	}
	if _, err := s.Get("rede"); message.Code(err) != "secret.missing" {
		t.Errorf("Get of what was removed: %v", err)
	}
}

func TestAMissingSecretSaysHowToSetIt(t *testing.T) {
	s := Open(folders(t))
	_, err := s.Get("firebird")
	if message.Code(err) != "secret.missing" || !strings.Contains(message.Hint(err), "djscript secret set firebird") {
		t.Errorf("%v, hint %q", err, message.Hint(err))
	}
	if err := s.Remove("firebird"); message.Code(err) != "secret.missing" {
		t.Errorf("Remove = %v", err)
	}
}

func TestBadNamesAndEmptyValuesAreRefused(t *testing.T) {
	dir, keyDir := folders(t)
	s := Open(dir, keyDir)
	for _, name := range []string{"", "A", "../x", "a b", "ação", "-a", "a\n", strings.Repeat("a", 64), "a/b"} {
		if err := s.Set(name, "x"); message.Code(err) != "arg.value" {
			t.Errorf("Set(%q) = %v", name, err)
		}
		if _, err := s.Get(name); message.Code(err) != "arg.value" {
			t.Errorf("Get(%q) = %v", name, err)
		}
		if err := s.Remove(name); message.Code(err) != "arg.value" {
			t.Errorf("Remove(%q) = %v", name, err)
		}
	}
	if err := s.Set("a", ""); message.Code(err) != "arg.value" {
		t.Errorf("Set of nothing = %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the refusals made the folder")
	}
}

func TestAMaskHidesValuesHoweverTheyAreWritten(t *testing.T) {
	mask := Mask([]Text{"abc", "abcdef", "efgh", `se"nha\`, "a b&c", "", "ção", "oto"})
	for text, want := range map[string]string{
		"":                       "",
		"nothing here":           "nothing here",
		"password=abc;":          "password=***;",
		"abcdef":                 "***",
		"xabcdefghx":             "x***x",
		"abcabc":                 "******",
		`{"p":"se\"nha\\"}`:      `{"p":"***"}`,
		"http://u:a+b%26c@host":  "http://u:***@host",
		"http://u:a%20b&c@host":  "http://u:***@host",
		"a%20b%26c":              "a%20b%26c", // no spelling that a program writes
		"xototox":                "x***x",
		"tradução":               "tradu***",
		"aabcdabcefgh and abcde": "a***d****** and ***de",
	} {
		if got := mask(text); got != want {
			t.Errorf("mask(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestNoMaskedTextHoldsASecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.StringMatching(`[ab]{2,4}`), 1, 4).Draw(t, "values")
		var known []Text
		for _, value := range values {
			known = append(known, Text(value))
		}
		text := rapid.StringMatching(`[abc]{0,20}`).Draw(t, "text")
		masked := Mask(known)(text)
		for _, value := range values {
			if strings.Contains(masked, value) {
				t.Errorf("%q shows in %q, which was %q", value, masked, text)
			}
		}
		if plain := strings.ReplaceAll(masked, hidden, ""); !isSubsequence(plain, text) {
			t.Errorf("%q is not of %q", masked, text)
		}
	})
}

func isSubsequence(part, whole string) bool {
	for i := range len(whole) {
		if part != "" && part[0] == whole[i] {
			part = part[1:]
		}
	}
	return part == ""
}

// The test binary plays other processes that set secrets at the same time.
func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == "set" {
		for i := range 10 {
			if err := Open(os.Args[2], os.Args[3]).Set(fmt.Sprintf("%s-%d", os.Args[4], i), Text(os.Args[4])); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
		return
	}
	os.Exit(m.Run())
}

func TestTwoWritersLoseNothing(t *testing.T) {
	dir, keyDir := folders(t)
	var writers []*exec.Cmd
	for i := range 4 {
		cmd := exec.Command(os.Args[0], "set", dir, keyDir, fmt.Sprintf("p%d", i))
		cmd.Stdout = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, cmd)
	}
	for _, cmd := range writers {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if names, err := Open(dir, keyDir).List(); err != nil || len(names) != 40 {
		t.Errorf("%d secrets, %v", len(names), err)
	}
}
