package primitive

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

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

		Companies   map[string][]string `lua:"companies"`
		ArchiveFrom int                 `lua:"archive_from"`
	}
	adoptArgs struct {
		Path     string   `lua:"path,arg"`
		Database string   `lua:"database,required"`
		To       []string `lua:"to,required,single"`
		Class    string   `lua:"class" enum:"routine,intraday,extra,pre_update,closing"`
		Note     string   `lua:"note"`
	}
	copyArgs struct {
		Copy copyRef `lua:"copy,arg"`
	}
)

// copyRef is a copy as a script names it: the copy itself, its id, its number, or a path.
type copyRef struct{ ref string }

// MarshalJSON is the reference, for a journal.
func (r copyRef) MarshalJSON() ([]byte, error) { return json.Marshal(r.ref) }

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
	if err := h.writes(options); err != nil {
		return nil, err
	}
	err = h.one(ctx, func() (err error) {
		set, err = h.Copies.Create(ctx, options)
		return err
	})
	h.made(set)
	return set.Copies, err
}

// writes takes the files that will be made from the run's limits, in a rehearsal too: it would approve otherwise what is
// refused at night.
func (h *Host) writes(o copies.Options) error {
	return h.Env.Spend(FilesWritten, int64(len(o.Databases)*len(o.To)))
}

// made notes what is to be said of copies that were made.
func (h *Host) made(set copies.Set) {
	for _, degraded := range set.Degraded {
		h.Env.Degrade(degraded)
	}
	for _, c := range set.Copies {
		for _, p := range c.Places {
			_ = h.Env.Spend(BytesWritten, p.Bytes) // only counted
		}
	}
}

func (h *Host) options(a *createArgs) (copies.Options, error) {
	o := copies.Options{
		Class: orElse(a.Class, copies.Routine), Note: a.Note, Verify: orElse(a.Verify, copies.VerifyRestore),
		Files: a.Files == nil || *a.Files, WithSetup: a.Config == nil || *a.Config, Spare: h.room,
		Companies: a.Companies, ArchiveFrom: a.ArchiveFrom,
	}
	to, nowhere := h.destinations(a.To)
	databases, nothing := h.databases(a.Databases)
	o.To, o.Databases = to, databases
	return o, errors.Join(nothing, nowhere, chosen(o))
}

// chosen refuses companies of a database that is not copied, none at all, and a year that is none.
func chosen(o copies.Options) error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(o.Companies)) {
		copied := slices.ContainsFunc(o.Databases, func(d copies.Database) bool { return d.Name == name })
		if !copied || len(o.Companies[name]) == 0 {
			wrong = append(wrong, message.New("option.value", "primitive.companies", message.Args{"database": name}))
		}
	}
	if o.ArchiveFrom != 0 && (o.ArchiveFrom < 1900 || o.ArchiveFrom > 2100) {
		wrong = append(wrong, message.New("option.value", "primitive.archive_from", message.Args{"year": o.ArchiveFrom}))
	}
	return errors.Join(wrong...)
}

