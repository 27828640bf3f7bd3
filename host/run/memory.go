package run

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// maxMemory is how many bytes a script may keep: what it needs to know of last time, not data.
const maxMemory = 1 << 20

// Clock is the clock that the script reads.
func (r *running) Clock() time.Time { return r.clock() }

// kept is a file of what is kept from run to run: JSON values by their keys.
type kept map[string]json.RawMessage

func (h *Host) keeps(name string) (kept, error) {
	text, err := h.world().Recall(name)
	if err != nil || text == nil {
		return kept{}, err
	}
	all := kept{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, message.Wrap(err, "state.bad", "run.memory_bad", message.Args{"name": name})
	}
	return all, nil
}

// keep changes a file under its lock, so that two runs that end at once both keep what is theirs.
func (r *running) keep(ctx context.Context, name string, change kept) error {
	return r.host.amend(ctx, r.outcome.Script, name, change)
}

func (h *Host) amend(ctx context.Context, who, name string, change kept) error {
	release, err := h.world().Lock(ctx, "memory", who, memoryWait)
	if err != nil {
		return err
	}
	err = h.change(name, change)
	if released := release(); err == nil {
		err = released
	}
	return err
}

// memoryWait is far longer than anybody holds the lock.
const memoryWait = 10 * time.Second

func (h *Host) change(name string, change kept) error {
	all, err := h.keeps(name)
	if err != nil {
		return err
	}
	maps.Copy(all, change)
	maps.DeleteFunc(all, func(_ string, value json.RawMessage) bool { return value == nil })
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	return h.world().Remember(name, append(text, '\n'))
}

// memoryFile is where what the script keeps lies, in .djscript.
func (r *running) memoryFile() string { return "state/" + r.target.script + ".json" }

// Recall is what the script keeps under a key, with what this run has changed.
func (r *running) Recall(key string) (string, error) {
	if err := r.recall(); err != nil {
		return "", err
	}
	return string(r.recalled.now[key]), nil
}

// recollection is what the script keeps.
type recollection struct {
	now     kept // with the changes of this run; nil until it is first asked for
	changed kept // what is written when the job succeeds; a key without a value goes
}

func (r *running) recall() (err error) {
	if r.recalled.now == nil {
		r.recalled.now, err = r.host.keeps(r.memoryFile())
	}
	return err
}

// Remember keeps a value under a key. In a dry run it is forgotten with the run.
func (r *running) Remember(key, text string) error {
	if err := r.recall(); err != nil {
		return err
	}
	delete(r.recalled.now, key)
	var value json.RawMessage
	if text != "" {
		value = json.RawMessage(text)
		size := len(text)
		for name, other := range r.recalled.now {
			size += len(name) + len(other)
		}
		if size > maxMemory {
			return message.New("state.large", "run.memory_large", message.Args{"bytes": size, "most": maxMemory})
		}
		r.recalled.now[key] = value
	}
	if !r.request.Dry {
		if r.recalled.changed == nil {
			r.recalled.changed = kept{}
		}
		r.recalled.changed[key] = value
	}
	return nil
}

// memorize writes what the run changed.
func (r *running) memorize(ctx context.Context) error {
	if len(r.recalled.changed) == 0 {
		return nil
	}
	return r.keep(ctx, r.memoryFile(), r.recalled.changed)
}

// onceFile holds the keys that dj.once has seen, whatever the script.
const onceFile = "once.json"

// Seen tells whether the store has seen a key of dj.once.
func (r *running) Seen(key string) (bool, error) {
	all, err := r.host.keeps(onceFile)
	_, seen := all[key]
	return seen, err
}

// See marks a key of dj.once as seen: by which script, and when.
func (r *running) See(key string) error {
	mark, err := json.Marshal(map[string]any{"at": r.host.now().Format(time.RFC3339), "script": r.target.script, "run": r.outcome.Run})
	if err != nil {
		return fmt.Errorf("encode mark: %w", err)
	}
	return r.keep(r.state.Context(), onceFile, kept{key: mark})
}

// Ask asks whoever sits at the terminal. What the run was given by --yes is not asked.
func (r *running) Ask(ctx context.Context, q primitive.Question) (bool, error) {
	q.Text = r.mask(q.Text)
	if q.ID != "" && slices.Contains(r.request.Yes, q.ID) {
		return true, nil
	}
	if r.host.Ask == nil {
		return false, nil
	}
	return r.host.Ask(ctx, q)
}

// Trigger is what started the run.
func (r *running) Trigger() string { return r.request.Trigger }

// History are the runs of the store since then that fit, but for this one.
func (r *running) History(ctx context.Context, since time.Time, fits func(primitive.Run) bool) ([]primitive.Run, error) {
	found := []primitive.Run{}
	err := r.host.world().Runs(ctx, since, func(e *journal.Entry) {
		if past := r.past(e); e.Run != r.outcome.Run && fits(past) {
			found = append(found, past)
		}
	})
	return found, err
}

func (r *running) past(e *journal.Entry) primitive.Run {
	past := primitive.Run{
		ID: e.Run, At: e.At.In(r.host.Config.Store.Location), Entry: e.Entry, Script: e.Script, Job: e.Job, Trigger: e.Trigger, Day: e.Day,
		Dry: e.Dry, Result: e.End.Result, Exit: e.End.Exit, Degraded: e.End.Degraded,
	}
	if !e.End.At.IsZero() {
		past.Seconds = e.End.At.Sub(e.At).Seconds()
	}
	if past.Degraded == nil {
		past.Degraded = []string{}
	}
	if f := e.End.Error; f != nil {
		past.Code, past.Message = f.Code, f.Message
	}
	return past
}
