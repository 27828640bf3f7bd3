package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

func TestOnlyAClearYesIsAYes(t *testing.T) {
	plain, danger, word := primitive.Question{Text: "?"}, primitive.Question{Text: "?", Danger: true}, primitive.Question{Text: "?", Word: "loja"}
	for _, c := range []struct {
		answer string
		yes    [3]bool // of a plain question, one of danger, one that wants a word
	}{
		{"y", [3]bool{true, false, false}},
		{"S", [3]bool{true, false, false}},
		{"sim", [3]bool{true, true, false}},
		{"YES", [3]bool{true, true, false}},
		{"loja", [3]bool{false, false, true}},
		{"LOJA", [3]bool{}},
		{"n", [3]bool{}},
		{"não", [3]bool{}},
		{"", [3]bool{}},
		{"yesterday", [3]bool{}},
	} {
		for i, q := range []primitive.Question{plain, danger, word} {
			d := newDesk(t)
			var out, errs bytes.Buffer
			got, err := d.app("", &out, &errs).confirm(t.Context(), bufio.NewReader(strings.NewReader(c.answer+"\n")), q)
			if err != nil || got != c.yes[i] || out.Len() > 0 {
				t.Errorf("%q to %+v: %v, %v, %q", c.answer, q, got, err, &out)
			}
		}
	}
}

func TestAQuestionSaysWhatHasToBeTyped(t *testing.T) {
	for _, c := range []struct {
		language, want string
		q              primitive.Question
	}{
		{message.English, "Sure? [y/N] ", primitive.Question{Text: "Sure?"}},
		{message.Portuguese, "Certo? [s/N] ", primitive.Question{Text: "Certo?"}},
		{message.Portuguese, "ATENÇÃO: Certo? Digite sim para continuar: ", primitive.Question{Text: "Certo?", Danger: true}},
		{message.English, "Sure? Type loja to go on: ", primitive.Question{Text: "Sure?", Word: "loja"}},
		{message.English, "WARNING: Sure? Type loja to go on: ", primitive.Question{Text: "Sure?", Word: "loja", Danger: true}},
	} {
		d := newDesk(t)
		if err := message.SetLanguage(c.language); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		// The end of the input is a no.
		if yes, err := d.app("", &out, &errs).confirm(t.Context(), bufio.NewReader(strings.NewReader("")), c.q); yes || err != nil {
			t.Errorf("%+v: %v, %v", c.q, yes, err)
		}
		if errs.String() != c.want {
			t.Errorf("%+v is asked as %q", c.q, &errs)
		}
	}
}

func TestWhereNobodySitsNobodyIsAsked(t *testing.T) {
	d := newDesk(t)
	var out, errs bytes.Buffer
	a := d.app("yes\n", &out, &errs)
	if a.asker(a.watcher()) != nil {
		t.Error("a pipe is asked")
	}
	if got := replyTo(t.Context(), nil, primitive.Question{}); got.Yes {
		t.Error("nobody said yes")
	}
	failing := func(context.Context, primitive.Question) (bool, error) { return true, errors.New("gone") }
	if got := replyTo(t.Context(), failing, primitive.Question{}); got.Yes {
		t.Error("a failure is a yes")
	}
}

// A question goes to the process that started the run as it is, and only an answer that comes after it counts.
func TestARunAsksThroughItsPipe(t *testing.T) {
	q := primitive.Question{ID: "apagar", Text: "Apagar <tudo>?", Danger: true, Word: "loja"}
	for line, want := range map[string]bool{`{"yes":true}`: true, `{"yes":false}`: false, `{}`: false, `true`: false, ``: false} {
		pipe := &pipe{said: make(chan []byte, 1)}
		person := &remote{says: &speaker{out: pipe}, replies: make(chan reply, 1)}
		person.heard([]byte(`{"yes":true}`)) // of before
		go func() {
			said, ok := readSpoken(<-pipe.said)
			if !ok || said.Ask == nil || *said.Ask != q {
				t.Errorf("it asked %+v", said)
			}
			person.heard([]byte(line))
		}()
		if got, err := person.ask(t.Context(), q); err != nil || got != want {
			t.Errorf("%s is %v, %v", line, got, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("given up")
	cancel(why)
	person := &remote{says: &speaker{out: &bytes.Buffer{}}, replies: make(chan reply, 1)}
	if got, err := person.ask(ctx, q); got || !errors.Is(err, why) {
		t.Errorf("given up: %v, %v", got, err)
	}
}

type pipe struct{ said chan []byte }

func (p *pipe) Write(text []byte) (int, error) {
	p.said <- bytes.Clone(text)
	return len(text), nil
}
