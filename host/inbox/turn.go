package inbox

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// turn is one pass over an inbox.
type turn struct {
	*Inbox
	handle Handler
	taken  Taken

	rested  map[string]sight
	waited  bool
	through map[string]bool // what needs no second look
	held    map[string]*claim

	highest int64 // of the sequence
	known   bool
}

// Take handles the files that wait, one after the other: those of runs that died first, then the smaller number, then the
// older file. What is wrong with one file is told in Taken and keeps no other from being taken, but for a missing number
// where that is asked for, and for a file of a sequence that was left: what comes after it waits. In a sequence one process
// works at a time; another one leaves it all to that. The error is what kept the whole inbox from being gone through.
func (in *Inbox) Take(ctx context.Context, handle Handler) (Taken, error) {
	t := &turn{Inbox: in, handle: handle, rested: map[string]sight{}, through: map[string]bool{}, held: map[string]*claim{}}
	if err := in.folders(); err != nil {
		return t.taken, err
	}
	defer func() {
		for _, c := range t.held {
			in.leave(c)
		}
	}()
	in.sweep()
	if err := t.finishOthers(ctx); err != nil {
		return t.taken, err
	}
	for {
		again, err := t.pass(ctx)
		if err != nil || !again {
			return t.taken, err
		}
	}
}

