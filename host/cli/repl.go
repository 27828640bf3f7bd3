package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

func (a *app) replCommand() *cobra.Command {
	return &cobra.Command{
		Use: "repl", Short: message.Text("cli.repl_short", nil), Long: message.Text("cli.repl_long", nil), Args: exactly(0),
		Example: "  djscript repl\n  echo 'dj.copy.list { state = \"verified\" }' | djscript repl",
		RunE:    func(c *cobra.Command, _ []string) error { return a.repl(c.Context()) },
	}
}

// lineReader gives what a person types, line by line; io.EOF is the end.
type lineReader interface {
	// read gives the next line; open is what it goes on from. errDropped is a line that the person gave up.
	read(ctx context.Context, prompt, open string) (string, error)
	close()
}

// conversation is a session with a person.
type conversation struct {
	*app
	session *run.Session
	stubs   *stubs
	lines   lineReader
	tab     *completer
	sits    bool // a person sits at the prompt
	over    bool
	failed  error // of the last line
}

func (a *app) repl(ctx context.Context) error {
	store, err := a.host()
	if err != nil {
		return err
	}
	store.Watch = a.overhear
	session, err := store.Session(ctx)
	if err != nil {
		return err
	}
	c := &conversation{app: a, session: session}
	if err := c.open(store); err != nil {
		return errors.Join(err, session.Close())
	}
	if c.sits {
		store.Ask = c.ask
		a.tell("cli.repl_hello", nil)
		a.interrupt.Store(&nothingToStop)
		defer a.interrupt.Store(nil)
	}
	err = c.talk(ctx)
	c.lines.close()
	if err == nil && !c.sits {
		err = c.failed
	}
	return errors.Join(err, session.Close())
}

// open prepares to read lines.
func (c *conversation) open(store *run.Host) (err error) {
	if c.stubs, err = readStubs(primitive.Stubs(message.Language())); err != nil {
		return err
	}
	names := map[string][]string{}
	for _, d := range store.Config.Destinations {
		names["destination"] = append(names["destination"], d.Name)
	}
	for _, d := range store.Config.Databases {
		names["database"] = append(names["database"], d.Name)
	}
	c.tab = &completer{session: c.session, stubs: c.stubs, names: names}
	c.lines, c.sits, err = c.app.lines(c.tab, run.Dir(store.Config.Dir))
	return err
}

// nothingToStop is what Ctrl-C does between two lines.
var nothingToStop = func() {}

// overhear shows the words that a line logs or prints.
func (a *app) overhear(e run.Event) {
	if e.Kind == "log" {
		fmt.Fprintln(a.err, e.Text)
	}
}

