package config

import (
	"slices"

	"github.com/djscript/djscript/host/message"
)

// grants are the powers of a script, as they are written: whoever knows the powers brings a Check. A list with nothing
// in it allows nothing; without the list the script may do what every script may.
func (t *table) grants() *[]string {
	if _, written := t.Values["grants"]; !written {
		t.Get("grants")
		return nil
	}
	all := t.Texts("grants")
	for i, one := range all {
		if slices.Contains(all[:i], one) {
			t.BadElement("grants", i, message.New("option.value", "document.repeated", message.Args{"name": one}))
		}
	}
	return &all
}
