package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// answers are what a person says of a new store, by flags or on a terminal.
type answers struct {
	id, name, cnpj, timezone string
	server, user, bin        string
	system                   string
	databases, destinations  []string // PATH, or NAME=PATH
	at                       []string
	recipients               []string
	ownKey                   bool
}

func (a *app) initCommand() *cobra.Command {
	var n answers
	var from initFrom
	c := &cobra.Command{
		Use: "init [DIR]", Short: message.Text("cli.init_short", nil), Long: message.Text("cli.init_long", nil), Args: between(0, 1),
		Example: "  djscript init\n  djscript init C:/DJ/djscript --id loja-centro --database C:/DJ/DJMONITOR.FDB --system djmonitor \\\n" +
			"    --destination C:/Copias --destination hd2=D:/Copias --at 22:00\n" +
			"  djscript init C:/DJ/djscript --from E:/Copias/loja.zip.age --key F:/chave.txt",
		RunE: func(c *cobra.Command, args []string) error {
			dir := a.dir
			if len(args) == 1 {
				dir = a.within(args[0])
			}
			if from.copy != "" || from.key != "" {
				return a.initFrom(c, dir, from, n)
			}
			return a.init(c.Context(), dir, n)
		},
	}
	f := c.Flags()
	f.StringVar(&n.id, "id", "", message.Text("cli.flag_id", nil))
	f.StringVar(&n.name, "name", "", message.Text("cli.flag_name", nil))
	f.StringVar(&n.cnpj, "cnpj", "", message.Text("cli.flag_cnpj", nil))
	f.StringVar(&n.timezone, "timezone", "", message.Text("cli.flag_timezone", nil))
	f.StringVar(&n.bin, "bin", "", message.Text("cli.flag_bin", nil))
	f.StringVar(&n.server, "server", "", message.Text("cli.flag_server", nil))
	f.StringVar(&n.user, "user", "", message.Text("cli.flag_user", nil))
	f.StringArrayVar(&n.databases, "database", nil, message.Text("cli.flag_database_path", nil))
	f.StringVar(&n.system, "system", "", message.Text("cli.flag_system", nil))
	f.StringArrayVar(&n.destinations, "destination", nil, message.Text("cli.flag_destination_path", nil))
	f.StringArrayVar(&n.at, "at", nil, message.Text("cli.flag_at", nil))
	f.StringArrayVar(&n.recipients, "recipient", nil, message.Text("cli.flag_recipient", nil))
	f.StringVar(&from.copy, "from", "", message.Text("cli.flag_from", nil))
	_ = c.MarkFlagFilename("from")
	keyFlag(c, &from.key)
	f.BoolVar(&n.ownKey, "own-key", false, message.Text("cli.flag_own_key", nil))
	return c
}

// within is a path as it is meant where the command runs.
func (a *app) within(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(a.dir, path)
}

// file is one that init writes.
type file struct {
	path string // relative to the store
	data []byte
}

func (a *app) init(ctx context.Context, dir string, n answers) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", dir, err)
	}
	if err := a.complete(ctx, dir, &n); err != nil {
		return err
	}
	if len(n.at) > 0 && len(n.destinations) == 0 {
		return message.New("arg.missing", "cli.init_at", message.Args{"at": n.at[0]})
	}
	key, err := n.pair()
	if err != nil {
		return err
	}
	text, missing, err := a.try(dir, n)
	if err != nil {
		return byFlag(err)
	}
	files, err := editorFiles()
	if err != nil {
		return err
	}
	files = append(append([]file{{"djscript.toml", text}}, exampleScripts()...), files...)
	if err := write(dir, files); err != nil {
		return err
	}
	return a.tellInit(dir, files, n, key, n.lacks(len(missing) > 0))
}

// complete finds what nobody said: an id of the folder's name, and on a terminal what the person answers.
func (a *app) complete(ctx context.Context, dir string, n *answers) error {
	suggested := idOf(filepath.Base(dir))
	if _, ok := a.terminal(); ok && !a.json {
		i := &interview{app: a, lines: bufio.NewReader(a.in), dir: dir, answers: n}
		if err := i.hold(ctx, suggested); err != nil {
			return err
		}
	}
	if n.id == "" {
		n.id = suggested
	}
	n.absolute(a)
	return nil
}

