package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// printJSON writes the one object that --json promises.
func (a *app) printJSON(v any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// tell writes a sentence for the person, beside the result.
func (a *app) tell(key string, args message.Args) { fmt.Fprintln(a.err, message.Text(key, args)) }

// print writes a sentence that is the result.
func (a *app) print(key string, args message.Args) { fmt.Fprintln(a.out, message.Text(key, args)) }

// table writes rows under a head, in columns.
func table(w io.Writer, head []string, rows [][]string) error {
	whole := bufio.NewWriter(w) // which the other fills cell by cell
	t := tabwriter.NewWriter(whole, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		fmt.Fprintln(t, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	if err := errors.Join(t.Flush(), whole.Flush()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// columns are the heads of a table, from a sentence of words between bars: "copy|day|state".
func columns(key string) []string { return strings.Split(message.Text(key, nil), "|") }

// size is a number of bytes for a person.
func size(n int64) string { return drive.Size(n).String() }

// lasted is a duration for a person.
func lasted(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		text := fmt.Sprintf("%.1f s", d.Seconds())
		if message.Language() == message.Portuguese {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text
	}
	return d.Round(time.Second).String()
}

// moment is an instant for a person, in that zone.
func moment(t time.Time, zone *time.Location) string {
	layout := "2006-01-02 15:04"
	if message.Language() == message.Portuguese {
		layout = "02/01/2006 15:04"
	}
	return t.In(zone).Format(layout)
}
