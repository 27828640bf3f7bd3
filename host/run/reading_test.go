package run

import (
	"testing"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

func TestABooleanIsWrittenAsAPersonSaysIt(t *testing.T) {
	var r running
	for text, want := range map[any]any{
		"sim": true, "Sim": true, "s": true, "yes": true, "true": true, "1": true, true: true,
		"não": false, "NÃO": false, "nao": false, "no": false, "n": false, "false": false, "0": false, false: false,
	} {
		if got, err := r.one("files", primitive.Param{Type: "boolean"}, text); err != nil || got != want {
			t.Errorf("%v is read as %v, %v", text, got, err)
		}
	}
	for _, wrong := range []any{"talvez", "", int64(1), "verdade?"} {
		if got, err := r.one("files", primitive.Param{Type: "boolean"}, wrong); message.Code(err) != "option.value" {
			t.Errorf("%v is read as %v, %v", wrong, got, err)
		}
	}
}

func TestAStepIsShownAsItWasTyped(t *testing.T) {
	step := PlanStep{Name: "log.info", Args: map[string]any{"text": "Pão & Café <ltda>"}}
	if got, want := step.String(), `log.info {"text":"Pão & Café <ltda>"}`; got != want {
		t.Errorf("shown as %s, want %s", got, want)
	}
	if got, want := shown([]any{"a&b"}), `["a&b"]`; got != want {
		t.Errorf("shown as %s, want %s", got, want)
	}
}
