package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// asks is how a person is asked; nil where nobody is there to ask.
type asks func(ctx context.Context, q primitive.Question) (bool, error)

// asker asks at the terminal, if a person sits there and nothing but sentences is written to it.
func (a *app) asker(w *watcher) asks {
	if _, sits := a.terminal(); !sits || a.events {
		return nil
	}
	lines := bufio.NewReader(a.in)
	return func(ctx context.Context, q primitive.Question) (bool, error) {
		w.pause()
		return a.confirm(ctx, lines, q)
	}
}

// confirm asks once: what is not clearly a yes is a no.
func (a *app) confirm(ctx context.Context, lines *bufio.Reader, q primitive.Question) (bool, error) {
	fmt.Fprint(a.err, prompt(q)+" ")
	answer, err := readLine(ctx, lines)
	return err == nil && agrees(answer, q), err
}

func prompt(q primitive.Question) string {
	args := message.Args{"text": q.Text, "word": q.Word, "danger": q.Danger}
	switch {
	case q.Word != "":
		return message.Text("cli.ask_word", args)
	case q.Danger:
		return message.Text("cli.ask_whole", args)
	}
	return message.Text("cli.ask", args)
}

// agrees tells whether an answer is a yes, in either language.
func agrees(answer string, q primitive.Question) bool {
	if q.Word != "" {
		return answer == q.Word
	}
	yes := []string{"yes", "sim"}
	if !q.Danger {
		yes = append(yes, "y", "s")
	}
	return slices.Contains(yes, strings.ToLower(answer))
}

// reply is what a run in a process of its own is told when it has asked.
type reply struct {
	Yes bool `json:"yes"`
}

// replyTo asks for a run in a process of its own. A person who can not be asked, or gives up, says no.
func replyTo(ctx context.Context, ask asks, q primitive.Question) reply {
	if ask == nil {
		return reply{}
	}
	yes, err := ask(ctx, q)
	return reply{Yes: yes && err == nil}
}

// remote asks through the process that started this one.
type remote struct {
	says    *speaker
	replies chan reply
}

// heard takes a line of that process.
func (r *remote) heard(line []byte) {
	var got reply
	_ = json.Unmarshal(line, &got) // what can not be read is a no
	select {
	case r.replies <- got:
	default: // nobody asked
	}
}

func (r *remote) ask(ctx context.Context, q primitive.Question) (bool, error) {
	select {
	case <-r.replies: // of before
	default:
	}
	if err := r.says.say(spoken{Ask: &q}); err != nil {
		return false, err
	}
	select {
	case got := <-r.replies:
		return got.Yes, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}
