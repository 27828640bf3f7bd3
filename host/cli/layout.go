package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

func (a *app) layoutCommand() *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: message.Text("cli.layout_list_short", nil), Args: exactly(0), Example: "  djscript layout list",
		RunE: func(*cobra.Command, []string) error { return a.layoutList() },
	}
	show := &cobra.Command{
		Use: "show NAME", Short: message.Text("cli.layout_show_short", nil), Args: exactly(1),
		Example: "  djscript layout show dj-kit\n  djscript layout show toledo-itensmgv@1\n  djscript layout show scripts/layouts/mine.toml",
		RunE:    func(_ *cobra.Command, args []string) error { return a.layoutShow(args[0]) },
	}
	c := group("layout", "cli.layout_short", list, show, a.layoutCheckCommand(), a.layoutGuessCommand())
	c.Long = message.Text("cli.layout_long", nil)
	c.Example = "  djscript layout list\n  djscript layout show dj-kit\n  djscript layout check KIT.TXT --layout dj-kit\n  djscript layout guess KIT.TXT"
	return byDefault(c, list)
}

// layouts are those that the store knows; outside of a store those that ship. What is wrong with one is told beside the result.
func (a *app) layouts() (*layout.Set, error) {
	set, mistakes, err := a.layoutsWithMistakes()
	for _, m := range mistakes {
		fmt.Fprintln(a.err, m.Error())
		if hint := m.Hint(); hint != "" {
			fmt.Fprintln(a.err, "  "+hint)
		}
	}
	return set, err
}

func (a *app) layoutsWithMistakes() (*layout.Set, document.Mistakes, error) {
	if h := a.storeAsItIs(); h != nil {
		set, mistakes := h.Layouts()
		return set, mistakes, nil
	}
	files, err := fs.Sub(a.Builtin, "layouts")
	if err != nil {
		return nil, nil, err
	}
	// Where there is no store yet, a layout that was begun here is found all the same.
	own := os.DirFS(filepath.Join(a.dir, "scripts", "layouts"))
	set, mistakes := layout.Load(layout.Layer{Files: files, Where: "builtin/layouts/"}, layout.Layer{Files: own, Where: "scripts/layouts/"})
	return set, mistakes, nil
}

// layoutOf is a layout by its name, or by the path of its file.
func (a *app) layoutOf(name string) (*layout.Layout, error) {
	if strings.HasSuffix(strings.ToLower(name), ".toml") {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, message.Wrap(err, "arg.file", "cli.layout_unreadable", message.Args{"path": name})
		}
		l, mistakes := layout.FromTOML(name, text)
		if len(mistakes) > 0 {
			return nil, mistakes
		}
		return l, nil
	}
	set, mistakes, err := a.layoutsWithMistakes()
	if err != nil {
		return nil, err
	}
	return run.FindLayout(set, mistakes, name)
}

// offerLayouts are the layouts that are known.
func (a *app) offerLayouts(context.Context, []string) (all []candidate) {
	set, _, err := a.layoutsWithMistakes()
	if err != nil {
		return nil
	}
	for _, l := range set.All() {
		all = append(all, candidate{nameOf(l), l.Title.In(message.Language())})
	}
	return all
}

func (a *app) layoutList() error {
	set, err := a.layouts()
	if err != nil {
		return err
	}
	if a.json {
		all := []layoutFacts{}
		for _, l := range set.All() {
			all = append(all, factsOf(l))
		}
		return a.printJSON(map[string]any{"layouts": all})
	}
	var rows [][]string
	for _, l := range set.All() {
		rows = append(rows, []string{nameOf(l), strings.Join(l.Files, " "), origins()[l.Origin], l.Title.In(message.Language())})
	}
	return table(a.out, columns("cli.layout_columns"), rows)
}

// nameOf is a layout's name with its version.
func nameOf(l *layout.Layout) string {
	if l.Version == "" {
		return l.Name
	}
	return l.Name + "@" + l.Version
}

func origins() map[layout.Origin]string {
	return map[layout.Origin]string{
		layout.Published: message.Text("cli.layout_published", nil), layout.Read: message.Text("cli.layout_read", nil), layout.Ours: message.Text("cli.layout_ours", nil),
	}
}

// layoutFacts is a layout in JSON.
type layoutFacts struct {
	Name      string        `json:"name"`
	Version   string        `json:"version,omitempty"`
	Title     string        `json:"title"`
	Origin    layout.Origin `json:"origin"`
	Source    string        `json:"source,omitempty"`
	Files     []string      `json:"files,omitempty"`
	Encoding  string        `json:"encoding"`
	Separator string        `json:"separator,omitempty"`
	Records   []recordFacts `json:"records,omitempty"`
}

