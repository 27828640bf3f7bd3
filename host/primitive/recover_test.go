package primitive

import (
	"context"
	"testing"

	"github.com/djscript/djscript/host/copies"
)

// found has these copies, the newest first.
type found struct {
	Copies
	all []copies.Copy
}

func (f found) List(context.Context, copies.Filter) ([]copies.Copy, []error, error) {
	return f.all, nil, nil
}

// What a copy of one company has is no measure of what the database had: every row of the others would be called lost, or, where
// it has more rows than are left, nothing would.
func TestAPartialCopyDoesNotTellWhatADatabaseHad(t *testing.T) {
	part := copies.Copy{Seq: "3", Day: "2026-03-03", Partial: true, Rows: map[string]int64{"VENDA": 2}}
	whole := copies.Copy{Seq: "2", Day: "2026-03-02", Rows: map[string]int64{"VENDA": 7}}
	h := &Host{Copies: found{all: []copies.Copy{part, whole}}}
	known, err := h.known(t.Context(), "loja", &recoverArgs{})
	if err != nil || known == nil || known.Rows["VENDA"] != 7 {
		t.Errorf("%+v, %v", known, err)
	}
	h.Copies = found{all: []copies.Copy{part}}
	if known, err = h.known(t.Context(), "loja", &recoverArgs{}); err != nil || known != nil {
		t.Errorf("%+v, %v", known, err)
	}
}