// finishOthers moves what other runs had decided on and could not move.
func (t *turn) finishOthers(ctx context.Context) error {
	claims, err := t.claims()
	if err != nil {
		return err
	}
	for _, c := range claims {
		if c.state == stateTaken {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		ours, err := t.take(c)
		if err != nil {
			return err
		}
		if !ours {
			continue
		}
		told := t.told(c)
		number, _ := t.pattern.Match(c.name)
		file := File{Name: c.name, Number: number, Verdict: told.Outcome, Reason: told.reason()}
		file.Path, file.Unmoved = t.deliver(ctx, c)
		t.taken.Files = append(t.taken.Files, file)
	}
	return nil
}

// pass takes what it sees; again says that it has to look once more.
func (t *turn) pass(ctx context.Context) (again bool, err error) {
	files, busy, err := t.look(ctx)
	if err != nil {
		return false, err
	}
	if busy != nil {
		t.wait(files, busy)
		return false, nil
	}
	if err := t.ask(ctx); err != nil {
		return false, err
	}
	for i := range files {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		stop, err := t.one(ctx, &files[i])
		switch {
		case errors.Is(err, errTaken) && t.Sequence != "":
			return true, nil // whoever has it comes before the rest
		case errors.Is(err, errTaken):
		case err != nil:
			return false, err
		case stop != nil:
			t.wait(files[i+1:], stop)
			return false, nil
		}
	}
	return false, nil
}

// look is all that may be taken, in order; busy says that another process works on this sequence.
func (t *turn) look(ctx context.Context) (files []candidate, busy, err error) {
	// First what was delivered: what is claimed after that is seen among the claims.
	delivered, err := t.deliveries()
	if err != nil {
		return nil, nil, err
	}
	for _, c := range delivered {
		if !t.through[c.key()] {
			files = append(files, c)
		}
	}
	inOrder(files)
	claimed, busy, err := t.orphans()
	if err != nil || busy != nil {
		return files, busy, err
	}
	files = append(files, claimed...)
	inOrder(files)
	return files, nil, t.settle(ctx, files)
}

// orphans are the files whose run died, or left them; this process has them now.
func (t *turn) orphans() (files []candidate, busy, err error) {
	claims, err := t.claims()
	if err != nil {
		return nil, nil, err
	}
	for _, c := range claims {
		if c.state != stateTaken || t.through[c.id] {
			continue
		}
		ours, err := t.take(c)
		switch {
		case err != nil:
			return nil, nil, err
		case ours:
		case t.Sequence != "" && t.exists(c.id):
			// One after the other: whoever has the first has them all.
			return nil, message.New("lock.timeout", "inbox.turn", message.Args{"name": c.name, "holder": t.holder(c)}), nil
		default:
			continue
		}
		number, _ := t.pattern.Match(c.name)
		found := candidate{name: c.name, path: t.file(c), number: number, claim: c}
		switch err := found.look(); {
		case errors.Is(err, fs.ErrNotExist):
			t.clear(c) // its run died before the file was in it
		case err != nil:
			t.leave(c)
			return nil, nil, drive.Explain(err, found.path)
		default:
			t.held[c.id] = c
			files = append(files, found)
		}
	}
	return files, nil, nil
}

func (in *Inbox) holder(c *claim) string {
	if words := drive.Said(in.lockPath(c.id)); words != "" {
		return words
	}
	return "?"
}

// one takes one file. stop says why nothing after it is taken.
func (t *turn) one(ctx context.Context, c *candidate) (stop, err error) {
	t.through[c.key()] = true
	again := c.claim != nil
	why, err := t.early(ctx, c)
	if err != nil {
		return nil, err
	}
	if why == nil && !again {
		switch err := t.claim(c); {
		case errors.Is(err, errTaken):
			return nil, err
		case err != nil:
			why = err
		case !c.still():
			why = writing(c)
		}
		if c.claim != nil {
			t.held[c.claim.id], t.through[c.claim.id] = c.claim, true
		}
	}
	if why != nil {
		t.wait([]candidate{*c}, why)
		if t.Sequence != "" {
			return why, nil
		}
		return nil, nil
	}
	outcome := t.decide(ctx, c, again)
	t.end(ctx, c, outcome)
	return t.after(c, outcome), nil
}

// early is why a file is not taken yet; errTaken where it is gone.
func (t *turn) early(ctx context.Context, c *candidate) (why, err error) {
	if !exists(c.path) {
		return nil, errTaken
	}
	if !c.ready {
		return writing(c), nil
	}
	if !alone(c.path) {
		return message.New("txt.file", "inbox.open", message.Args{"name": c.name}), nil
	}
	if t.Sequence == "" {
		return nil, nil
	}
	return t.awaits(ctx, c)
}

func writing(c *candidate) error {
	return message.New("txt.file", "inbox.writing", message.Args{"name": c.name})
}

// wait tells that files were not taken.
func (t *turn) wait(files []candidate, why error) {
	for i := range files {
		c := &files[i]
		t.taken.Files = append(t.taken.Files, File{Name: c.name, Path: c.path, Number: c.number, Verdict: Waiting, Reason: why})
	}
}

// decide has a file handled, or sees that it was.
func (t *turn) decide(ctx context.Context, c *candidate, again bool) Outcome {
	if t.Sequence != "" {
		if outcome, ok := t.repeats(ctx, c, again); ok {
			return outcome
		}
	}
	t.step("handling")
	outcome := t.handle(ctx, Claimed{Name: c.name, Path: c.path, Number: c.number, Again: again})
	t.step("handled")
	switch {
	case ctx.Err() != nil && outcome.Verdict == Rejected && errors.Is(outcome.Reason, ctx.Err()):
		outcome.Verdict = Left // nobody looked at it to the end
	case outcome.Verdict != Left && !c.still():
		outcome = Outcome{Verdict: Left, Reason: message.New("txt.file", "inbox.changed", message.Args{"name": c.name}), Halt: outcome.Halt}
	}
	return outcome
}

// end does with a file what was decided.
func (t *turn) end(ctx context.Context, c *candidate, outcome Outcome) {
	file := File{Name: c.name, Path: c.path, Number: c.number, Verdict: outcome.Verdict, Reason: outcome.Reason}
	delete(t.held, c.claim.id)
	switch outcome.Verdict {
	case Done, Repeated, Rejected:
		file.Path, file.Unmoved = t.finish(ctx, c, outcome)
	default:
		t.leave(c.claim)
	}
	t.taken.Files = append(t.taken.Files, file)
}

// after is why nothing more is taken after this file, and what its number means for the next.
func (t *turn) after(c *candidate, outcome Outcome) error {
	if outcome.Verdict != Left && (outcome.Verdict != Rejected || !t.StopAtGap) {
		t.highest, t.known = max(t.highest, c.number), true
	}
	if outcome.Halt || outcome.Verdict == Left && t.Sequence != "" {
		return message.New("txt.file", "inbox.after", message.Args{"name": c.name})
	}
	return nil
}

// exists tells whether a file or folder is there.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
