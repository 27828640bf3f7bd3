package copies

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// choice is which part of a database is copied. The zero value is all of it.
type choice struct {
	keep    []firebird.Company // nil: all
	without []string           // ids of the companies that are left out
	archive int                // the first year of archive tables; 0: all
	empty   []string           // archive tables of which nothing is copied
	// apart says that gbak itself can leave the archive tables out: nothing that is copied refers to them.
	apart    bool
	division company.Division
}

// choose finds out what is to be copied, before anything is written. Errors: company.not_found for an id that the
// database does not have, company.profile where the system's profile does not tell the companies or the archive.
func (k *making) choose(ctx context.Context, s *source) (c choice, err error) {
	ids := k.options.Companies[k.database.Name]
	if len(ids) == 0 && k.options.ArchiveFrom == 0 {
		return c, nil
	}
	if err := c.companies(ids, s); err != nil {
		return c, err
	}
	if c.keep == nil && k.options.ArchiveFrom == 0 {
		return c, nil // all that there are
	}
	profile := k.database.System.Profile()
	schema, err := company.Read(ctx, s.conn)
	if err != nil {
		return c, err
	}
	c.division = company.Division{Schema: schema}
	if c.keep != nil {
		if c.division, err = company.Divide(schema, profile); err != nil {
			return c, err
		}
	}
	return c, c.years(k.options.ArchiveFrom, profile)
}

func (c *choice) companies(ids []string, s *source) error {
	if len(ids) == 0 {
		return nil
	}
	var known []string
	for _, one := range s.company {
		known = append(known, one.ID)
		if slices.Contains(ids, one.ID) {
			c.keep = append(c.keep, one)
		} else {
			c.without = append(c.without, one.ID)
		}
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return message.New("company.not_found", "copies.no_such_company", message.Args{
				"id": id, "database": s.database.Name, "known": strings.Join(known, ", "),
			})
		}
	}
	if len(c.without) == 0 {
		c.keep = nil
	}
	return nil
}

// years resolves the patterns of the profile to the tables that there are.
func (c *choice) years(from int, profile company.Profile) error {
	if from == 0 {
		return nil
	}
	if profile.Archive == "" {
		return message.New("company.profile", "copies.no_archive", nil)
	}
	var names []string
	for _, t := range c.division.Schema.Tables {
		names = append(names, t.Name)
	}
	if c.empty = company.Before(names, profile.Archive, from); len(c.empty) > 0 {
		c.archive = from
	}
	c.apart = c.keep == nil && !slices.ContainsFunc(c.division.Schema.References, func(r company.Reference) bool {
		return slices.Contains(c.empty, r.To) && !slices.Contains(c.empty, r.From)
	})
	return nil
}

// partial tells whether anything is left out.
func (c choice) partial() bool { return c.keep != nil || c.archive > 0 }

// tell writes into the manifest what the copy does not hold.
func (c choice) tell(k *making) {
	if !c.partial() {
		return
	}
	k.leftOut().Companies, k.leftOut().ArchiveBefore = c.without, c.archive
	if c.keep != nil {
		k.manifest.Companies = c.keep
		k.leftOut().Unfiltered = c.division.Unfiltered
	}
}

// stream is where the database part comes from.
func (c choice) stream(k *making, s *source) stream {
	live := &gbakStream{making: k, source: s}
	switch {
	case !c.partial():
		return live
	case c.apart:
		live.skip = c.empty
		s.without(c.empty)
		return live
	}
	return &thinnedStream{gbakStream: live, choice: c}
}

// without takes out what can not be compared, since it is asked of tables that are left out.
func (s *source) without(tables []string) {
	profile := &s.database.System
	var asked, before []string
	for i, query := range profile.Evidence {
		if !names(query, tables) {
			asked, before = append(asked, query), append(before, s.before[i])
		}
	}
	profile.Evidence, s.before = asked, before
}

var sqlName = regexp.MustCompile(`[\w$]+`)

// names tells whether a query names one of the tables.
func names(query string, tables []string) bool {
	words := sqlName.FindAllString(query, -1)
	return slices.ContainsFunc(tables, func(table string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, table) }) || strings.Contains(query, `"`+table+`"`)
	})
}

// thinnedStream is a live database, restored in a scratch, of which rows were taken out there, backed up again. It is
// never made of a copy that was published.
type thinnedStream struct {
	*gbakStream
	choice choice
}

func (t *thinnedStream) copy(ctx context.Context, w io.Writer) (err error) {
	s, err := t.Bench.open(ctx, t.source.info.Bytes)
	if message.Code(err) == "copy.degraded" { // a copy that is not proven is one, a copy that holds too much is none
		return message.Wrap(errors.Unwrap(err), "drive.full", "copies.no_room_to_thin", nil)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	if err := t.fetch(ctx, s); err != nil {
		return err
	}
	if err := t.thin(ctx, s); err != nil {
		return err
	}
	return t.again(ctx, s, w)
}

// fetch restores the live database in the scratch.
func (t *thinnedStream) fetch(ctx context.Context, s *scratch) error {
	r, err := rehearse(ctx, s)
	if err != nil {
		return err
	}
	way, _, err := t.backup(ctx, r, func(<-chan struct{}) {})
	if err != nil {
		r.abort()
		return err
	}
	t.manifest.Tools.Way = string(way)
	_, err = r.finish()
	return err
}

// thin takes out what does not belong, and looks whether the database is sound.
func (t *thinnedStream) thin(ctx context.Context, s *scratch) error {
	removal := company.Removal{Division: t.choice.division, Empty: t.choice.empty}
	for _, one := range t.choice.keep {
		removal.Keep = append(removal.Keep, one.ID)
	}
	removed, err := removal.Run(ctx, firebird.File{Engine: s.engine, Path: s.fdb})
	if err != nil {
		return err
	}
	if len(removed.Held) > 0 {
		t.leftOut().Along = removed.Held
	}
	seen, err := s.inspect(ctx, firebird.Questions{Evidence: t.source.database.System.Evidence})
	if err != nil {
		return err
	}
	if len(seen.ValidationErrors) > 0 || seen.ShutdownMode != 0 {
		return message.New("copy.bad", "copies.thinned_bad", message.Args{"database": t.database.Name, "line": strings.Join(seen.ValidationErrors, "; ")})
	}
	for i, query := range t.source.database.System.Evidence {
		t.manifest.Evidence = append(t.manifest.Evidence, Evidence{Query: query, Before: seen.Evidence[i], After: seen.Evidence[i]})
	}
	return nil
}

// again backs the scratch up.
func (t *thinnedStream) again(ctx context.Context, s *scratch, w io.Writer) error {
	backup, err := s.engine.Backup(ctx, s.fdb, firebird.BackupOptions{
		Silence: t.Silence, WorkDir: s.dir,
		OnTable: func(table string) { t.tell(Progress{Step: "copying", Table: table, Total: t.expected}) },
	})
	if err != nil {
		return err
	}
	defer backup.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{backup}, make([]byte, blockSize)); err != nil {
		return errors.Join(err, backup.Close())
	}
	log, err := backup.Wait()
	t.manifest.Rows = log.Rows
	return err
}
