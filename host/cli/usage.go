package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/djscript/djscript/host/message"
)

// usage is cobra's usage text in the reader's language.
func usage() string {
	return strings.NewReplacer(
		"@usage", message.Text("cli.usage", nil), "@examples", message.Text("cli.examples", nil),
		"@commands", message.Text("cli.commands", nil), "@flags", message.Text("cli.flags", nil),
		"@global", message.Text("cli.global_flags", nil), "@more", message.Text("cli.more", nil),
		"@options", message.Text("cli.usage_flags", nil), "@command", message.Text("cli.usage_command", nil),
	).Replace(`@usage{{if .Runnable}}
  {{.UseLine}}{{if .HasAvailableLocalFlags}} @options{{end}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} @command{{end}}{{if .HasExample}}

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

// wantsWords refuses an empty argument, or an option that was given an empty value: a script whose variable was empty meant
// something, and is not understood as if it had said nothing.
func wantsWords(c *cobra.Command, args []string) error {
	if strings.HasPrefix(c.Name(), cobra.ShellCompRequestCmd) {
		return nil // a shell asks what an empty word may become
	}
	var wrong []error
	for _, arg := range args {
		if strings.TrimSpace(arg) == "" {
			wrong = append(wrong, message.New("arg.value", "cli.empty_arg", message.Args{"usage": c.UseLine()}))
		}
	}
	c.Flags().Visit(func(f *pflag.Flag) {
		given := []string{f.Value.String()}
		if many, ok := values(f); ok {
			given = many
		}
		for _, one := range given {
			if strings.TrimSpace(one) == "" {
				wrong = append(wrong, message.New("arg.missing", "cli.bare_flag", message.Args{"flag": "--" + f.Name, "command": c.CommandPath()}))
				break
			}
		}
	})
	return errors.Join(wrong...)
}

// values are those of a flag that takes many; an empty text is then one value, which is empty.
func values(f *pflag.Flag) ([]string, bool) {
	value := f.Value
	if spoken, ok := value.(named); ok {
		value = spoken.Value
	}
	many, ok := value.(pflag.SliceValue)
	if !ok {
		return nil, false
	}
	if all := many.GetSlice(); len(all) > 0 {
		return all, true
	}
	return []string{""}, true
}

// atLeastOne refuses -n 0: nothing to show is not the same as nothing there.
func atLeastOne(n int) error {
	if n < 1 {
		return message.New("arg.value", "cli.bad_count", message.Args{"n": n})
	}
	return nil
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

// speak puts into the reader's language what the command library says by itself: its help, its completion, the types
// and defaults of flags.
func speak(root *cobra.Command) {
	root.PersistentFlags().BoolP("help", "h", false, message.Text("cli.flag_help", nil))
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			speakHelp(c)
		case "completion":
			speakCompletion(c)
		}
	}
	speakFlags(root)
}

func speakHelp(c *cobra.Command) {
	c.Use, c.Short, c.Long = "help "+message.Text("cli.usage_command", nil), message.Text("cli.help_short", nil), ""
	c.Example = "  djscript help backup\n  djscript help copies prove"
	c.Run = nil
	c.RunE = func(c *cobra.Command, args []string) error {
		about, rest, err := c.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return unknownCommand(c.Root(), strings.Join(args, " "))
		}
		return about.Help()
	}
}

func speakCompletion(c *cobra.Command) {
	c.Short, c.Long = message.Text("cli.completion_short", nil), ""
	c.Example = "  source <(djscript completion bash)\n  djscript completion powershell | Out-String | Invoke-Expression"
	for _, shell := range c.Commands() {
		shell.Short, shell.Long = message.Text("cli.completion_shell", message.Args{"shell": shell.Name()}), ""
		shell.Example = "  djscript completion " + shell.Name()
		if flag := shell.Flags().Lookup("no-descriptions"); flag != nil {
			flag.Usage = message.Text("cli.flag_no_descriptions", nil)
		}
	}
}

// speakFlags names types and defaults of the flags of a command and of all below it.
func speakFlags(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	c.Use, c.Example = inWords("cli.use_words").Replace(c.Use), inWords("cli.example_words").Replace(c.Example)
	for _, flags := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
		flags.VisitAll(speakFlag)
	}
	for _, below := range c.Commands() {
		speakFlags(below)
	}
}

// inWords puts what stands for something else, and what is only an example, into the reader's language: "COPY>CÓPIA|...".
func inWords(key string) *strings.Replacer {
	var pairs []string
	for _, one := range columns(key) {
		if from, to, ok := strings.Cut(one, ">"); ok {
			pairs = append(pairs, from, to)
		}
	}
	return strings.NewReplacer(pairs...)
}

func speakFlag(f *pflag.Flag) {
	switch f.Value.Type() {
	case "bool":
		return
	case "string", "stringArray", "stringSlice":
		f.Value = named{f.Value, message.Text("cli.type_text", nil)}
	case "duration":
		f.Value = named{f.Value, message.Text("cli.type_duration", nil)}
	case "int":
		f.Value = named{f.Value, "N"}
	}
	switch f.DefValue {
	case "", "0", "0s", "[]":
	default:
		f.Usage += " " + message.Text("cli.flag_default", message.Args{"value": f.DefValue})
	}
	f.DefValue = "" // for the help only: nothing more is said of it there
}

// named is a flag's value under the name that its type has for people.
type named struct {
	pflag.Value
	name string
}

// Type is that name.
func (n named) Type() string { return n.name }

// dayFlag is a flag whose value is a day, "31/12/2026" or "2026-12-31". What is no day is refused where the others are.
type dayFlag string

// String is the day as yyyy-mm-dd.
func (d *dayFlag) String() string { return string(*d) }

// Set reads what a person typed.
func (d *dayFlag) Set(text string) error {
	*d = dayFlag(message.ReadDay(text))
	return nil
}

// Type is that of a text.
func (d *dayFlag) Type() string { return "string" }

// wrongFlag is a mistake in the flags, in the reader's language.
func wrongFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	args := message.Args{"command": c.CommandPath()}
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		args["flag"] = "--" + unknown.GetSpecifiedName()
		if near := nearFlag(c, unknown.GetSpecifiedName()); near != "" {
			args["near"] = "--" + near
			return message.New("arg.unknown", "cli.near_flag", args)
		}
		return message.New("arg.unknown", "cli.unknown_flag", args)
	case errors.As(err, &unknown):
		args["flag"] = "-" + unknown.GetSpecifiedName()
		return message.New("arg.unknown", "cli.unknown_flag", args)
	case errors.As(err, &bare):
		args["flag"] = "--" + bare.GetFlag().Name
		return message.New("arg.missing", "cli.bare_flag", args)
	case errors.As(err, &wrong):
		f := wrong.GetFlag()
		args["flag"], args["value"], args["want"] = "--"+f.Name, wrong.GetValue(), f.Usage
		switch value, _ := f.Value.(named); {
		case value.Value == nil:
		case value.Value.Type() == "int":
			return message.New("arg.value", "cli.flag_number", args)
		case value.Value.Type() == "duration":
			return message.New("arg.value", "cli.flag_time", args)
		}
		return message.New("arg.value", "cli.flag_value", args)
	}
	return message.Wrap(err, "arg.unknown", "cli.wrong_flag", args)
}

func nearFlag(c *cobra.Command, name string) string {
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	if meant := otherWords[name]; slices.Contains(known, meant) {
		return meant
	}
	return near(name, known)
}

// otherWords are what people type for an option whose name is too far from it to be guessed.
var otherWords = map[string]string{
	"company": "companies", "empresa": "companies", "empresas": "companies", "tabela": "tables", "desfazer": "undo",
	"shutdown": "on-busy", "force": "on-busy", "pasta": "to", "folder": "to", "chave": "key", "sim": "yes",
}

// near is the name that was probably meant, or "": the command library's own measure.
func near(name string, known []string) string {
	words := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, word := range known {
		words.AddCommand(&cobra.Command{Use: word, Run: func(*cobra.Command, []string) {}})
	}
	if found := words.SuggestionsFor(name); len(found) > 0 {
		return found[0]
	}
	return ""
}
