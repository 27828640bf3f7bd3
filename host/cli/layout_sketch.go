package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

func (a *app) layoutGuessCommand() *cobra.Command {
	var sketch bool
	var name string
	c := &cobra.Command{
		Use: "guess FILE", Short: message.Text("cli.layout_guess_short", nil), Long: message.Text("cli.layout_guess_long", nil), Args: exactly(1),
		Example: "  djscript layout guess PRODUTO.TXT\n  djscript layout guess PRODUTO.TXT --new mine\n  djscript layout guess PRODUTO.TXT --sketch",
		RunE: func(_ *cobra.Command, args []string) error {
			if sketch || name != "" {
				return a.layoutSketch(args[0], name)
			}
			return a.layoutGuess(args[0])
		},
	}
	c.Flags().BoolVar(&sketch, "sketch", false, message.Text("cli.flag_sketch", nil))
	c.Flags().StringVar(&name, "new", "", message.Text("cli.flag_layout_new", nil))
	return c
}

// layoutSketch prints the beginning of a layout, or writes it where the store keeps its own: a shell may write it in UTF-16.
func (a *app) layoutSketch(path, name string) error {
	sample, err := sampleOf(path)
	if err != nil {
		return err
	}
	text := layout.Sketch(path, sample)
	if text == "" {
		page, _ := layout.GuessPage(sample)
		return message.New("txt.encoding", "cli.layout_no_sketch", message.Args{"path": path, "reason": page.Reason})
	}
	if name == "" {
		fmt.Fprint(a.out, text)
		return nil
	}
	if filepath.Base(name) != name || strings.ContainsAny(name, `/\:`) {
		return message.New("arg.value", "cli.layout_name", message.Args{"name": name})
	}
	place := filepath.Join(a.dir, "scripts", "layouts", name+".toml")
	if err := writeNew(place, []byte(text)); err != nil {
		return message.Wrap(err, "arg.file", "cli.layout_unwritten", message.Args{"path": place})
	}
	if a.json {
		return a.printJSON(map[string]any{"path": place})
	}
	a.print("cli.layout_begun", message.Args{"path": place, "file": path, "name": name})
	return nil
}

// layoutNameOf is what a layout of a file may be called.
func layoutNameOf(path string) string {
	name := strings.ToLower(filepath.Base(path))
	return strings.TrimSuffix(name, filepath.Ext(name))
}
