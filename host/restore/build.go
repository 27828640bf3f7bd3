package restore

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// builder builds the new database, all of it under one engine.
type builder struct {
	*session
	site *copies.Site
	took time.Duration // gbak and the work on rows; the rest of the time goes by in looking at what came of it
}

func (s *session) at(site *copies.Site) *builder { return &builder{session: s, site: site} }

func (b *builder) build(ctx context.Context) (took time.Duration, err error) {
	switch b.look.choice.way {
	case Exchanged, Returned:
		err = b.exchange(ctx)
	case Part:
		err = b.part(ctx)
	default:
		err = b.whole(ctx)
	}
	return b.took, err
}

// restore restores a copy into a new file.
func (b *builder) restore(ctx context.Context, w *copies.Whole, fdb string) (*copies.Built, error) {
	built, err := b.site.Build(ctx, w, fdb)
	if err != nil {
		return nil, err
	}
	b.step()
	b.took += built.Restored
	return built, nil
}

// whole restores the copy as it is.
func (b *builder) whole(ctx context.Context) error {
	built, err := b.restore(ctx, b.look.whole, b.record.Fresh)
	if err == nil {
		b.result.Rows = built.Proof.Rows
	}
	return err
}

// part restores the copy and takes out what was not chosen.
func (b *builder) part(ctx context.Context) error {
	if _, err := b.restore(ctx, b.look.whole, b.record.Fresh); err != nil {
		return err
	}
	on, err := b.site.Open(ctx, b.record.Fresh)
	if err != nil {
		return err
	}
	began := b.Now()
	m := b.look.whole.Manifest
	removal := company.Removal{Empty: b.look.without(m)}
	if removal.Division.Schema, err = company.Read(ctx, on); err != nil {
		return err
	}
	if chosen := b.look.choice.chosen; len(chosen) < len(m.Companies) {
		if removal.Division, err = company.Divide(removal.Division.Schema, b.look.Database.System.Profile()); err != nil {
			return err
		}
		for _, one := range chosen {
			removal.Keep = append(removal.Keep, one.ID)
		}
	}
	removal.Done = func(done, total int) { b.worked("removing", done, total) }
	removed, err := removal.Run(ctx, on)
	if err != nil {
		return err
	}
	b.result.Along = removed.Held
	b.took += b.Now().Sub(began)
	return b.sound(ctx, m)
}

// exchange restores what is there now, from the copy that was just made of it, and puts the chosen rows in it as the copy
// has them. What would go wrong is found out before the first row is written.
func (b *builder) exchange(ctx context.Context) (err error) {
	if b.result.PreRestore == nil {
		return message.New("db.corrupt", "restore.no_exchange", message.Args{"database": b.look.Database.Name})
	}
	now, err := copies.OpenWhole(ctx, *b.result.PreRestore, b.look.options.Keys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	// That this copy holds is not noted: a script that looks for the newest proven one would take what is to be mended.
	if _, err := b.restore(ctx, now, b.record.Fresh); err != nil {
		return err
	}
	scrap, err := b.scrap()
	if err != nil {
		return err
	}
	if _, err := b.restore(ctx, b.look.whole, scrap); err != nil {
		return err
	}
	began := b.Now()
	put := b.replace
	if b.look.choice.way == Returned {
		put = b.putBack
	}
	if err := put(ctx, scrap); err != nil {
		return err
	}
	b.took += b.Now().Sub(began)
	return b.sound(ctx, now.Manifest)
}

// scrap names the database that the copy is restored to. One that lies beside the live one goes into the journal: nobody else
// would know that it is ours.
func (b *builder) scrap() (string, error) {
	scrap, err := b.site.Scrap()
	if err != nil || filepath.Dir(scrap) != filepath.Dir(b.record.File) {
		return scrap, err
	}
	b.record.Scrap = scrap
	return scrap, b.enter(b.record)
}

// replace puts the companies' rows in.
func (b *builder) replace(ctx context.Context, scrap string) error {
	x, err := b.sides(ctx, scrap)
	if err != nil {
		return err
	}
	found, err := x.Look(ctx)
	if err != nil {
		return err
	}
	if err := found.Stops(); err != nil {
		return err
	}
	b.step()
	done, err := x.Replace(ctx, found)
	if err != nil {
		return err
	}
	b.step()
	b.result.Rows, b.result.Along, b.result.Held, b.result.Changes = done.Rows, done.Along, done.Held, []string{}
	for _, change := range found.Changes {
		b.result.Changes = append(b.result.Changes, change.String())
	}
	return nil
}

// sides are the two databases of the exchange.
func (b *builder) sides(ctx context.Context, scrap string) (x *company.Exchange, err error) {
	x = &company.Exchange{Done: func(_ company.Part, done, total int) { b.worked("exchanging", done, total) }}
	profile := b.look.Database.System.Profile()
	for fdb, side := range map[string]*company.Side{b.record.Fresh: &x.Into, scrap: &x.From} {
		on, err := b.site.Open(ctx, fdb)
		if err != nil {
			return nil, err
		}
		if *side, err = company.Open(ctx, on, profile); err != nil {
			return nil, err
		}
	}
	for _, one := range b.look.choice.chosen {
		x.Companies = append(x.Companies, one.ID)
	}
	x.Untouched = b.look.untouched(&x.Into.Division, &x.From.Division)
	return x, nil
}

// untouched are the tables of past years that are not brought back.
func (l *Look) untouched(into, from *company.Division) []string {
	names := map[string]bool{}
	for _, t := range slices.Concat(into.Schema.Tables, from.Schema.Tables) {
		names[t.Name] = true
	}
	return company.Before(slices.Sorted(maps.Keys(names)), l.Database.System.Archive, l.choice.archive)
}

// worked tells how far the work on rows is.
func (b *builder) worked(step string, done, total int) {
	if b.Progress != nil {
		b.Progress(copies.Progress{Step: step, Database: b.look.Database.Name, Done: int64(done), Total: int64(total)})
	}
}

// sound looks at a database that was worked on since it was restored of that copy.
func (b *builder) sound(ctx context.Context, m *copies.Manifest) error {
	seen, err := b.site.Inspect(ctx, b.record.Fresh)
	if err != nil {
		return err
	}
	wrong := seen.ValidationErrors
	for _, index := range seen.InactiveIndexes {
		if !slices.Contains(m.Database.InactiveIndexes, index) {
			wrong = append(wrong, index)
		}
	}
	if len(wrong) > 0 || seen.ShutdownMode != 0 {
		return message.New("copy.bad", "restore.unsound", message.Args{"database": b.look.Database.Name, "lines": strings.Join(wrong, "; ")})
	}
	if b.result.Rows == nil {
		b.result.Rows = seen.Rows
	}
	return nil
}