// pair makes the store's key pair, unless only somebody else's keys are wanted: copies on drives are encrypted from the
// first day. The key that opens them is in no file; whoever calls shows it.
func (n *answers) pair() (key string, err error) {
	if len(n.recipients) > 0 && !n.ownKey {
		return "", nil
	}
	recipient, key, err := copies.NewKeyPair()
	n.recipients = slices.Concat(n.recipients, []string{recipient})
	return key, err
}

// interview asks for what no flag gave. An answer that djscript.toml can not take is told at once and asked for again:
// what was answered before it is not lost.
type interview struct {
	*app
	lines   *bufio.Reader
	dir     string
	answers *answers
}

// question is one of an interview; set puts its answer among the others.
type question struct {
	key       string
	suggested string
	slug      bool // of a refused answer comes the next suggestion
	set       func(n *answers, answer string)
}

func (i *interview) hold(ctx context.Context, suggested string) error {
	flags := *i.answers
	if flags.id == "" {
		flags.id = suggested
	}
	if _, _, err := i.try(i.dir, flags); err != nil {
		return byFlag(err)
	}
	if i.answers.id == "" {
		q := question{"cli.init_ask_id", suggested, true, func(n *answers, id string) { n.id = id }}
		if _, err := i.ask(ctx, q); err != nil {
			return err
		}
	}
	if i.answers.name == "" {
		q := question{"cli.init_ask_name", "", false, func(n *answers, name string) { n.name = name }}
		if _, err := i.ask(ctx, q); err != nil {
			return err
		}
	}
	if len(i.answers.databases) == 0 {
		err := i.askList(ctx, "cli.init_ask_database", func(n *answers, one string) { n.databases = slices.Concat(n.databases, []string{one}) })
		if err != nil {
			return err
		}
	}
	if len(i.answers.destinations) > 0 {
		return nil
	}
	return i.askList(ctx, "cli.init_ask_destination", func(n *answers, one string) { n.destinations = slices.Concat(n.destinations, []string{one}) })
}

// ask asks until the answer can be taken. No answer means what was suggested.
func (i *interview) ask(ctx context.Context, q question) (string, error) {
	for {
		fmt.Fprint(i.err, message.Text(q.key, nil))
		if q.suggested != "" {
			fmt.Fprintf(i.err, " [%s]", q.suggested)
		}
		fmt.Fprint(i.err, ": ")
		typed, err := readLine(ctx, i.lines)
		if err != nil {
			return "", err
		}
		answer := typed
		if answer == "" {
			answer = q.suggested
		}
		if answer == "" {
			return "", nil
		}
		with := *i.answers
		q.set(&with, answer)
		_, _, err = i.try(i.dir, with)
		if err == nil {
			*i.answers = with
			return answer, nil
		}
		if typed == "" {
			return "", err // asked again, the end of the input would answer the same for ever
		}
		i.refuse(err)
		if q.slug {
			q.suggested = idOf(answer)
		}
	}
}

// refuse tells what is wrong with an answer, without its place in a file that is not there yet.
func (i *interview) refuse(err error) {
	var wrong config.Mistakes
	if !errors.As(err, &wrong) {
		i.tellOne("cli.error", err)
		return
	}
	for _, m := range wrong {
		i.tellOne("cli.error", m.Err)
	}
}

// askList asks until nothing more is answered.
func (i *interview) askList(ctx context.Context, key string, set func(n *answers, one string)) error {
	for {
		if one, err := i.ask(ctx, question{key: key, set: set}); err != nil || one == "" {
			return err
		}
	}
}

// errNobody says that the input has ended: nobody answers any more.
var errNobody = errors.New("the input has ended")

// readLine gives up waiting when the person cancels. The end of the input is an empty answer.
func readLine(ctx context.Context, lines *bufio.Reader) (string, error) {
	text, err := lineOf(ctx, lines)
	if errors.Is(err, errNobody) {
		return "", nil
	}
	return text, err
}

