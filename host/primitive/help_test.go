package primitive

import (
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestHelpIsInTheReadersLanguage(t *testing.T) {
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	both := map[string]any{"pt-BR": "para onde", "en": "where to"}
	for _, tt := range []struct {
		language string
		given    any
		want     string
	}{
		{message.Portuguese, both, "para onde"},
		{message.English, both, "where to"},
		{message.English, "aonde", "aonde"},
		{message.English, map[string]any{"pt-BR": "para onde"}, "para onde"},
		{message.Portuguese, map[string]any{}, ""},
	} {
		if err := message.SetLanguage(tt.language); err != nil {
			t.Fatal(err)
		}
		var got Help
		if err := got.DecodeLua(tt.given); err != nil || string(got) != tt.want {
			t.Errorf("%v in %s: %q, %v; want %q", tt.given, tt.language, got, err, tt.want)
		}
	}
	for _, wrong := range []struct {
		given any
		code  string
	}{
		{1.0, "option.type"}, {[]any{"a"}, "option.type"}, {map[string]any{"en": true}, "option.type"}, {map[string]any{"fr": "où"}, "option.value"},
	} {
		var got Help
		if err := got.DecodeLua(wrong.given); message.Code(err) != wrong.code {
			t.Errorf("%v: %v, want %s", wrong.given, err, wrong.code)
		}
	}
}
