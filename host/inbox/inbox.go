package inbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

// Options are how an inbox is kept.
type Options struct {
	Folder string // where others put their files
	Match  string // an exchange.Pattern; what is called otherwise is left alone
	// Done and Rejected are where the files end. They are made when they are missing; relative ones lie within Folder.
	Done, Rejected string
	// ReadyAfter is for how long a file must not have changed before it is taken.
	ReadyAfter time.Duration
	// Sequence is the name under which the ledger keeps the numbers of the files; "" where they follow none.
	Sequence  string
	StopAtGap bool          // takes nothing that comes after a missing number
	Past      exchange.Past // with a Sequence
	// Holder is what others are told of who has a file: "integration, run 01J..., on CAIXA-2".
	Holder string
	Now    func() time.Time
}

// Inbox is a folder of files that wait; see Take, List and Retry. Several processes may work on one folder.
type Inbox struct {
	Options
	pattern *exchange.Pattern
	claimed string
	step    func(string) // for tests: where a process may die
}

// Open looks whether an inbox can be kept so; option.value, every mistake at once. It touches no disk.
func Open(o Options) (*Inbox, error) {
	in := &Inbox{Options: o, claimed: filepath.Join(o.Folder, ".djscript", "claimed"), step: func(string) {}}
	var err error
	var errs []error
	if in.pattern, err = exchange.ParsePattern(o.Match); err != nil {
		errs = append(errs, err)
	}
	if o.Sequence != "" && in.pattern != nil && !in.pattern.Numbered() {
		errs = append(errs, message.New("option.value", "inbox.no_number", message.Args{"pattern": o.Match, "sequence": o.Sequence}))
	}
	if o.ReadyAfter < 0 {
		errs = append(errs, message.New("option.value", "inbox.ready_after", message.Args{"value": o.ReadyAfter.String()}))
	}
	if !filepath.IsAbs(o.Folder) {
		errs = append(errs, message.New("option.value", "inbox.relative", message.Args{"path": o.Folder}))
	}
	if n := utf8.RuneCountInString(o.Sequence); n > exchange.LongestSequence {
		errs = append(errs, message.New("option.value", "inbox.sequence_long", message.Args{"most": exchange.LongestSequence, "has": n}))
	}
	in.Done, in.Rejected = in.within(o.Done), in.within(o.Rejected)
	for _, folder := range []string{in.Done, in.Rejected} {
		if own := filepath.Dir(in.claimed); drive.Within(folder, own) {
			errs = append(errs, message.New("option.value", "inbox.own_folder", message.Args{"path": folder, "own": own}))
		}
	}
	if drive.SameFile(in.Done, o.Folder) || drive.SameFile(in.Rejected, o.Folder) || drive.SameFile(in.Done, in.Rejected) {
		errs = append(errs, message.New("option.value", "inbox.same_folder", message.Args{"done": in.Done, "rejected": in.Rejected}))
	}
	return in, errors.Join(errs...)
}

func (in *Inbox) within(folder string) string {
	if filepath.IsAbs(folder) {
		return filepath.Clean(folder)
	}
	return filepath.Join(in.Folder, folder)
}

// Handler handles one file. It may write reports beside it, best under the file's name with something after it; they go
// where the file goes. What it did has to be known again by the file's content: a process may die before its outcome is
// kept, and the file is then handled once more.
type Handler func(ctx context.Context, file Claimed) Outcome

// Claimed is a file that this process has for itself.
type Claimed struct {
	Name   string // as it was delivered
	Path   string // where it lies now
	Number int64  // in its name
	Again  bool   // another run had it before, and died or left it
}

// Outcome is what became of a file.
type Outcome struct {
	Verdict Verdict
	Reason  error // why it was rejected or left
	Halt    bool  // no other file is taken after this one
}

// Verdict says where a file goes.
type Verdict string

// The verdicts. A handler gives one of the first four.
const (
	Done     Verdict = "done"
	Repeated Verdict = "repeated" // to done, because its content was imported before
	Rejected Verdict = "rejected"
	Left     Verdict = "left"    // it stays claimed, and the next run takes it before all others
	Waiting  Verdict = "waiting" // it was not taken
)

// File is what a turn has to say of one file.
type File struct {
	Name    string
	Path    string // where it lies now
	Number  int64  // in its name
	Verdict Verdict
	Reason  error // why it was rejected, left or not taken
	// Unmoved is why a file whose outcome is final still lies among the claimed ones; the next run moves it, and does not
	// handle it again.
	Unmoved error
}

// Taken is what came of a turn.
type Taken struct {
	Files   []File
	Missing []exchange.Range // numbers that were passed over
	Awaited *exchange.Range  // the numbers without which the rest is not taken
}

// folders makes what has to be there. The inbox itself is never made: one that is missing is a path that is wrong.
func (in *Inbox) folders() error {
	info, err := os.Stat(in.Folder)
	if err != nil || !info.IsDir() {
		return message.Wrap(err, "txt.file", "inbox.no_folder", message.Args{"path": in.Folder})
	}
	for _, dir := range []string{in.claimed, in.Done, in.Rejected} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return drive.Explain(err, dir)
		}
	}
	return nil
}