// lineOf is a line that a person types; errNobody where none comes any more.
func lineOf(ctx context.Context, lines *bufio.Reader) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := lines.ReadString('\n')
		answered <- answer{strings.TrimSpace(text), err}
	}()
	select {
	case got := <-answered:
		if got.err != nil && got.text == "" {
			return "", errNobody
		}
		return got.text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// try is the djscript.toml of the answers, and what it still lacks; an answer that it can not take is the error.
func (a *app) try(dir string, n answers) (text []byte, missing []config.Mistake, err error) {
	n.databases, n.destinations = slices.Clone(n.databases), slices.Clone(n.destinations)
	n.absolute(a)
	text = config.Fill(a.Config, n.values()...)
	missing, err = a.tryConfig(filepath.Join(dir, "djscript.toml"), text)
	return text, missing, err
}

// tryConfig reads the configuration as if it were written. What is only missing is for the person to add, and is given
// back; anything else wrong is told before a file is made.
func (a *app) tryConfig(path string, text []byte) (missing []config.Mistake, err error) {
	dir, err := os.MkdirTemp("", "djscript-init-")
	if err != nil {
		return nil, fmt.Errorf("try configuration: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	trial := filepath.Join(dir, "djscript.toml")
	if err := os.WriteFile(trial, text, 0o600); err != nil {
		return nil, fmt.Errorf("try configuration: %w", err)
	}
	systems, err := fs.Sub(a.Builtin, "systems")
	if err != nil {
		return nil, err
	}
	_, err = config.Load(trial, a.Config, systems)
	var all config.Mistakes
	if err == nil || !errors.As(err, &all) {
		return nil, err
	}
	var wrong config.Mistakes
	for _, m := range all {
		m.File = path
		if m.Code == "option.missing" {
			missing = append(missing, m)
		} else {
			wrong = append(wrong, m)
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return missing, nil
}

// write makes every file, or none: what exists is never written over. The first file is the store's djscript.toml: where
// it is there, nothing more need be said.
func write(dir string, files []file) error {
	var there []error
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if _, err := os.Lstat(path); err == nil {
			there = append(there, message.New("fs.exists", "cli.init_exists", message.Args{"path": path}))
		}
		if len(there) == 1 && f.path == files[0].path {
			break
		}
	}
	if err := errors.Join(there...); err != nil {
		return err
	}
	for i, f := range files {
		if err := writeNew(filepath.Join(dir, filepath.FromSlash(f.path)), f.data); err != nil {
			for _, made := range files[:i] {
				_ = os.Remove(filepath.Join(dir, filepath.FromSlash(made.path))) // ours, and of no use alone
			}
			return message.Wrap(err, "fs.denied", "cli.init_denied", message.Args{"path": dir})
		}
	}
	return nil
}

func writeNew(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// tellInit says what was written, the recovery key, this once, and what to do next.
func (a *app) tellInit(dir string, files []file, n answers, key, lacks string) error {
	next := []string{}
	at := shortest(dir)
	if strings.Contains(at, " ") {
		at = `"` + at + `"`
	}
	if lacks != "" {
		next = append(next, message.Text("cli.init_next_edit", message.Args{"path": filepath.Join(dir, "djscript.toml"), "what": lacks}))
	}
	next = append(next,
		message.Text("cli.init_next_secret", message.Args{"dir": at}),
		message.Text("cli.init_next_check", message.Args{"dir": at}),
		message.Text("cli.init_next_backup", message.Args{"dir": at}),
	)
	if a.json {
		written := []string{}
		for _, f := range files {
			written = append(written, f.path)
		}
		told := map[string]any{"dir": dir, "written": written, "next": next, "recipients": n.recipients}
		if key != "" {
			told["recovery_key"] = key
		}
		return a.printJSON(told)
	}
	a.print("cli.init_written", message.Args{"dir": dir})
	for _, f := range files {
		fmt.Fprintln(a.out, "  "+f.path)
	}
	a.tellKey(n.recipients, key)
	if len(n.destinations) > 0 {
		a.print("cli.init_plain", nil) // init writes folders
	}
	a.print("cli.init_next", nil)
	for _, line := range next {
		fmt.Fprintln(a.out, "  "+line)
	}
	return nil
}

// tellKey shows the recovery key, which is nowhere else, and says what it is worth.
func (a *app) tellKey(recipients []string, key string) {
	others := recipients
	if key != "" {
		others = recipients[:len(recipients)-1] // the last is the store's own
	}
	if len(others) > 0 {
		a.print("cli.init_recipients", message.Args{"recipients": strings.Join(others, "\n  ")})
	}
	if key == "" {
		return
	}
	a.print("cli.init_key", message.Args{"key": key})
	a.print("cli.init_key_keep", message.Args{"alone": len(others) == 0})
	a.print("cli.init_key_lost", message.Args{"alone": len(others) == 0})
}
