package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
)

// usage is cobra's usage text in the reader's language.
func usage() string {
	return strings.NewReplacer(
		"@usage", message.Text("cli.usage", nil), "@examples", message.Text("cli.examples", nil),
		"@commands", message.Text("cli.commands", nil), "@flags", message.Text("cli.flags", nil),
		"@global", message.Text("cli.global_flags", nil), "@more", message.Text("cli.more", nil),
	).Replace(`@usage{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

@examples
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

@commands{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

@flags
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

@global
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

@more{{end}}
`)
}

// unknownCommand is a word that is no command, with the nearest one.
func unknownCommand(c *cobra.Command, word string) error {
	near := c.SuggestionsFor(word)
	if len(near) == 0 {
		return message.New("arg.unknown", "cli.unknown_command", message.Args{"word": word, "parent": c.CommandPath()})
	}
	return message.New("arg.unknown", "cli.near_command", message.Args{"word": word, "parent": c.CommandPath(), "near": near[0]})
}

// exactly wants that many arguments, and says which.
func exactly(n int) cobra.PositionalArgs { return between(n, n) }

func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return message.New("arg.count", "cli.arg_count", message.Args{"usage": c.UseLine(), "n": len(args)})
		}
		return nil
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: message.Text(short, nil), Args: cobra.ArbitraryArgs, SuggestionsMinimumDistance: 2,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(commands...)
	return c
}
