// Package message holds every sentence that a person reads, in Portuguese and in English, and the errors made of
// them.
//
// A room of the host keeps its sentences in catalogue/<room>.pt-BR.toml and catalogue/<room>.en.toml, one key a
// sentence; the key followed by ".hint" is the cure. A sentence is chosen by its key where the thing happens and
// put into words only when somebody reads it, so that the language can be known late. The package refuses to guess:
// a key without a sentence is a defect that the tests find.
package message

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The languages that every sentence exists in.
const (
	Portuguese = "pt-BR"
	English    = "en"
)

//go:embed catalogue/*.toml
var catalogue embed.FS

var current atomic.Value // string

// SetLanguage chooses the language of the whole process: Portuguese or English.
func SetLanguage(name string) error {
	if name != Portuguese && name != English {
		return New("option.value", "message.language", Args{"language": name})
	}
	current.Store(name)
	return nil
}

// Language is the language that sentences are given in; English until SetLanguage is called.
func Language() string {
	if name, ok := current.Load().(string); ok {
		return name
	}
	return English
}

// Match is the nearest of our languages to a locale as systems write it ("pt_BR.UTF-8", "pt-PT", "en_US", "C"):
// Portuguese for every Portuguese, English for all others.
func Match(locale string) string {
	locale = strings.ToLower(locale)
	if strings.HasPrefix(locale, "pt") || strings.HasPrefix(locale, "portug") {
		return Portuguese
	}
	return English
}

// Args fill the places of a sentence: {"path": p} fills {{.path}}.
type Args map[string]any

// Text is the sentence of that key in the current language; the key itself where there is none.
func Text(key string, args Args) string {
	if text, ok := find(key, args, nil); ok {
		return text
	}
	return key
}

// Plural is the sentence of that key for n things; it has the forms "one" and "other" and may use {{.n}}.
func Plural(key string, n int, args Args) string {
	all := Args{"n": n}
	maps.Copy(all, args)
	if text, ok := find(key, all, n); ok {
		return text
	}
	return key
}

func find(key string, args Args, count any) (string, bool) {
	text, err := localizers[Language()]().Localize(&i18n.LocalizeConfig{
		MessageID: key, TemplateData: map[string]any(args), PluralCount: count,
	})
	return text, err == nil
}

// One localizer a language, each read when it is first needed: a run reads one catalogue, not two.
var localizers = map[string]func() *i18n.Localizer{
	Portuguese: sync.OnceValue(func() *i18n.Localizer { return read(Portuguese) }),
	English:    sync.OnceValue(func() *i18n.Localizer { return read(English) }),
}

func read(name string) *i18n.Localizer {
	bundle := i18n.NewBundle(language.MustParse(name))
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	files, err := fs.Glob(catalogue, "catalogue/*."+name+".toml")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		if _, err := bundle.LoadMessageFileFS(catalogue, file); err != nil {
			panic(fmt.Sprintf("message catalogue %s: %v", file, err))
		}
	}
	return i18n.NewLocalizer(bundle, name)
}

// Say is Text for rooms that may not know this one: they are handed it.
func Say(key string, args map[string]any) string { return Text(key, Args(args)) }
