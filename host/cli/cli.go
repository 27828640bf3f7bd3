// Package cli is the command line: one file a command. It is the only place that prints, that reads the clock, the
// environment and the signals, and that turns an error into an exit code; all else is handed what it needs.
//
// Results go to stdout, everything else to stderr. With --json there is one JSON object on stdout and nothing else.
// Long work shows a bar on a terminal, one line a step elsewhere, JSON lines with --events.
package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// Assets are what the program carries within itself.
type Assets struct {
	Config  []byte // djscript.toml, documented
	Builtin fs.FS  // builtin/: default.lua, systems/*.toml
	Version string
	Built   time.Time // zero: not known
	Program string    // as it was called: "djscript", "./djscript"

	Now func() time.Time // nil: the PC's clock
}

// app is one invocation: what it was given, and the flags that every command has.
type app struct {
	Assets
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	now      func() time.Time
	chdir    func(string) error // nil: -C only says where djscript.toml lies
	entropy  io.Reader
	self     string // the program's own file, for runs in a process of their own; "": they run in this one

	interrupt *atomic.Pointer[func()] // what Ctrl-C stops where it holds something; else it stops the command

	dir    string
	lang   string
	json   bool
	events bool
}

// Main runs one command and gives the exit code.
func Main(args []string, assets Assets) int {
	if assets.Program == "" {
		assets.Program = "djscript"
	}
	a := &app{
		Assets: assets, in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, now: time.Now, chdir: os.Chdir, entropy: rand.Reader,
		interrupt: &atomic.Pointer[func()]{},
	}
	if assets.Now != nil {
		a.now = assets.Now
	}
	a.self, _ = os.Executable() // where it can not be known, runs are not limited in memory
	ctx, stop := a.cancellable()
	defer stop()
	return a.main(ctx, args)
}

// impatience is how long after the first Ctrl-C another one counts as another. A terminal and a scheduler may both send
// one for the same wish.
const impatience = time.Second

// cancellable ends the context at the first Ctrl-C or at a request to end; a Ctrl-C after that ends the process at once.
func (a *app) cancellable() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		var first time.Time
		for s := range signals {
			stop := a.interrupt.Load()
			switch {
			case s == os.Interrupt && stop != nil:
				(*stop)()
			case first.IsZero():
				first = time.Now()
				cancel(message.New("run.cancelled", "cli.cancelled", nil))
			case s == os.Interrupt && time.Since(first) > impatience:
				os.Exit(run.ExitCancelled)
			}
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals); cancel(nil) }
}

func (a *app) main(ctx context.Context, args []string) int {
	a.json = slices.Contains(args, "--json") // a wrong flag before it is told in JSON too
	if err := a.chooseLanguage(args); err != nil {
		return a.end(err)
	}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return a.end(root.ExecuteContext(ctx))
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "djscript", Short: message.Text("cli.short", nil), Long: message.Text("cli.long", nil),
		SilenceErrors: true, SilenceUsage: true, Args: cobra.ArbitraryArgs, SuggestionsMinimumDistance: 2,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&a.dir, "dir", "C", ".", message.Text("cli.flag_dir", nil))
	flags.StringVar(&a.lang, "lang", "", message.Text("cli.flag_lang", nil))
	flags.BoolVar(&a.json, "json", a.json, message.Text("cli.flag_json", nil))
	flags.BoolVar(&a.events, "events", false, message.Text("cli.flag_events", nil))
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		return errors.Join(wantsWords(c, args), a.goThere(), a.endArrival(c.Context()))
	}
	root.SetUsageTemplate(usage())
	root.SetFlagErrorFunc(wrongFlag)
	root.CompletionOptions.DisableDefaultCmd = false
	root.AddCommand(a.commands()...)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	a.offer(root)
	speak(root)
	return root
}

// goThere makes -C the folder that the command starts in, so that every path counts from there.
func (a *app) goThere() error {
	if a.chdir == nil || a.dir == "." {
		return nil
	}
	if err := a.chdir(a.dir); err != nil {
		return message.Wrap(err, "arg.file", "cli.no_folder", message.Args{"path": a.dir})
	}
	a.dir = "."
	return nil
}

func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.demoCommand(), a.initCommand(), a.checkCommand(), a.runCommand(), a.backupCommand(), a.adoptCommand(), a.copiesCommand(),
		a.companiesCommand(), a.restoreCommand(), a.recoverCommand(), a.drivesCommand(), a.importCommand(), a.exportCommand(), a.layoutCommand(), a.inboxCommand(), a.sequenceCommand(), a.nextCommand(), a.historyCommand(), a.serveCommand(), a.secretCommand(), a.notifyCommand(),
		a.testCommand(), a.simulateCommand(), a.docsCommand(), a.diffCommand(), a.replCommand(), a.doctorCommand(), a.versionCommand(), a.childCommand(),
	}
}
