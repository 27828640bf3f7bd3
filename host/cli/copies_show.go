package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

func (a *app) copiesShowCommand() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use: "show COPY", Short: message.Text("cli.copies_show_short", nil), Long: message.Text("cli.copies_show_long", nil),
		Args: exactly(1), Example: "  djscript copies show newest\n  djscript copies show 12 --json\n  djscript copies show E:/Copias/loja.zip",
		RunE: func(c *cobra.Command, args []string) error { return a.showCopy(c.Context(), args[0], key) },
	}
	keyFlag(c, &key)
	return c
}

func (a *app) showCopy(ctx context.Context, ref, key string) error {
	keys, err := keysIn(key)
	if err != nil {
		return err
	}
	c, err := a.findCopy(ctx, ref, keys)
	if err != nil {
		return err
	}
	m, err := c.ReadManifest(keys)
	if a.json {
		shown := map[string]any{"copy": c, "manifest": m}
		if err != nil {
			shown["problem"] = describe(err)
		}
		return a.printJSON(shown)
	}
	p := &page{out: a.out}
	fmt.Fprintln(a.out, sentenceOf(c))
	p.identity(c, m)
	p.places(c)
	if m != nil {
		p.companies(m)
		p.rows(c, m)
		p.evidence(c, m)
		p.parts(m)
	}
	p.against(c)
	if err != nil {
		a.tellOne("cli.warning", err)
	}
	return nil
}

// page writes what is known of a copy for a person, a section after the other.
type page struct{ out io.Writer }

// section is a title with lines in columns below it; without lines there is no section.
func (p *page) section(key string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if key != "" {
		fmt.Fprintf(p.out, "\n%s\n", message.Text(key, nil))
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, "  "+strings.TrimRight(strings.Join(row, "\t"), "\t "))
	}
	_ = t.Flush() // to a terminal or a pipe; whoever reads it is gone
}

func (p *page) identity(c copies.Copy, m *copies.Manifest) {
	words := columns("cli.show_words")
	var rows [][]string
	line := func(i int, value string) {
		if value != "" {
			rows = append(rows, []string{words[i], value})
		}
	}
	line(0, c.Name)
	line(1, c.ID)
	line(2, c.Set)
	if m == nil {
		line(3, c.Store)
		line(6, c.Created)
		if c.Day != "" { // a card tells it, a ledger does not
			line(7, dayOf(c))
		}
		line(9, classWord(c.Class))
		p.section("cli.show_copy", rows)
		return
	}
	line(3, joinWords(m.Store.Name, parens(m.Store.ID), parens(m.Store.CNPJ)))
	line(4, joinWords(m.Database.Name, m.Database.System, m.Database.Path))
	line(5, fmt.Sprintf("%s, Firebird %s, ODS %s, %d, %s", size(m.Database.Bytes), m.Database.Engine, m.Database.ODS, m.Database.PageSize, m.Database.Charset))
	line(6, fmt.Sprintf("%s (%s)", m.Created, m.Zone))
	line(7, dayOf(c))
	line(8, m.Newest)
	line(9, classWord(m.Class))
	line(10, m.Note)
	line(11, fmt.Sprintf("djscript %s, gbak %s, %s", orDash(m.Tools.Djscript), m.Tools.Gbak, m.Tools.Way))
	line(12, joinWords(m.Script.Name, m.Script.Version, short(m.Script.Hash)))
	line(13, m.Clock.Suspect)
	line(14, m.Database.Adopted)
	line(15, leftOut(m))
	p.section("cli.show_copy", rows)
}