type recordFacts struct {
	Name   string             `json:"name"`
	Title  string             `json:"title,omitempty"`
	Parent string             `json:"parent,omitempty"`
	Role   string             `json:"role,omitempty"`
	Fields []layout.Described `json:"fields"`
}

func factsOf(l *layout.Layout) layoutFacts {
	return layoutFacts{
		Name: l.Name, Version: l.Version, Title: l.Title.In(message.Language()), Origin: l.Origin, Source: l.Source, Files: l.Files,
		Encoding: l.Encoding.String(), Separator: l.Separator,
	}
}

func (a *app) layoutShow(name string) error {
	l, err := a.layoutOf(name)
	if err != nil {
		return err
	}
	facts := factsOf(l)
	for i := range l.Records {
		r := &l.Records[i]
		facts.Records = append(facts.Records, recordFacts{
			Name: r.Name, Title: r.Title.In(message.Language()), Parent: r.Parent, Role: string(r.Role), Fields: l.Describe(r),
		})
	}
	if a.json {
		return a.printJSON(facts)
	}
	a.print("cli.layout_head", message.Args{
		"name": nameOf(l), "title": facts.Title, "origin": origins()[l.Origin], "source": orDash(l.Source), "files": orDash(strings.Join(l.Files, " ")),
		"encoding": facts.Encoding, "form": formOf(l),
	})
	for i, r := range facts.Records {
		fmt.Fprintf(a.out, "\n%s\n", recordTitle(&l.Records[i]))
		var rows [][]string
		for n, f := range r.Fields {
			size := ""
			if f.Size > 0 {
				size = fmt.Sprint(f.Size)
			}
			rows = append(rows, []string{fmt.Sprint(n + 1), f.Name, f.Place, size, f.Type, map[bool]string{true: yesNo(true)}[f.Due], f.Notes})
		}
		if err := table(a.out, columns("cli.layout_fields"), rows); err != nil {
			return err
		}
	}
	return nil
}

// formOf is how the lines of a layout are divided, in words.
func formOf(l *layout.Layout) string {
	separator := map[string]string{"\t": "TAB"}[l.Separator]
	if separator == "" {
		separator = l.Separator
	}
	args := message.Args{"separator": separator}
	switch {
	case l.Separator == "":
		return message.Text("cli.layout_fixed", nil)
	case slices.ContainsFunc(l.Records, func(r layout.Record) bool { return r.Fields[0].First > 0 }):
		return message.Text("cli.layout_hybrid", args)
	case l.Trailing == layout.Always:
		return message.Text("cli.layout_divided_trailing", args)
	}
	return message.Text("cli.layout_divided", args)
}

func recordTitle(r *layout.Record) string {
	title := r.Name
	if text := r.Title.In(message.Language()); text != "" {
		title += ": " + text
	}
	args := message.Args{"parent": r.Parent, "least": r.Least, "most": r.Most}
	switch {
	case r.Role == layout.Header:
		title += " " + message.Text("cli.layout_header", nil)
	case r.Role == layout.Trailer:
		title += " " + message.Text("cli.layout_trailer", nil)
	case r.Parent != "":
		title += " " + message.Text("cli.layout_under", args)
	}
	return title
}

func (a *app) layoutCheckCommand() *cobra.Command {
	var name string
	var shown int
	c := &cobra.Command{
		Use: "check FILE --layout NAME", Short: message.Text("cli.layout_check_short", nil), Long: message.Text("cli.layout_check_long", nil), Args: exactly(1),
		Example: "  djscript layout check KIT.TXT --layout dj-kit\n  djscript layout check KIT.TXT --layout scripts/layouts/mine.toml -n 3",
		RunE: func(c *cobra.Command, args []string) error {
			if name == "" {
				return message.New("option.missing", "cli.layout_which", message.Args{"file": args[0]})
			}
			return a.layoutCheck(c.Context(), args[0], name, shown)
		},
	}
	c.Flags().StringVar(&name, "layout", "", message.Text("cli.flag_layout", nil))
	c.Flags().IntVarP(&shown, "records", "n", 10, message.Text("cli.flag_layout_records", nil))
	return c
}

