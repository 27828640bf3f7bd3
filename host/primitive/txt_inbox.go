package primitive

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/inbox"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	inboxArgs struct {
		Folder     string         `lua:"folder,arg"`
		Match      string         `lua:"match,required"`
		Done       string         `lua:"done,required"`
		Rejected   string         `lua:"rejected,required"`
		ReadyAfter *time.Duration `lua:"ready_after"`
		Sequence   string         `lua:"sequence"`
		OnGap      string         `lua:"on_gap" enum:"warn,stop"`
		Database   string         `lua:"database"`
		Fn         *lua.Function  `lua:"fn,arg"`
	}
	// Delivered is a file of an inbox, as fn gets it.
	Delivered struct {
		Name   string `json:"name"`
		Path   string `json:"path"`
		Number *int64 `json:"number,omitempty"`
		Again  bool   `json:"again"`
	}
	// Turn is what became of the files of an inbox.
	Turn struct {
		Done     []string `json:"done"`
		Repeated []string `json:"repeated"`
		Rejected []string `json:"rejected"`
		Left     []string `json:"left"`
		Waiting  []string `json:"waiting"`
		Missing  []int64  `json:"missing"`
	}
)

// taking is a file of an inbox while fn has it.
type taking struct {
	file     inbox.Claimed
	path     string // as it was delivered
	done     string // the folder for what is in
	sequence string
	verdict  exchange.Verdict // the worst of what its imports gave; "" for none
	reason   error            // why it was rejected
}

// usualRest is for how long a file must not have changed before it is taken, where the script does not say it.
const usualRest = 5 * time.Second

// mostMissing is how many missing numbers a script is told.
const mostMissing = 1000

func (h *Host) txtInbox(ctx context.Context, a *inboxArgs) (Turn, error) {
	d, o, err := h.inbox(a)
	if err != nil {
		return Turn{}, err
	}
	var broken error
	taken, err := h.Texts.Take(ctx, d, o, func(_ context.Context, file inbox.Claimed) inbox.Outcome {
		outcome, ends := h.handle(a, file)
		broken = errors.Join(broken, ends)
		return outcome
	})
	if err = errors.Join(broken, err); err != nil {
		return Turn{}, err
	}
	h.tellTurn(a.Folder, taken)
	return turnOf(taken), nil
}

// planInbox has fn look at the files that wait, where they lie.
func (h *Host) planInbox(_ context.Context, args any) (any, error) {
	a := args.(*inboxArgs)
	_, o, err := h.inbox(a)
	if err != nil {
		return nil, err
	}
	waiting, err := h.Texts.Waiting(o)
	if err != nil {
		return nil, err
	}
	var taken inbox.Taken
	for _, file := range waiting {
		outcome, err := h.handle(a, file)
		if err != nil {
			return nil, err
		}
		taken.Files = append(taken.Files, inbox.File{Name: file.Name, Verdict: outcome.Verdict, Reason: outcome.Reason})
	}
	return turnOf(taken), nil
}

func (h *Host) inbox(a *inboxArgs) (d copies.Database, o inbox.Options, err error) {
	o = inbox.Options{
		Folder: a.Folder, Match: a.Match, Done: a.Done, Rejected: a.Rejected, ReadyAfter: usualRest, Sequence: a.Sequence, StopAtGap: a.OnGap == "stop",
	}
	if a.ReadyAfter != nil {
		o.ReadyAfter = *a.ReadyAfter
	}
	if h.taking != nil {
		return d, o, message.New("arg.value", "primitive.inbox_nested", message.Args{"name": h.taking.file.Name})
	}
	if !wholePath(a.Folder) {
		return d, o, message.New("arg.value", "primitive.txt_path", message.Args{"path": a.Folder})
	}
	if a.Sequence != "" || a.Database != "" {
		d, err = h.database(a.Database)
	}
	return d, o, err
}