// databases are those of the names; without names, all of the store.
func (h *Host) databases(names []string) (found []copies.Database, err error) {
	if len(names) == 0 {
		for _, d := range h.Databases {
			found = append(found, h.own(d))
		}
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

func (h *Host) destinations(names []string) (found []copies.Destination, err error) {
	var unknown []error
	for _, name := range names {
		d, err := h.destination(name)
		unknown, found = append(unknown, err), append(found, d)
	}
	if len(found) == 0 {
		return nil, message.New("option.missing", "primitive.no_destinations", nil)
	}
	return found, errors.Join(unknown...)
}

func (h *Host) destination(name string) (copies.Destination, error) {
	for _, d := range h.Destinations {
		if d.Name == name {
			return d, nil
		}
	}
	return copies.Destination{}, noDestination(name, h.Destinations)
}

// planCreate is what a dry run can know of copies that are not made: no hash, no rows, no size.
func (h *Host) planCreate(_ context.Context, args any) (any, error) {
	options, err := h.options(args.(*createArgs))
	if err != nil {
		return nil, err
	}
	if err := h.writes(options); err != nil {
		return nil, err
	}
	planned := []any{}
	for _, d := range options.Databases {
		planned = append(planned, h.planned(d, options))
	}
	return planned, nil
}

func (h *Host) planAdopt(_ context.Context, args any) (any, error) {
	a := args.(*adoptArgs)
	o, err := h.adoption(a)
	if err != nil {
		return nil, err
	}
	if err := h.writes(o); err != nil {
		return nil, err
	}
	if err := h.Copies.Adoptable(a.Path); err != nil {
		return nil, err
	}
	return h.planned(o.Databases[0], o), nil
}

// adoption is how a file is taken in: nothing is, that does not restore.
func (h *Host) adoption(a *adoptArgs) (copies.Options, error) {
	database, noDatabase := h.database(a.Database)
	to, nowhere := h.destinations(a.To)
	return copies.Options{
		Databases: []copies.Database{database}, To: to, Class: orElse(a.Class, copies.Extra), Note: a.Note, Verify: copies.VerifyRestore, Spare: h.room,
	}, errors.Join(noDatabase, nowhere)
}

// planned is a copy that will be, if all goes well.
func (h *Host) planned(d copies.Database, o copies.Options) map[string]any {
	made := map[string]any{
		"store": h.Store, "database": d.Name, "class": o.Class, "verify": o.Verify, "partial": false, "state": copies.Sealed,
	}
	left := map[string]any{}
	if !o.Files && len(d.Files) > 0 {
		left["files"] = true
	}
	if len(o.Companies[d.Name]) > 0 {
		left["companies"] = lua.Unknown{}
	}
	if o.ArchiveFrom > 0 {
		left["archive_before"] = o.ArchiveFrom
	}
	if len(left) > 0 {
		made["partial"], made["left_out"] = true, left
	}
	if o.Verify == copies.VerifyRestore {
		made["state"] = copies.Verified
	}
	if o.Note != "" {
		made["note"] = o.Note
	}
	for _, name := range []string{"id", "seq", "set", "name", "created", "day", "companies", "rows", "parts", "proof"} {
		made[name] = lua.Unknown{}
	}
	places := []any{}
	for _, to := range o.To {
		places = append(places, map[string]any{
			"destination": to.Name, "path": lua.Unknown{}, "bytes": lua.Unknown{}, "sha256": lua.Unknown{}, "read_back": lua.Unknown{},
			"state": copies.Present,
		})
	}
	made["places"] = places
	return made
}

// planProve answers with the copy as it will be, if its restore holds.
func (h *Host) planProve(ctx context.Context, args any) (any, error) {
	found, err := h.Copies.Find(ctx, args.(*copyArgs).Copy.ref)
	found.State = copies.Verified
	return found, err
}

// planCheck answers with the copy as it is: to hash all of it again is no part of a plan.
func (h *Host) planCheck(ctx context.Context, args any) (any, error) {
	return h.Copies.Find(ctx, args.(*copyArgs).Copy.ref)
}

func (h *Host) adopt(ctx context.Context, a *adoptArgs) (copies.Copy, error) {
	o, err := h.adoption(a)
	if err != nil {
		return copies.Copy{}, err
	}
	if err := h.writes(o); err != nil {
		return copies.Copy{}, err
	}
	var set copies.Set
	err = h.one(ctx, func() (err error) {
		set, err = h.Copies.Adopt(ctx, a.Path, o)
		return err
	})
	h.made(set)
	if len(set.Copies) == 0 {
		return copies.Copy{}, err
	}
	return set.Copies[0], err
}

func (h *Host) list(ctx context.Context, a *CopyFilter) ([]copies.Copy, error) {
	all, problems, err := h.filtered(ctx, a)
	h.warn(problems)
	return all, err
}

// warn tells of what could not be looked at, once a run however often it is looked at.
func (h *Host) warn(problems []error) {
	for _, p := range problems {
		if text := p.Error(); !slices.Contains(h.warned, text) {
			h.warned = append(h.warned, text)
			h.Env.Log("warning", text, nil)
		}
	}
}

func (h *Host) newest(ctx context.Context, a *CopyFilter) (*copies.Copy, error) {
	all, _, err := h.filtered(ctx, a)
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
		var told []error
		proven, told, err = h.Copies.Prove(ctx, found)
		for _, one := range told {
			h.Env.Degrade(one)
		}
		return err
	})
	if message.Code(err) == "copy.suspect" { // its restore held
		h.Env.Degrade(err)
		err = nil
	}
	return proven, err
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
