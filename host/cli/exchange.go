package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// The store's exchange with its back office is that of the script integration.
func (a *app) importCommand() *cobra.Command {
	return a.exchangeCommand("integration:import", &cobra.Command{
		Use: "import", Short: message.Text("cli.import_short", nil), Example: "  djscript import\n  djscript import --dry-run",
	})
}

func (a *app) exportCommand() *cobra.Command {
	return a.exchangeCommand("integration:export", &cobra.Command{
		Use: "export", Short: message.Text("cli.export_short", nil), Example: "  djscript export\n  djscript export --dry-run",
	})
}

func (a *app) exchangeCommand(target string, c *cobra.Command) *cobra.Command {
	var flags runFlags
	c.Long, c.Args = message.Text("cli.exchange_long", nil), exactly(0)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return a.runJob(c.Context(), run.Request{Target: target}, flags, "")
	}
	flags.add(c)
	return c
}

func (a *app) sequenceCommand() *cobra.Command {
	return &cobra.Command{
		Use: "sequence", Short: message.Text("cli.sequence_short", nil), Long: message.Text("cli.sequence_long", nil), Args: exactly(0),
		Example: "  djscript sequence\n  djscript sequence --json",
		RunE:    func(c *cobra.Command, _ []string) error { return a.sequences(c.Context()) },
	}
}

// sequenceFacts are the numbers of a sequence in JSON.
type sequenceFacts struct {
	Database string   `json:"database"`
	Name     string   `json:"name"`
	Way      string   `json:"way"` // in, out
	Numbers  []string `json:"numbers"`
	Missing  []string `json:"missing,omitempty"`
}

// sequences shows which numbers came in and went out, and which are missing.
func (a *app) sequences(ctx context.Context) error {
	h, err := a.host()
	if err != nil {
		return err
	}
	found, err := h.Sequences(ctx)
	if err != nil {
		return err
	}
	facts := []sequenceFacts{}
	for _, s := range found {
		one := sequenceFacts{Database: s.Database, Name: s.Name, Way: s.Way}
		for _, r := range s.Numbers {
			one.Numbers = append(one.Numbers, r.String())
		}
		for _, r := range exchange.Gaps(s.Numbers) {
			one.Missing = append(one.Missing, r.String())
		}
		facts = append(facts, one)
	}
	if a.json {
		return a.printJSON(map[string]any{"sequences": facts})
	}
	if len(facts) == 0 {
		a.print("cli.sequence_none", nil)
		return nil
	}
	ways := map[string]string{run.WayIn: message.Text("cli.sequence_in", nil), run.WayOut: message.Text("cli.sequence_out", nil)}
	var rows [][]string
	for _, f := range facts {
		rows = append(rows, []string{f.Database, f.Name, ways[f.Way], shortened(f.Numbers), shortened(f.Missing)})
	}
	return table(a.out, columns("cli.sequence_columns"), rows)
}

// mostRanges are as many as a line has room for.
const mostRanges = 5

// shortened are the last ranges, and how many came before.
func shortened(ranges []string) string {
	if n := len(ranges) - mostRanges; n > 0 {
		return fmt.Sprintf("... (%d), %s", n, strings.Join(ranges[n:], ", "))
	}
	return strings.Join(ranges, ", ")
}