// talk reads line after line. One that is not finished goes on in the next; an empty line gives it up.
func (c *conversation) talk(ctx context.Context) error {
	open := ""
	for !c.over {
		line, err := c.lines.read(ctx, c.prompt(open != ""), open)
		if errors.Is(err, errDropped) {
			open = ""
			continue
		}
		if errors.Is(err, io.EOF) {
			if open != "" {
				c.failed = c.do(ctx, open, true)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if open == "" && strings.HasPrefix(line, ":") {
			c.command(strings.Fields(line[1:]))
			continue
		}
		given := open != "" && strings.TrimSpace(line) == ""
		if open != "" {
			line = open + "\n" + line
		}
		open = ""
		if err := c.do(ctx, line, given); errors.Is(err, lua.ErrUnfinished) {
			open = line
		} else {
			c.failed = err
		}
	}
	return nil
}

func (c *conversation) prompt(goesOn bool) string {
	switch {
	case goesOn:
		return "... "
	case c.session.Dry():
		return "dj> "
	}
	return message.Text("cli.repl_prompt", nil) + " "
}

// do evaluates what was typed, and shows what came of it. What is not finished is wrong where nothing more will follow.
func (c *conversation) do(ctx context.Context, text string, last bool) error {
	values, err := c.eval(ctx, text)
	if errors.Is(err, lua.ErrUnfinished) {
		if !last {
			return err
		}
		_, err = lua.Parse("repl", []byte(text))
	}
	for _, step := range c.session.Done() {
		key := "cli.did"
		if c.session.Dry() {
			key = "cli.would"
		}
		fmt.Fprintf(c.err, "%s %s\n", message.Text(key, nil), step)
	}
	for _, degraded := range c.session.Degraded() {
		c.tellOne("cli.warning", degraded)
	}
	if err != nil {
		c.tellError(err)
		return ended(run.ExitOf(err))
	}
	return c.show(values)
}

// eval evaluates a line. At a terminal Ctrl-C stops the line, and nothing else.
func (c *conversation) eval(ctx context.Context, text string) ([]lua.Value, error) {
	if !c.sits {
		return c.session.Eval(ctx, text)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := func() { cancel(message.New("run.cancelled", "cli.cancelled", nil)) }
	c.interrupt.Store(&stop)
	defer c.interrupt.Store(&nothingToStop)
	return c.session.Eval(ctx, text)
}

// ask asks between two lines: what is not clearly a yes is a no.
func (c *conversation) ask(ctx context.Context, q primitive.Question) (bool, error) {
	answer, err := c.lines.read(ctx, prompt(q)+" ", "")
	if errors.Is(err, errDropped) || errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil && agrees(strings.TrimSpace(answer), q), err
}

// replCommands are the lines that begin with a colon.
var replCommands = []string{":docs", ":dry", ":help", ":live", ":quit"}

// command is a line that begins with a colon.
func (c *conversation) command(words []string) {
	commands := map[string]func(){
		"live": func() { c.session.Live(true); c.tell("cli.repl_live", nil) },
		"dry":  func() { c.session.Live(false); c.tell("cli.repl_dry", nil) },
		"help": func() { c.tell("cli.repl_help", nil) },
		"quit": func() { c.over = true },
	}
	if len(words) == 1 && words[0] == "docs" {
		if err := c.docsIndex(c.stubs.functions); err != nil {
			c.tellError(err)
		}
		return
	}
	if len(words) == 2 && words[0] == "docs" {
		if err := c.docsOf(context.Background(), c.stubs, words[1]); err != nil {
			c.tellError(err)
		}
		return
	}
	if len(words) == 1 && commands[words[0]] != nil {
		commands[words[0]]()
		return
	}
	c.tell("cli.repl_unknown", message.Args{"command": ":" + strings.Join(words, " ")})
}

// show prints what a line gave: a list of records as a table, one record as its fields, anything else as it is.
func (c *conversation) show(values []lua.Value) error {
	for _, value := range values {
		if value.IsNil() && len(values) == 1 {
			return nil
		}
		plain, err := value.Go()
		if err != nil {
			plain = value.String() // a function, or something that contains itself
		}
		if err := c.showOne(plain, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *conversation) showOne(plain any, value lua.Value) error {
	if c.json {
		return c.printJSON(plain)
	}
	switch v := plain.(type) {
	case []any:
		if records := recordsOf(v); len(records) > 0 {
			return showRecords(c.out, records)
		}
	case map[string]any:
		return showFields(c.out, v)
	}
	fmt.Fprintln(c.out, value.String())
	return nil
}

func recordsOf(list []any) []map[string]any {
	var records []map[string]any
	for _, one := range list {
		record, ok := one.(map[string]any)
		if !ok {
			return nil
		}
		records = append(records, record)
	}
	return records
}

// How much of a table a terminal shows.
const (
	shownColumns = 7
	shownCell    = 36
)

// showRecords prints the fields that are short and that some record has, the ones that people know a thing by first.
func showRecords(w io.Writer, records []map[string]any) error {
	var names []string
	for _, record := range records {
		for name, value := range record {
			if !slices.Contains(names, name) && isShort(value) && cell(value) != "" {
				names = append(names, name)
			}
		}
	}
	slices.SortFunc(names, byUse)
	names = names[:min(len(names), shownColumns)]
	rows := make([][]string, len(records))
	for i, record := range records {
		for _, name := range names {
			text := cell(record[name])
			if text == "" {
				text = "-"
			}
			rows[i] = append(rows[i], text)
		}
	}
	return table(w, names, rows)
}

// isShort tells whether a value is neither a list nor a table.
func isShort(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}

func showFields(w io.Writer, record map[string]any) error {
	var rows [][]string
	names := make([]string, 0, len(record))
	for name := range record {
		names = append(names, name)
	}
	slices.SortFunc(names, byUse)
	for _, name := range names {
		rows = append(rows, []string{name, written(record[name])})
	}
	return table(w, columns("cli.repl_fields"), rows)
}

// known are the fields that people look for first.
var known = []string{"seq", "name", "id", "database", "day", "class", "state", "path", "user", "program", "host", "since", "label", "free", "total"}

func byUse(x, y string) int {
	rank := func(name string) int {
		if i := slices.Index(known, name); i >= 0 {
			return i
		}
		return len(known)
	}
	if rank(x) != rank(y) {
		return rank(x) - rank(y)
	}
	return strings.Compare(x, y)
}

// written is a value on a line; what a rehearsal can not know is "?".
func written(v any) string {
	if text := strings.ReplaceAll(compact(v), `{"unknown":true}`, "?"); text != "" || v == nil {
		return text
	}
	return "{}"
}

// cell is a value as a table shows it: a path of Windows as people write it.
func cell(v any) string {
	text := strings.ReplaceAll(strings.Trim(written(v), `"`), `\\`, `\`)
	if runes := []rune(text); len(runes) > shownCell {
		return string(runes[:shownCell-1]) + "…"
	}
	return text
}

// piped are lines that come from a file or another program.
type piped struct{ scanner *bufio.Scanner }

func (p piped) read(ctx context.Context, _, _ string) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if !p.scanner.Scan() {
		if err := p.scanner.Err(); err != nil {
			return "", fmt.Errorf("read lines: %w", err)
		}
		return "", io.EOF
	}
	return p.scanner.Text(), nil
}

func (p piped) close() {}
