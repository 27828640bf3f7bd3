package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

func (a *app) drivesCommand() *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: message.Text("cli.drives_list_short", nil), Args: exactly(0), Example: "  djscript drives list",
		RunE: func(c *cobra.Command, _ []string) error { return a.drives(c.Context()) },
	}
	c := group("drives", "cli.drives_short", list)
	c.Example = "  djscript drives\n  djscript drives --json"
	return byDefault(c, list)
}

func (a *app) drives(ctx context.Context) error {
	found, err := drive.List(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"drives": append([]drive.Drive{}, found...)})
	}
	if len(found) == 0 {
		a.print("cli.drives_none", nil)
		return nil
	}
	var rows [][]string
	for _, d := range found {
		rows = append(rows, []string{d.Path, orDash(d.Label), orDash(d.Serial), d.Filesystem, yesNo(d.Removable), drive.Size(d.Free).String(), drive.Size(d.Total).String()})
	}
	return table(a.out, columns("cli.drives_columns"), rows)
}

// byDefault makes a group do what one of its commands does when none is named.
func byDefault(group, command *cobra.Command) *cobra.Command {
	group.Flags().AddFlagSet(command.Flags())
	refuse, run := group.RunE, command.RunE
	group.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return refuse(c, args)
		}
		return run(c, args)
	}
	return group
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func yesNo(b bool) string {
	if b {
		return message.Text("cli.yes", nil)
	}
	return message.Text("cli.no", nil)
}
