package primitive

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type exclusiveArgs struct {
	Database string         `lua:"database"`
	Wait     *time.Duration `lua:"wait"`
	OnBusy   string         `lua:"on_busy" enum:"fail,shutdown"`
	Fn       *lua.Function  `lua:"fn,arg"`
}

// courtesy is how long a script that sends people away without a word of how long lets them finish what they are at.
const courtesy = 30 * time.Second

// closing is how the database is closed.
func (a *exclusiveArgs) closing(waiting func([]firebird.Session)) firebird.Closing {
	o := firebird.Closing{Force: a.OnBusy == "shutdown", Waiting: waiting}
	switch {
	case a.Wait != nil:
		o.Wait = *a.Wait
	case o.Force:
		o.Wait = courtesy
	}
	return o
}

func (h *Host) dbExclusive(ctx context.Context, a *exclusiveArgs) (any, error) {
	d, err := h.database(a.Database)
	if err != nil {
		return nil, err
	}
	waiting := func(who []firebird.Session) {
		h.Env.Log("info", message.Text("primitive.exclusive_waits", message.Args{"database": d.Name, "who": firebird.Who(who)}), nil)
	}
	var values []lua.Value
	err = h.exclusively(ctx, d, a.closing(waiting), func(copies.Database) (err error) {
		values, err = a.Fn.CallValues()
		return err
	})
	return first(values), err
}

// exclusively runs fn while a database is closed to everybody else, and opens it again whatever becomes of fn. fn is given the
// database as one gets into it meanwhile, and so are the primitives that are called within. Should the run die, the next one
// opens the database.
func (h *Host) exclusively(ctx context.Context, d copies.Database, o firebird.Closing, fn func(own copies.Database) error) (err error) {
	leave, err := h.enter(d)
	if err != nil {
		return err
	}
	defer leave()
	ended, err := h.Env.Closes(ctx, d)
	if err != nil {
		return err
	}
	if err := h.Firebird.CloseDatabase(ctx, d, o); err != nil {
		return errors.Join(err, ended(!errors.Is(err, firebird.ErrStaysClosed)))
	}
	defer func() {
		open := h.Firebird.OpenDatabase(context.WithoutCancel(ctx), d)
		left := errors.Join(open, ended(open == nil))
		if open != nil {
			h.Env.Degrade(open) // nobody can work: it is told whatever the script makes of the error
		}
		if err == nil {
			err = left
		}
	}()
	return fn(h.own(d))
}

// enter notes that what is done to the database from now on is done while it is closed to all others.
func (h *Host) enter(d copies.Database) (leave func(), err error) {
	if _, held := h.held[d.Name]; held {
		return nil, message.New("arg.value", "primitive.exclusive_nested", message.Args{"database": d.Name})
	}
	if h.held == nil {
		h.held = map[string]bool{}
	}
	h.held[d.Name] = !h.Dry
	return func() { delete(h.held, d.Name) }, nil
}

// own is the database as this run gets to it: where the run has closed it, by the way that only the run has.
func (h *Host) own(d copies.Database) copies.Database {
	d.At.Alone = h.held[d.Name]
	return d
}

// owns tells whether that is the file of a database that the run has closed.
func (h *Host) owns(path string) bool {
	return slices.ContainsFunc(h.Databases, func(d copies.Database) bool { return h.held[d.Name] && d.At.Path == path })
}

// planExclusive rehearses fn with the database as it is, and says who would be in the way now.
func (h *Host) planExclusive(ctx context.Context, args any) (any, error) {
	a := args.(*exclusiveArgs)
	d, err := h.database(a.Database)
	if err != nil {
		return nil, err
	}
	leave, err := h.enter(d)
	if err != nil {
		return nil, err
	}
	defer leave()
	all, err := h.Firebird.Sessions(ctx, d)
	if err != nil {
		return nil, err
	}
	if who := slices.DeleteFunc(all, func(s firebird.Session) bool { return s.Self }); len(who) > 0 {
		h.Env.Log("warning", message.Text("primitive.exclusive_would", message.Args{"database": d.Name, "who": firebird.Who(who)}), nil)
	}
	values, err := a.Fn.CallValues()
	return first(values), err
}
