package inbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

// outcomeSuffix follows the name of a file in the name of the record of what became of it.
const outcomeSuffix = exchange.OutcomeSuffix

// record is what became of a file, as it lies beside the file.
type record struct {
	File    string    `json:"file"` // as it was delivered
	Outcome Verdict   `json:"outcome"`
	At      time.Time `json:"at"`
	Code    string    `json:"code,omitempty"`
	Reason  string    `json:"reason,omitempty"` // in the language of the run that wrote it
	Hint    string    `json:"hint,omitempty"`
	Reports []string  `json:"reports,omitempty"` // what follows the file's name in the names of its reports
}

// reason is what was written, as an error.
func (r record) reason() error {
	if r.Reason == "" {
		return nil
	}
	return recorded{r}
}

// recorded is an error of another run.
type recorded struct{ record }

// Error is what was said then.
func (r recorded) Error() string { return r.Reason }

// Code is that of the error.
func (r recorded) Code() string { return r.record.Code }

// Hint is that of the error.
func (r recorded) Hint() string { return r.record.Hint }

// finish makes an outcome final and moves the file. Whatever fails after it was made final is done by the next run.
func (t *turn) finish(ctx context.Context, c *candidate, outcome Outcome) (path string, err error) {
	t.write(c, outcome)
	t.step("recorded")
	final := *c.claim
	final.state = stateDone
	if outcome.Verdict == Rejected {
		final.state = stateRejected
	}
	err = patiently(ctx, func() error {
		return drive.Explain(os.Rename(t.dir(c.claim), t.dir(&final)), t.dir(c.claim))
	})
	if err != nil {
		t.leave(c.claim)
		return c.path, err
	}
	t.step("final")
	return t.deliver(ctx, &final)
}

// write puts beside the file what became of it, and why it was rejected where nothing else says so. On a full disk there is
// no room for it; the file goes its way all the same.
func (t *turn) write(c *candidate, outcome Outcome) {
	dir := t.dir(c.claim)
	r := record{File: c.name, Outcome: outcome.Verdict, At: t.Now(), Code: message.Code(outcome.Reason), Hint: message.Hint(outcome.Reason)}
	if outcome.Reason != nil {
		r.Reason = message.Said(outcome.Reason)
	}
	if outcome.Verdict == Rejected && len(beside(dir, c.name)) == 0 {
		_ = os.WriteFile(filepath.Join(dir, c.name+".txt"), []byte(strings.TrimSpace(r.Reason+"\r\n"+r.Hint)+"\r\n"), 0o644)
	}
	for _, name := range beside(dir, c.name) {
		if rest, ok := strings.CutPrefix(name, c.name); ok && rest != outcomeSuffix {
			r.Reports = append(r.Reports, rest)
		}
	}
	text, _ := json.MarshalIndent(r, "", "  ") // nothing in it can not be encoded
	_ = drive.WriteFile(dir, c.name+outcomeSuffix, text)
}

// told is the record of a claim; without one only what its state says.
func (in *Inbox) told(c *claim) record {
	r, ok := readRecord(in.file(c) + outcomeSuffix)
	if !ok {
		r.Outcome = Done
		if c.state == stateRejected {
			r.Outcome = Rejected
		}
	}
	return r
}

// readRecord reads what lies beside a file. What names a file elsewhere was not written here.
func readRecord(path string) (r record, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &r) != nil || r.File == "" {
		return record{}, false
	}
	for _, name := range append(r.Reports, r.File) {
		if strings.ContainsAny(name, `/\`) {
			return record{}, false
		}
	}
	return r, true
}

// beside are the names of what lies in the folder of a file, without the file itself.
func beside(dir, name string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		if entry.Name() != name {
			names = append(names, entry.Name())
		}
	}
	return names
}

// deliver moves what is final. What goes to another volume is carried there first, into a folder of its own: then it is moved
// by renames all the same, and a run that goes on after a crash finds each file in one of three places.
func (in *Inbox) deliver(ctx context.Context, c *claim) (path string, err error) {
	dir, target := in.dir(c), in.Done
	if c.state == stateRejected {
		target = in.Rejected
	}
	aside := filepath.Join(target, ".djscript-"+c.id)
	from := dir
	if exists(aside) {
		from = aside
		err = in.carry(ctx, dir, aside)
	}
	if err == nil {
		path, err = in.spread(ctx, from, target, c)
	}
	if errors.Is(err, drive.ErrOtherVolume) {
		if err = in.carry(ctx, dir, aside); err == nil {
			path, err = in.spread(ctx, aside, target, c)
		}
	}
	if err != nil {
		in.leave(c)
		return cmp.Or(path, in.file(c)), err
	}
	_ = os.Remove(aside) // mostly there is none
	in.clear(c)
	return path, nil
}

// spread gives all that lies in a folder its name in another one, the file first. What was moved by a run that died on the way
// stays where it is, and the rest follows it under its name.
func (in *Inbox) spread(ctx context.Context, from, target string, c *claim) (path string, err error) {
	name := c.name
	if exists(filepath.Join(from, name)) {
		name, err = in.place(ctx, filepath.Join(from, name), target, name, c.id)
	} else if own := stamp(name, c.id); exists(filepath.Join(target, own)) {
		name = own
	}
	if err != nil {
		return "", err
	}
	in.step("file moved")
	var errs []error
	for _, one := range beside(from, c.name) {
		to := one
		if rest, ok := strings.CutPrefix(one, c.name); ok {
			to = name + rest
		}
		if _, err := in.place(ctx, filepath.Join(from, one), target, to, c.id); err != nil {
			errs = append(errs, err)
		}
		in.step("report moved")
	}
	return filepath.Join(target, name), errors.Join(errs...)
}

// place moves one file into a folder under a name, or, where another is called so, under one that nothing else has.
func (in *Inbox) place(ctx context.Context, from, dir, name, id string) (string, error) {
	move := func(name string) error {
		return patiently(ctx, func() error { return drive.Rename(from, filepath.Join(dir, name)) })
	}
	err := move(name)
	if message.Code(err) == "fs.exists" {
		name = stamp(name, id)
		err = move(name)
	}
	return name, err
}

// stamp makes of a name one of which there is only one. The extension stays what it was.
func stamp(name, id string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + id + ext
}

// carry takes all that lies in a folder to one on another volume: copied, flushed, read back, and only then removed.
func (in *Inbox) carry(ctx context.Context, from, to string) error {
	if err := os.Mkdir(to, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return drive.Explain(err, to)
	}
	for _, name := range beside(from, "") {
		source := filepath.Join(from, name)
		// What lies there already was copied whole by a run that died before it could remove it here.
		if _, err := drive.Lay(ctx, source, filepath.Join(to, name)); err != nil && message.Code(err) != "fs.exists" {
			return err
		}
		in.step("copied")
		if err := patiently(ctx, func() error { return drive.Explain(os.Remove(source), source) }); err != nil {
			return err
		}
		in.step("removed")
	}
	return nil
}
