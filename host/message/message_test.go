package message

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestErrorTellsSentenceCauseAndHint(t *testing.T) {
	speak(t, Portuguese)
	err := Wrap(errors.New("cause"), "option.value", "message.language", Args{"language": "fr"})
	if got, want := err.Error(), "não há o idioma fr: cause"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got, want := Hint(err), "use pt-BR ou en"; got != want {
		t.Errorf("Hint = %q, want %q", got, want)
	}
	if got := Code(errors.Join(errors.New("x"), err)); got != "option.value" {
		t.Errorf("Code = %q", got)
	}
	speak(t, English)
	if got, want := err.Sentence(), "there is no language fr"; got != want {
		t.Errorf("Sentence = %q, want %q", got, want)
	}
}

// What a system says comes in English; a person who reads Portuguese is told in Portuguese.
func TestWhatASystemSaysIsToldInTheLanguage(t *testing.T) {
	none := filepath.Join(t.TempDir(), "nada.txt")
	_, err := os.Open(none)
	speak(t, Portuguese)
	for _, one := range []struct {
		err  error
		want string
	}{
		{Wrap(err, "x", "message.language", Args{"language": none}), "não há o idioma " + none + ": o arquivo ou a pasta não existe"},
		{Wrap(err, "x", "message.language", Args{"language": "fr"}), "não há o idioma fr: " + none + ": o arquivo ou a pasta não existe"},
		{Wrap(fs.ErrExist, "x", "message.language", Args{"language": "fr"}), "não há o idioma fr: já existe um arquivo com esse nome"},
		{Wrap(New("y", "message.language", Args{"language": "de"}), "x", "message.language", Args{"language": "fr"}), "não há o idioma fr: não há o idioma de"},
	} {
		if got := one.err.Error(); got != one.want {
			t.Errorf("%q, want %q", got, one.want)
		}
	}
	if got := Said(err); got != none+": o arquivo ou a pasta não existe" {
		t.Error(got)
	}
	speak(t, English)
	if got := Said(err); got != err.Error() {
		t.Error(got)
	}
}

func TestMatchKnowsLocalesOfBothSystems(t *testing.T) {
	for locale, want := range map[string]string{
		"pt_BR.UTF-8": Portuguese, "pt-PT": Portuguese, "Portuguese_Brazil.1252": Portuguese,
		"C": English, "": English, "en_US": English, "de_DE": English,
	} {
		if got := Match(locale); got != want {
			t.Errorf("Match(%q) = %q, want %q", locale, got, want)
		}
	}
}

func TestEverySentenceStandsInBothLanguagesWithTheSamePlaces(t *testing.T) {
	portuguese, english := sentences(t, Portuguese), sentences(t, English)
	for key, text := range portuguese {
		other, ok := english[key]
		if !ok {
			t.Errorf("%q has no English sentence", key)
			continue
		}
		if a, b := places(text), places(other); !slices.Equal(a, b) {
			t.Errorf("%q has places %v in Portuguese and %v in English", key, a, b)
		}
	}
	for key := range english {
		if _, ok := portuguese[key]; !ok {
			t.Errorf("%q has no Portuguese sentence", key)
		}
	}
}

var quoted = regexp.MustCompile("\"([a-z0-9_]+(?:\\.[a-z0-9_]+)+)\"")

// Keys stand in the code as whole string literals, so that this test can see both a key that has no sentence and a
// sentence that nobody says.
func TestEveryKeyInTheCodeHasASentenceAndIsSaid(t *testing.T) {
	english := sentences(t, English)
	call := regexp.MustCompile(`message\.(?:New|Wrap|Text|Plural)\([^"\n]*(?:"[a-z_]+\.[a-z_.]+",\s*)?"([a-z0-9_.]+)"`)
	said := map[string]bool{}
	for _, source := range goSources(t) {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			if _, ok := english[m[1]]; !ok && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s says %q, which has no sentence", source, m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			said[m[1]] = true
		}
	}
	for key := range english {
		if !said[strings.TrimSuffix(key, ".hint")] {
			t.Errorf("nobody says %q", key)
		}
	}
}

func speak(t *testing.T, language string) {
	t.Helper()
	before := Language()
	if err := SetLanguage(language); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = SetLanguage(before) })
}

func sentences(t *testing.T, language string) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := fs.Glob(catalogue, "catalogue/*."+language+".toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		room, _, _ := strings.Cut(filepath.Base(file), ".")
		var table map[string]any
		if _, err := toml.DecodeFS(catalogue, file, &table); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key, value := range table {
			if !strings.HasPrefix(key, room+".") {
				t.Errorf("%s: key %q belongs to another room", file, key)
			}
			switch value := value.(type) {
			case string:
				all[key] = value
			case map[string]any:
				one, _ := value["one"].(string)
				other, _ := value["other"].(string)
				if other == "" {
					t.Errorf("%s: %q is no sentence and no plural", file, key)
				}
				all[key] = other + " " + one
			default:
				t.Errorf("%s: %q is no sentence", file, key)
			}
		}
	}
	return all
}

func places(text string) []string {
	found := regexp.MustCompile(`\{\{\s*\.(\w+)`).FindAllStringSubmatch(text, -1)
	var names []string
	for _, f := range found {
		names = append(names, f[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func goSources(t *testing.T) []string {
	t.Helper()
	var sources []string
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			sources = append(sources, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}
