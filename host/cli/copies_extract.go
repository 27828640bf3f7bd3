package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

func (a *app) copiesExtractCommand() *cobra.Command {
	var to, key string
	c := &cobra.Command{
		Use: "extract COPY --to DIR [PART...]", Short: message.Text("cli.copies_extract_short", nil), Long: message.Text("cli.copies_extract_long", nil),
		Args: between(1, -1), Example: "  djscript copies extract newest --to C:/Temp/copia\n  djscript copies extract loja.zip --to out config/djscript.toml\n  djscript copies extract E:/loja.zip.age --to out --key chave.txt",
		RunE: func(c *cobra.Command, args []string) error { return a.extract(c.Context(), args[0], to, args[1:], key) },
	}
	c.Flags().StringVar(&to, "to", "", message.Text("cli.flag_to", nil))
	keyFlag(c, &key)
	return c
}

func (a *app) extract(ctx context.Context, ref, to string, parts []string, key string) error {
	if to == "" {
		return message.New("arg.missing", "cli.extract_where", message.Args{"copy": ref})
	}
	keys, err := keysIn(key)
	if err != nil {
		return err
	}
	c, err := a.findCopy(ctx, ref, keys)
	if err != nil {
		return err
	}
	written, told, err := copies.Extract(ctx, c, to, parts, keys...)
	if err != nil {
		return err
	}
	for _, one := range told {
		a.tellOne("cli.warning", one)
	}
	if a.json {
		return a.printJSON(map[string]any{"copy": c.ID, "to": to, "files": append([]string{}, written...)})
	}
	for _, path := range written {
		fmt.Fprintln(a.out, path)
	}
	a.tell("cli.extracted", message.Args{"n": len(written), "to": to})
	return nil
}