// layoutCheck reads a file by a layout, and shows what it holds and what is wrong with it.
func (a *app) layoutCheck(ctx context.Context, path, name string, shown int) error {
	l, err := a.layoutOf(name)
	if err != nil {
		return err
	}
	codec, err := layout.NewCodec(l)
	if err != nil {
		return err
	}
	survey, err := exchange.Look(ctx, path, codec, exchange.SurveyOptions{Keys: exchange.KeysOf(l)})
	if err != nil {
		return err
	}
	records, err := firstRecords(path, codec, shown)
	if err != nil {
		return err
	}
	checked := &exchange.Checked{Name: filepath.Base(path), Survey: survey}
	if err := checked.Excerpts(path, codec); err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(map[string]any{"layout": nameOf(l), "survey": checked.Object(), "records": records})
	} else {
		a.printRecords(records)
		checked.Text(a.out)
	}
	if len(checked.Problems) > 0 {
		return errors.Join(err, ended(run.ExitFailed))
	}
	return err
}

// shownRecord is one record of a file as check shows it.
type shownRecord struct {
	Line   int64        `json:"line"`
	Record string       `json:"record"`
	Fields []shownField `json:"fields"`
}

type shownField struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

func firstRecords(path string, codec *layout.Codec, most int) ([]shownRecord, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, message.Wrap(err, "arg.file", "cli.layout_unreadable", message.Args{"path": path})
	}
	defer func() { _ = file.Close() }()
	records := []shownRecord{}
	for r := codec.NewReader(file); len(records) < most && r.Next(); {
		line := r.Line()
		if line.Record < 0 {
			continue
		}
		one := shownRecord{Line: line.Number, Record: codec.Layout.Records[line.Record].Name}
		for i, v := range line.Values {
			shown := shownField{Name: codec.Layout.Records[line.Record].Fields[i].Name}
			if v.Kind != layout.Null {
				shown.Value = v.String()
			}
			one.Fields = append(one.Fields, shown)
		}
		records = append(records, one)
	}
	return records, nil
}

func (a *app) printRecords(records []shownRecord) {
	for _, r := range records {
		a.print("cli.layout_record", message.Args{"line": r.Line, "record": r.Record})
		width := 0
		for _, f := range r.Fields {
			width = max(width, len(f.Name))
		}
		for _, f := range r.Fields {
			if f.Value != nil {
				fmt.Fprintf(a.out, "  %-*s  %v\n", width, f.Name, f.Value)
			}
		}
	}
	if len(records) > 0 {
		fmt.Fprintln(a.out)
	}
}

// mostGuesses are as many as somebody wants to read.
const mostGuesses = 5

// guessed is a guess in JSON.
type guessed struct {
	Layout   string `json:"layout"`
	Encoding string `json:"encoding"`
	Fit      int    `json:"fit"`
	Lines    int    `json:"lines"`
	Named    bool   `json:"named"`
	First    string `json:"first_problem,omitempty"`
}

func (a *app) layoutGuess(path string) error {
	sample, err := sampleOf(path)
	if err != nil {
		return err
	}
	set, err := a.layouts()
	if err != nil {
		return err
	}
	page, text := layout.GuessPage(sample)
	guesses := layout.Guesses(path, sample, set.All())
	guesses = guesses[:min(len(guesses), mostGuesses)]
	if a.json {
		all := []guessed{}
		for _, g := range guesses {
			one := guessed{Layout: nameOf(g.Layout), Encoding: g.Encoding.String(), Fit: g.Fit, Lines: g.Lines, Named: g.Named}
			if g.First != nil {
				one.First = g.First.Error()
			}
			all = append(all, one)
		}
		told := map[string]any{"reason": page.Reason, "guesses": all}
		if text {
			told["encoding"] = page.Encoding.String()
		}
		return a.printJSON(told)
	}
	if !text {
		fmt.Fprintln(a.out, page.Reason)
		return ended(run.ExitFailed)
	}
	a.print("cli.layout_page", message.Args{"encoding": page.Encoding.String(), "reason": page.Reason})
	for _, g := range guesses {
		args := message.Args{"name": nameOf(g.Layout), "title": g.Layout.Title.In(message.Language()), "fit": g.Fit, "lines": g.Lines}
		a.print("cli.layout_guess", args)
		if g.Named {
			a.print("cli.layout_guess_named", args)
		}
		if g.First != nil {
			fmt.Fprintln(a.out, "    "+g.First.Error())
		}
	}
	if len(guesses) == 0 {
		a.print("cli.layout_guess_none", message.Args{"path": path, "name": layoutNameOf(path)})
	}
	return nil
}

// sampleOf is as much of a file as a guess looks at.
func sampleOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	var head []byte
	if err == nil {
		defer func() { _ = file.Close() }()
		head, err = io.ReadAll(io.LimitReader(file, layout.SampleBytes+1))
	}
	if err != nil {
		return nil, message.Wrap(err, "arg.file", "cli.layout_unreadable", message.Args{"path": path})
	}
	return layout.Sample(head), nil
}
