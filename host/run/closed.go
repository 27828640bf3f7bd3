package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// closedFile holds the databases that runs have closed, or are about to, by their names.
const closedFile = "closed.json"

// closed is what is kept of a database while a run has it closed: enough to open it without the run, and to say which it
// was.
type closed struct {
	At     string `json:"at"` // RFC 3339
	Run    string `json:"run"`
	Script string `json:"script"`
	Job    string `json:"job"`
	Server string `json:"server"`
	Path   string `json:"path"`
}

// closedLock is held for as long as the run lives that has the database closed.
func closedLock(database string) string { return "closed-" + database }

// Closes notes that the run closes a database, before it does.
func (r *running) Closes(ctx context.Context, d copies.Database) (func(open bool) error, error) {
	if r.request.Dry {
		return func(bool) error { return nil }, nil
	}
	release, err := r.Lock(ctx, closedLock(d.Name), 0)
	if err != nil {
		return nil, err
	}
	note, err := json.Marshal(closed{
		At: r.host.now().Format(time.RFC3339), Run: r.outcome.Run, Script: r.outcome.Script, Job: r.outcome.Job,
		Server: d.At.Server, Path: d.At.Path,
	})
	if err == nil {
		err = r.keep(ctx, closedFile, kept{d.Name: note})
	}
	if err != nil {
		return nil, errors.Join(err, release())
	}
	return func(open bool) error {
		if !open {
			return release()
		}
		return errors.Join(r.keep(context.WithoutCancel(ctx), closedFile, kept{d.Name: nil}), release())
	}, nil
}

// Reopen opens the databases that runs had closed when they died, and tells of each; those of a run that lives stay closed.
// What can not be opened is an error, and is tried again by the next who asks.
func (h *Host) Reopen(ctx context.Context, tell func(text string)) error {
	left, err := h.keeps(closedFile)
	if err != nil || len(left) == 0 {
		return err
	}
	engines, err := h.world().Engines(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(left)) {
		failed = append(failed, h.openLeft(ctx, engines, name, tell))
	}
	return errors.Join(failed...)
}

// openLeft opens one of them.
func (h *Host) openLeft(ctx context.Context, engines *Engines, name string, tell func(string)) (err error) {
	release, busy := h.world().Lock(ctx, closedLock(name), "reopen", 0)
	if message.Code(busy) == "lock.timeout" {
		return nil // the run lives
	}
	if busy != nil {
		return busy
	}
	defer func() {
		if released := release(); err == nil {
			err = released
		}
	}()
	left, err := h.keeps(closedFile) // again: it may have been opened in the meantime
	if err != nil || left[name] == nil {
		return err
	}
	var was closed
	if err := json.Unmarshal(left[name], &was); err != nil {
		return message.Wrap(err, "state.bad", "run.memory_bad", message.Args{"name": closedFile})
	}
	d, err := was.database(engines.Databases, name)
	if err != nil {
		return err
	}
	if err := engines.Firebird.OpenDatabase(ctx, d); err != nil {
		return err
	}
	tell(message.Text("run.reopened", message.Args{
		"database": name, "script": was.Script, "job": was.Job, "at": h.minute(was.At),
	}))
	return h.amend(context.WithoutCancel(ctx), "reopen", closedFile, kept{name: nil})
}

// database is where it lay when it was closed, whatever djscript.toml says now; who may open it djscript.toml says.
func (c closed) database(all []copies.Database, name string) (copies.Database, error) {
	i := slices.IndexFunc(all, func(d copies.Database) bool { return d.Name == name })
	if i < 0 {
		return copies.Database{}, message.New("db.closed", "run.closed_unknown", message.Args{"database": name, "path": c.Path, "server": c.Server})
	}
	d := all[i]
	d.At.Server, d.At.Path = c.Server, c.Path
	return d, nil
}

// minute is an instant as a person is told it.
func (h *Host) minute(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	t = t.In(h.Config.Store.Location)
	return fmt.Sprintf("%s %s", message.Day(t.Format(time.DateOnly)), t.Format("15:04"))
}

// reopens opens what runs that died left closed, before anything else is done to the store.
func (r *running) reopens(ctx context.Context) {
	if r.request.Dry {
		return
	}
	if err := r.host.Reopen(ctx, func(text string) { r.Log("warning", text, nil) }); err != nil {
		r.Degrade(err)
	}
}
