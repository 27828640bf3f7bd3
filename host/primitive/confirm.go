package primitive

import (
	"context"

	"github.com/djscript/djscript/lua"
)

// Question is what a person is asked.
type Question struct {
	ID     string `json:"id,omitempty"` // what --yes says it by
	Text   string `json:"text"`
	Danger bool   `json:"danger,omitempty"` // the whole word is wanted, not its first letter
	Word   string `json:"word,omitempty"`   // what has to be typed in place of yes; "" for yes
}

type confirmArgs struct {
	Question string `lua:"question,arg"`
	ID       string `lua:"id"`
	Danger   bool   `lua:"danger"`
	TypeWord bool   `lua:"type_word"`
}

func (h *Host) confirm() []lua.Func {
	return []lua.Func{bind("confirm", Flow, h.asked)}
}

// asked is true in a dry run: it shows what would be done if the person said yes.
func (h *Host) asked(ctx context.Context, a *confirmArgs) (bool, error) {
	if h.Dry {
		return true, nil
	}
	q := Question{ID: a.ID, Text: a.Question, Danger: a.Danger}
	if a.TypeWord {
		q.Word = h.Store
	}
	return h.Env.Ask(ctx, q)
}
