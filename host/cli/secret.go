package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/secret"
)

// secretLimit is how long a value may be that comes from a pipe.
const secretLimit = 64 << 10

func (a *app) secretCommand() *cobra.Command {
	set := &cobra.Command{
		Use: "set NAME", Short: message.Text("cli.secret_set_short", nil), Long: message.Text("cli.secret_set_long", nil), Args: exactly(1),
		Example: "  djscript secret set firebird\n  djscript secret set firebird < password.txt",
		RunE:    func(c *cobra.Command, args []string) error { return a.secretSet(c.Context(), args[0]) },
	}
	list := &cobra.Command{
		Use: "list", Short: message.Text("cli.secret_list_short", nil), Args: exactly(0), Example: "  djscript secret list",
		RunE: func(*cobra.Command, []string) error { return a.secretList() },
	}
	remove := &cobra.Command{
		Use: "remove NAME", Short: message.Text("cli.secret_remove_short", nil), Args: exactly(1), Example: "  djscript secret remove firebird",
		RunE: func(_ *cobra.Command, args []string) error { return a.secretRemove(args[0]) },
	}
	c := group("secret", "cli.secret_short", set, list, remove)
	c.Example = "  djscript secret set firebird\n  djscript secret list"
	return c
}

// secrets are those of the store in this folder. Its djscript.toml must be there, but need not be right: a password is
// often what is still missing.
func (a *app) secrets() (*secret.Store, error) {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", a.dir, err)
	}
	if _, err := os.Stat(a.configPath()); err != nil {
		return nil, message.New("option.missing", "cli.no_store", message.Args{"path": dir})
	}
	return secret.Open(run.Dir(dir), a.keyDir()), nil
}

func (a *app) secretSet(ctx context.Context, name string) error {
	store, err := a.secrets()
	if err != nil {
		return err
	}
	if !secret.Names.MatchString(name) {
		return store.Set(name, "-") // says what a name looks like
	}
	value, err := a.readSecret(ctx, name)
	if err != nil {
		return err
	}
	if err := store.Set(name, value); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"name": name, "set": true})
	}
	a.print("cli.secret_set", message.Args{"name": name})
	return nil
}

// readSecret asks on a terminal, twice and without echo; elsewhere it takes what stands on the standard input.
func (a *app) readSecret(ctx context.Context, name string) (secret.Text, error) {
	terminal, ok := a.terminal()
	if !ok {
		data, err := io.ReadAll(io.LimitReader(a.in, secretLimit))
		if err != nil {
			return "", fmt.Errorf("read secret: %w", err)
		}
		return secret.Text(firstLine(data)), nil
	}
	value, err := a.askHidden(ctx, terminal, "cli.secret_ask", name)
	if err != nil {
		return "", err
	}
	again, err := a.askHidden(ctx, terminal, "cli.secret_again", name)
	if err != nil {
		return "", err
	}
	if value.Reveal() != again.Reveal() {
		return "", message.New("arg.value", "cli.secret_differs", nil)
	}
	return value, nil
}

// firstLine is what a person means by a file with a password in it: an editor ends its only line.
func firstLine(data []byte) string {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSuffix(line, "\r")
}

// terminal is the standard input where a person sits at it.
func (a *app) terminal() (*os.File, bool) {
	file, ok := a.in.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// askHidden reads a line without echo. A cancel leaves the terminal as it was: it would stay mute otherwise.
func (a *app) askHidden(ctx context.Context, terminal *os.File, key, name string) (secret.Text, error) {
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return "", fmt.Errorf("read terminal: %w", err)
	}
	args := message.Args{"name": name}
	fmt.Fprint(a.err, message.Text(key, args)+" ")
	type answer struct {
		text []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(int(terminal.Fd()))
		answered <- answer{text, err}
	}()
	select {
	case got := <-answered:
		fmt.Fprintln(a.err)
		if got.err != nil {
			return "", fmt.Errorf("read terminal: %w", got.err)
		}
		return secret.Text(got.text), nil
	case <-ctx.Done():
		_ = term.Restore(int(terminal.Fd()), before)
		fmt.Fprintln(a.err)
		return "", context.Cause(ctx)
	}
}

func (a *app) secretList() error {
	store, err := a.secrets()
	if err != nil {
		return err
	}
	names, err := store.List()
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"secrets": append([]string{}, names...)})
	}
	if len(names) == 0 {
		a.print("cli.secret_none", nil)
	}
	for _, name := range names {
		fmt.Fprintln(a.out, name)
	}
	return nil
}

func (a *app) secretRemove(name string) error {
	store, err := a.secrets()
	if err != nil {
		return err
	}
	if err := store.Remove(name); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"name": name, "removed": true})
	}
	a.print("cli.secret_removed", message.Args{"name": name})
	return nil
}
