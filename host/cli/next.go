package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

func (a *app) nextCommand() *cobra.Command {
	var n int
	c := &cobra.Command{
		Use: "next", Short: message.Text("cli.next_short", nil), Args: exactly(0), Example: "  djscript next\n  djscript next -n 30",
		RunE: func(*cobra.Command, []string) error { return a.next(n) },
	}
	c.Flags().IntVarP(&n, "count", "n", 10, message.Text("cli.flag_count", nil))
	return c
}

// occurrence is one due time in JSON.
type occurrence struct {
	Entry string    `json:"entry"`
	Run   string    `json:"run"`
	Due   time.Time `json:"due"`
	Day   string    `json:"day"` // business day
}

func (a *app) next(n int) error {
	if err := atLeastOne(n); err != nil {
		return err
	}
	c, err := a.load()
	if err != nil {
		return err
	}
	all, err := run.Dues(c)
	if err != nil {
		return err
	}
	var entries []*schedule.Entry
	runs := map[string]string{}
	for _, e := range all {
		entries = append(entries, e.Schedule)
		runs[e.Name] = e.Run
	}
	zone := c.Store.Location
	found := []occurrence{}
	for _, d := range schedule.Merge(entries, a.now(), n) {
		found = append(found, occurrence{
			Entry: d.Name, Run: runs[d.Name], Due: d.Time.In(zone), Day: schedule.BusinessDay(d.Time, zone, c.Store.DayStarts),
		})
	}
	if a.json {
		return a.printJSON(map[string]any{"zone": zone.String(), "due": found})
	}
	if len(found) == 0 {
		a.print("cli.next_nothing", nil)
		return nil
	}
	var rows [][]string
	for _, d := range found {
		rows = append(rows, []string{weekday(d.Due), moment(d.Due, zone), d.Entry, d.Run})
	}
	if err := table(a.out, columns("cli.next_columns"), rows); err != nil {
		return err
	}
	a.tell("cli.next_zone", message.Args{"zone": zone.String()})
	return nil
}

// weekday is the short name of a day of the week.
func weekday(t time.Time) string { return columns("cli.weekdays")[t.Weekday()] }
