package primitive

import (
	"context"
	"errors"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	createArgs struct {
		To        []string `lua:"to,required,single"`
		Databases []string `lua:"databases,single"`
		Files     *bool    `lua:"files"`
		Config    *bool    `lua:"config"`
		Verify    string   `lua:"verify" enum:"restore,later,never"`
		Class     string   `lua:"class" enum:"routine,intraday,extra,pre_update,closing"`
		Note      string   `lua:"note"`
	}
	adoptArgs struct {
		Path     string   `lua:"path,arg"`
		Database string   `lua:"database,required"`
		To       []string `lua:"to,required,single"`
		Class    string   `lua:"class" enum:"routine,intraday,extra,pre_update,closing"`
		Note     string   `lua:"note"`
	}
	filterArgs struct {
		Where    string `lua:"where"`
		Database string `lua:"database"`
		Class    string `lua:"class"`
		Company  string `lua:"company"`
		State    string `lua:"state" enum:"sealed,verified,bad,missing"`
		Since    string `lua:"since"`
	}
	copyArgs struct {
		Copy copyRef `lua:"copy,arg"`
	}
)

// copyRef is a copy as a script names it: the copy itself, its id, its number, or a path.
type copyRef struct{ ref string }

// DecodeLua takes a text or a dj.Copy.
func (r *copyRef) DecodeLua(v any) error {
	switch v := v.(type) {
	case string:
		r.ref = v
	case map[string]any:
		r.ref, _ = v["id"].(string)
	}
	if r.ref == "" {
		return message.New("option.type", "primitive.not_a_copy", nil)
	}
	return nil
}

func (h *Host) copy() []lua.Func {
	return []lua.Func{
		on("to", bind("copy.create", Write, h.create)),
		on("to", bind("copy.adopt", Write, h.adopt)),
		bind("copy.open", Read, func(_ context.Context, a *pathArgs) (copies.Copy, error) { return h.Copies.Open(a.Path) }),
		bind("copy.list", Read, h.list),
		bind("copy.newest", Read, h.newest),
		bind("copy.check", Read, h.check),
		bind("copy.prove", Write, h.prove),
	}
}

// one holds the lock that makes djscript the only writer of this store's copies, and takes away what a writer before
// it left when it died.
func (h *Host) one(ctx context.Context, fn func() error) error {
	release, err := h.Env.Lock(ctx, copies.Lock, 0)
	if err != nil {
		return err
	}
	if left := h.Copies.Sweep(); left != nil {
		h.Env.Degrade(left) // nothing that is left over keeps a copy from being made
	}
	err = fn()
	if released := release(); err == nil {
		err = released
	}
	return err
}

func (h *Host) create(ctx context.Context, a *createArgs) ([]copies.Copy, error) {
	options, err := h.options(a)
	if err != nil {
		return nil, err
	}
	var set copies.Set
	err = h.one(ctx, func() (err error) {
		set, err = h.Copies.Create(ctx, options)
		return err
	})
	for _, degraded := range set.Degraded {
		h.Env.Degrade(degraded)
	}
	return set.Copies, err
}

func (h *Host) options(a *createArgs) (copies.Options, error) {
	o := copies.Options{
		Class: orElse(a.Class, copies.Routine), Note: a.Note, Verify: orElse(a.Verify, copies.VerifyRestore),
		Files: a.Files == nil || *a.Files, WithSetup: a.Config == nil || *a.Config,
	}
	to, nowhere := h.destinations(a.To)
	databases, nothing := h.databases(a.Databases)
	o.To, o.Databases = to, databases
	return o, errors.Join(nothing, nowhere)
}

// databases are those of the names; without names, all of the store.
func (h *Host) databases(names []string) (found []copies.Database, err error) {
	if len(names) == 0 {
		found = h.Databases
	}
	for _, name := range names {
		d, err := h.database(name)
		if err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	if len(found) == 0 {
		return nil, message.New("option.missing", "primitive.no_databases", nil)
	}
	return found, nil
}

func (h *Host) destinations(names []string) ([]copies.Destination, error) {
	var found []copies.Destination
	for _, name := range names {
		d, err := h.destination(name)
		if err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	if len(found) == 0 {
		return nil, message.New("option.missing", "primitive.no_destinations", nil)
	}
	return found, nil
}

func (h *Host) destination(name string) (copies.Destination, error) {
	var known []string
	for _, d := range h.Destinations {
		if d.Name == name {
			return d, nil
		}
		known = append(known, d.Name)
	}
	return copies.Destination{}, message.New("option.value", "primitive.no_destination", message.Args{"name": name, "known": strings.Join(known, ", ")})
}

// planCreate is what a dry run can know of copies that are not made: no hash, no rows, no size.
func (h *Host) planCreate(args any) (any, error) {
	a := args.(*createArgs)
	options, err := h.options(a)
	if err != nil {
		return nil, err
	}
	planned := []copies.Copy{}
	for _, d := range options.Databases {
		c := copies.Copy{Store: h.Store, Database: d.Name, Class: options.Class, Note: options.Note}
		for _, to := range options.To {
			c.Places = append(c.Places, copies.Place{Destination: to.Name, Path: to.Path})
		}
		planned = append(planned, c)
	}
	return planned, nil
}

func (h *Host) planNothing(any) (any, error) { return nil, nil }

// planSame answers with the copy as it is.
func (h *Host) planSame(args any) (any, error) {
	a := args.(*copyArgs)
	return h.Copies.Find(context.Background(), a.Copy.ref)
}

func (h *Host) adopt(ctx context.Context, a *adoptArgs) (copies.Copy, error) {
	database, err := h.database(a.Database)
	if err != nil {
		return copies.Copy{}, err
	}
	to, err := h.destinations(a.To)
	if err != nil {
		return copies.Copy{}, err
	}
	var set copies.Set
	err = h.one(ctx, func() (err error) {
		set, err = h.Copies.Adopt(ctx, a.Path, copies.Options{
			Databases: []copies.Database{database}, To: to, Class: orElse(a.Class, copies.Extra), Note: a.Note,
		})
		return err
	})
	for _, degraded := range set.Degraded {
		h.Env.Degrade(degraded)
	}
	if len(set.Copies) == 0 {
		return copies.Copy{}, err
	}
	return set.Copies[0], err
}

func (h *Host) list(ctx context.Context, a *filterArgs) ([]copies.Copy, error) {
	all, problems, err := h.Copies.List(ctx, copies.Filter(*a))
	for _, p := range problems {
		h.Env.Log("warning", p.Error(), nil)
	}
	return all, err
}

func (h *Host) newest(ctx context.Context, a *filterArgs) (*copies.Copy, error) {
	all, _, err := h.Copies.List(ctx, copies.Filter(*a))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (h *Host) check(ctx context.Context, a *copyArgs) (checked copies.Copy, err error) {
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return found, err
	}
	return h.Copies.Check(ctx, found)
}

func (h *Host) prove(ctx context.Context, a *copyArgs) (proven copies.Copy, err error) {
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return found, err
	}
	err = h.one(ctx, func() (err error) {
		proven, err = h.Copies.Prove(ctx, found)
		return err
	})
	return proven, err
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
