package primitive

import (
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Help is what a param is for, in the reader's language. A script gives one text, or one a language.
type Help string

// LuaType is the type as a stub writes it.
func (Help) LuaType() string { return "string|table<string, string>" }

// DecodeLua takes a text or { ["pt-BR"] = text, en = text }. A language that is left out reads another one's.
func (h *Help) DecodeLua(v any) error {
	if text, ok := v.(string); ok {
		*h = Help(text)
		return nil
	}
	byLanguage, ok := v.(map[string]any)
	if !ok {
		return message.New("option.type", "primitive.no_help", nil)
	}
	languages := []string{message.English, message.Portuguese}
	for language, text := range byLanguage {
		if _, ok := text.(string); !ok {
			return message.New("option.type", "primitive.no_help", nil)
		}
		if !slices.Contains(languages, language) {
			known := strings.Join(slices.Sorted(slices.Values(languages)), ", ")
			return message.New("option.value", "primitive.help_language", message.Args{"language": language, "known": known})
		}
	}
	found, ok := byLanguage[message.Language()].(string)
	if !ok {
		for _, language := range slices.Sorted(maps.Keys(byLanguage)) {
			found = byLanguage[language].(string)
		}
	}
	*h = Help(found)
	return nil
}