// handle gives a file to fn. ends is what ends the whole inbox.
func (h *Host) handle(a *inboxArgs, file inbox.Claimed) (outcome inbox.Outcome, ends error) {
	h.taking = &taking{file: file, path: strings.TrimRight(a.Folder, `/\`) + "/" + file.Name, done: a.Done, sequence: a.Sequence}
	defer func() { h.taking = nil }()
	delivered := Delivered{Name: file.Name, Path: h.taking.path, Again: file.Again}
	if file.Number > 0 || a.Sequence != "" {
		delivered.Number = &file.Number
	}
	_, err := a.Fn.CallValues(delivered)
	switch {
	case err == nil:
		return inbox.Outcome{Verdict: verdicts[h.taking.verdict], Reason: h.taking.reason}, nil
	case isMistake(err):
		return inbox.Outcome{Verdict: inbox.Left, Reason: err, Halt: true}, err
	case passes(err):
		return inbox.Outcome{Verdict: inbox.Left, Reason: err, Halt: strings.HasPrefix(message.Code(err), "db.")}, nil
	}
	return inbox.Outcome{Verdict: inbox.Rejected, Reason: err}, nil
}

// verdicts are where a file goes after what became of it.
var verdicts = map[exchange.Verdict]inbox.Verdict{
	"": inbox.Done, exchange.Done: inbox.Done, exchange.Repeat: inbox.Repeated, exchange.Rejected: inbox.Rejected,
}

// passing are codes of what has nothing to do with the file: another run will take it.
var passing = []string{"db.busy", "db.auth", "db.closed", "db.server", "db.not_found", "db.denied", "db.failed", "lock", "drive", "fs", "txt.file"}

func passes(err error) bool {
	found, ok := errors.AsType[*lua.Error](err)
	return ok && slices.ContainsFunc(passing, found.IsCode)
}

// lies is where a file lies: that which fn of an inbox has lies where nobody else takes it. fn has its path as it was delivered,
// so that a plan says the same as the run that carries it out.
func (h *Host) lies(path string) string {
	if h.taking != nil && h.taking.path == path {
		return h.taking.file.Path
	}
	return path
}

// ends is where a report of a file will lie that goes with it: beside it, or where the inbox puts what is in.
func (h *Host) ends(path, report string) string {
	if report == "" || h.lies(path) == path {
		return report
	}
	folder := h.taking.done
	if !wholePath(folder) {
		folder = strings.TrimSuffix(path, h.taking.file.Name) + folder
	}
	return strings.TrimRight(folder, `/\`) + "/" + baseName(report)
}

// delivered says what an order is for that fn of an inbox gives: the file under the name that it came with.
func (h *Host) delivered(o *exchange.Order) {
	if h.taking == nil || h.taking.file.Path != o.Path {
		return
	}
	o.Name, o.Number, o.Sequence = h.taking.file.Name, h.taking.file.Number, h.taking.sequence
}

// arrived notes what became of a file, if it is one that fn of an inbox has: of one that was rejected the inbox tells.
func (h *Host) arrived(path string, r *exchange.Result) bool {
	if h.taking == nil || h.taking.path != path {
		return false
	}
	order := []exchange.Verdict{"", exchange.Repeat, exchange.Done, exchange.Rejected}
	if slices.Index(order, r.Verdict) > slices.Index(order, h.taking.verdict) {
		h.taking.verdict, h.taking.reason = r.Verdict, r.Reason()
	}
	return true
}

// tellTurn degrades the run for what somebody should look at.
func (h *Host) tellTurn(folder string, taken inbox.Taken) {
	waiting, stuck := 0, false
	for _, file := range taken.Files {
		args := message.Args{"name": file.Name}
		switch {
		case file.Reason != nil && file.Verdict == inbox.Left:
			h.Env.Degrade(message.Wrap(file.Reason, "txt.file", "primitive.inbox_left", args))
		case file.Reason != nil && file.Verdict == inbox.Rejected:
			h.Env.Degrade(message.Wrap(file.Reason, "txt.file", "primitive.inbox_rejected", args))
		}
		if file.Verdict == inbox.Waiting {
			waiting++
			// What keeps one from being taken keeps the others, too: a disk that is full, a folder that may not be written to.
			if !stuck && file.Reason != nil && !waits(file.Reason) {
				stuck = true
				h.Env.Degrade(stuckFor(file.Reason, folder, args))
			}
		}
		if file.Unmoved != nil {
			h.Env.Degrade(message.Wrap(file.Unmoved, "txt.file", "primitive.inbox_unmoved", args))
		}
	}
	for _, missing := range taken.Missing {
		h.Env.Degrade(message.New("txt.sequence", "primitive.inbox_missing", message.Args{"numbers": missing.String(), "folder": folder}))
	}
	if taken.Awaited != nil {
		h.Env.Degrade(message.New("txt.sequence", "primitive.inbox_awaited", message.Args{"numbers": taken.Awaited.String(), "folder": folder, "waiting": waiting}))
	}
}

// stuckFor is why no file of a folder can be taken.
func stuckFor(why error, folder string, args message.Args) error {
	if message.Code(why) == "drive.full" {
		args["folder"] = folder
		return message.New("drive.full", "primitive.inbox_full", args)
	}
	return message.Wrap(why, "txt.file", "primitive.inbox_stuck", args)
}

// waits tells whether a file waits for something that comes by itself: its writer, another run, a missing number, which is told.
func waits(err error) bool {
	return slices.Contains([]string{"txt.file", "txt.sequence", "lock.timeout"}, message.Code(err))
}

func turnOf(taken inbox.Taken) Turn {
	t := Turn{Done: []string{}, Repeated: []string{}, Rejected: []string{}, Left: []string{}, Waiting: []string{}, Missing: []int64{}}
	of := map[inbox.Verdict]*[]string{
		inbox.Done: &t.Done, inbox.Repeated: &t.Repeated, inbox.Rejected: &t.Rejected, inbox.Left: &t.Left, inbox.Waiting: &t.Waiting,
	}
	for _, file := range taken.Files {
		*of[file.Verdict] = append(*of[file.Verdict], file.Name)
	}
	missing := taken.Missing
	if taken.Awaited != nil {
		missing = append(slices.Clone(missing), *taken.Awaited)
	}
	for _, r := range missing {
		for n := r.First; n <= r.Last && len(t.Missing) < mostMissing; n++ {
			t.Missing = append(t.Missing, n)
		}
	}
	return t
}