func leftOut(m *copies.Manifest) string {
	l := m.LeftOut
	if l == nil {
		return message.Text("cli.show_left_nothing", nil)
	}
	var parts []string
	if len(l.Companies) > 0 {
		parts = append(parts, message.Text("cli.show_left_companies", message.Args{"ids": strings.Join(l.Companies, ", ")}))
	}
	if l.ArchiveBefore > 0 {
		parts = append(parts, message.Text("cli.show_left_archive", message.Args{"year": strconv.Itoa(l.ArchiveBefore)}))
	}
	if l.Files {
		parts = append(parts, message.Text("cli.show_left_files", nil))
	}
	if len(l.Along) > 0 {
		var tables []string
		for _, name := range slices.Sorted(maps.Keys(l.Along)) {
			tables = append(tables, fmt.Sprintf("%s (%d)", name, l.Along[name]))
		}
		parts = append(parts, message.Text("cli.show_left_along", message.Args{"tables": strings.Join(tables, ", ")}))
	}
	if len(l.Unfiltered) > 0 {
		parts = append(parts, message.Text("cli.show_left_unfiltered", message.Args{"tables": strings.Join(l.Unfiltered, ", ")}))
	}
	return strings.Join(parts, "; ")
}

func (p *page) places(c copies.Copy) {
	var rows [][]string
	for _, place := range c.Places {
		state := placeWord(place.State)
		if place.Encrypted {
			state += ", " + message.Text("cli.place_encrypted", nil)
		}
		rows = append(rows, []string{orDash(place.Destination), state, size(place.Bytes), place.Path})
		rows = append(rows, []string{"", "", "sha256", place.SHA256})
		for _, piece := range place.Pieces {
			rows = append(rows, []string{"", "", size(piece.Bytes), piece.Name})
		}
	}
	p.section("cli.show_places", rows)
}

func (p *page) companies(m *copies.Manifest) {
	var rows [][]string
	for _, c := range m.Companies {
		rows = append(rows, []string{c.ID, c.Name, cnpj(c.CNPJ)})
	}
	p.section("cli.show_companies", rows)
}

// rows are those of each table as gbak read them, and as they were restored.
func (p *page) rows(c copies.Copy, m *copies.Manifest) {
	var rows [][]string
	for _, table := range slices.Sorted(maps.Keys(m.Rows)) {
		restored := ""
		if c.Proof != nil {
			restored = fmt.Sprint(c.Proof.Rows[table])
		}
		rows = append(rows, []string{table, fmt.Sprint(m.Rows[table]), restored})
	}
	if len(rows) > 0 {
		rows = slices.Insert(rows, 0, columns("cli.show_rows_columns"))
	}
	p.section("cli.show_rows", rows)
}

func (p *page) evidence(c copies.Copy, m *copies.Manifest) {
	evidence := m.Evidence
	if c.Proof != nil && len(c.Proof.Evidence) > 0 {
		evidence = c.Proof.Evidence
	}
	var rows [][]string
	for _, e := range evidence {
		source := e.Before
		if e.After != e.Before {
			source = e.Before + " … " + e.After
		}
		rows = append(rows, []string{verdict(e.Holds), source, e.Restored, strings.Join(strings.Fields(e.Query), " ")})
	}
	if len(rows) > 0 {
		rows = slices.Insert(rows, 0, columns("cli.show_evidence_columns"))
	}
	p.section("cli.show_evidence", rows)
}

// verdict says how a restored value stands to the source's.
func verdict(holds string) string {
	switch holds {
	case "exact":
		return message.Text("cli.holds_exact", nil)
	case "bracketed":
		return message.Text("cli.holds_bracketed", nil)
	case "no":
		return message.Text("cli.holds_no", nil)
	}
	return message.Text("cli.holds_unknown", nil)
}

func (p *page) parts(m *copies.Manifest) {
	var rows [][]string
	for _, part := range m.Parts {
		rows = append(rows, []string{part.Name, part.Kind, size(part.Bytes), short(part.SHA256), part.Original})
	}
	p.section("cli.show_parts", rows)
}

// against are the contradictions of a proof that failed.
func (p *page) against(c copies.Copy) {
	if c.Proof == nil {
		return
	}
	var rows [][]string
	for _, line := range c.Proof.Against {
		rows = append(rows, []string{line})
	}
	p.section("cli.show_against", rows)
}

// joinWords puts what is there side by side.
func joinWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "  ")
}

func parens(text string) string {
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

// short is the beginning of a hash.
func short(hash string) string { return hash[:min(len(hash), 12)] }
