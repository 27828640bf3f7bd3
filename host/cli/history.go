package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

func (a *app) historyCommand() *cobra.Command {
	var n int
	c := &cobra.Command{
		Use: "history [RUN]", Short: message.Text("cli.history_short", nil), Long: message.Text("cli.history_long", nil), Args: between(0, 1),
		Example: "  djscript history\n  djscript history -n 50\n  djscript history 7QK2M9XA",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.oneRun(args[0])
			}
			if err := atLeastOne(n); err != nil {
				return err
			}
			return a.runs(n)
		},
	}
	c.Flags().IntVarP(&n, "count", "n", 20, message.Text("cli.flag_count", nil))
	return c
}

// past is the journal of the store in this folder, and the zone of its clock. A djscript.toml with mistakes does not
// hide what ran before it was edited.
func (a *app) past() (journal.Journal, *time.Location, error) {
	if c, err := a.load(); err == nil {
		return a.hostOf(c).Journal(), c.Store.Location, nil
	}
	if _, err := os.Stat(a.configPath()); err != nil {
		return journal.Journal{}, nil, message.New("option.missing", "cli.no_store", message.Args{"path": a.dir})
	}
	return journal.In(filepath.Join(run.Dir(a.dir), "runs")), time.Local, nil
}

// ran is one run in the JSON list.
type ran struct {
	Run     string     `json:"run"`
	At      time.Time  `json:"at"`
	Due     *time.Time `json:"due,omitempty"`
	Day     string     `json:"day"`
	Trigger string     `json:"trigger"`
	Entry   string     `json:"entry,omitempty"`
	Script  string     `json:"script"`
	Job     string     `json:"job"`
	Dry     bool       `json:"dry,omitempty"`
	Result  string     `json:"result"`
	Exit    int        `json:"exit"`
	Seconds float64    `json:"seconds"`
	Error   string     `json:"error,omitempty"`
}

func (a *app) runs(n int) error {
	kept, zone, err := a.past()
	if err != nil {
		return err
	}
	ids, err := kept.Runs()
	if err != nil {
		return err
	}
	all := []ran{}
	for _, id := range ids[:min(n, len(ids))] {
		e, err := kept.Read(id)
		if err != nil {
			return err
		}
		all = append(all, ranOf(e))
	}
	if a.json {
		return a.printJSON(map[string]any{"runs": all})
	}
	if len(all) == 0 {
		a.print("cli.history_none", nil)
		return nil
	}
	var rows [][]string
	for _, r := range all {
		rows = append(rows, []string{
			shortRun(r.Run), dueText(r, zone), triggerWord(r.Trigger), resultWord(r.Result), lastedOrDash(r), jobOf(r.Script, r.Job) + dryMark(r.Dry),
		})
	}
	return table(a.out, columns("cli.history_columns"), rows)
}

func ranOf(e *journal.Entry) ran {
	r := ran{
		Run: e.Run, At: e.At, Due: e.Due, Day: e.Day, Trigger: e.Trigger, Entry: e.Entry, Script: e.Script, Job: cmp.Or(e.End.Job, e.Job), Dry: e.Dry,
		Result: e.End.Result, Exit: e.End.Exit,
	}
	if !e.End.At.IsZero() {
		r.Seconds = e.End.At.Sub(e.At).Seconds()
	}
	if e.End.Error != nil {
		r.Error = e.End.Error.Message
	}
	return r
}

// shortRun is the end of a run's id: its beginning is the time, which is shown beside it.
func shortRun(id string) string { return id[max(0, len(id)-8):] }

func dueText(r ran, zone *time.Location) string {
	if r.Due != nil {
		return moment(*r.Due, zone)
	}
	return moment(r.At, zone)
}

func lastedOrDash(r ran) string {
	if r.Result == journal.CutOff {
		return "-"
	}
	return lasted(r.Seconds)
}

// jobOf is "script:job", or the script alone where it never came to a job.
func jobOf(script, job string) string {
	if job == "" {
		return script
	}
	return script + ":" + job
}

func dryMark(dry bool) string {
	if dry {
		return " " + message.Text("cli.history_dry", nil)
	}
	return ""
}

func resultWord(result string) string {
	switch result {
	case journal.Done:
		return message.Text("cli.result_done", nil)
	case journal.Degraded:
		return message.Text("cli.result_degraded", nil)
	case journal.Failed:
		return message.Text("cli.result_failed", nil)
	case journal.Refused:
		return message.Text("cli.result_refused", nil)
	case journal.Busy:
		return message.Text("cli.result_busy", nil)
	case journal.Skipped:
		return message.Text("cli.result_skipped", nil)
	case journal.Cancelled:
		return message.Text("cli.result_cancelled", nil)
	case journal.CutOff:
		return message.Text("cli.result_cut_off", nil)
	}
	return result
}

func triggerWord(trigger string) string {
	switch trigger {
	case "manual":
		return message.Text("cli.trigger_manual", nil)
	case "cron":
		return message.Text("cli.trigger_cron", nil)
	}
	return trigger
}

func (a *app) oneRun(id string) error {
	kept, zone, err := a.past()
	if err != nil {
		return err
	}
	e, err := kept.Read(id)
	if err != nil {
		return err
	}
	usual, err := usualOf(kept, e)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(struct {
			*journal.Entry
			Usual   *journal.Usage `json:"usual,omitempty"`
			Unusual []string       `json:"unusual"` // what it took more than twice the usual of
		}{e, usual, unusual(e.End.Usage, usual)})
	}
	s := &story{out: a.out, zone: zone, told: map[string]bool{}}
	s.tell(e)
	return s.usage(e.End.Usage, usual)
}

// story tells one run, step by step.
type story struct {
	out  io.Writer
	zone *time.Location
	told map[string]bool // why the run is degraded, where it was told already
}

func (s *story) tell(e *journal.Entry) {
	fmt.Fprintf(s.out, "%s  %s%s  %s\n", e.Run, jobOf(e.Script, cmp.Or(e.End.Job, e.Job)), dryMark(e.Dry), resultWord(e.End.Result))
	s.line("cli.history_began", message.Args{"at": s.clock(e.At), "day": e.Day, "trigger": triggerWord(e.Trigger)})
	if e.Due != nil {
		s.line("cli.history_due", message.Args{"at": moment(*e.Due, s.zone)})
	}
	if e.Params != nil {
		s.line("cli.history_params", message.Args{"params": compact(e.Params)})
	}
	fmt.Fprintln(s.out)
	events := slices.Clone(e.Events)
	slices.SortStableFunc(events, func(x, y journal.Event) int { return x.At.Compare(y.At) })
	for _, event := range events {
		s.event(event)
	}
	s.end(e)
}

func (s *story) line(key string, args message.Args) {
	fmt.Fprintf(s.out, "  %s\n", message.Text(key, args))
}

func (s *story) clock(t time.Time) string { return t.In(s.zone).Format("15:04:05") }

// event tells one line of the journal. What only a replay needs, and what only directs the flow, is in --json.
func (s *story) event(e journal.Event) {
	text := ""
	switch e.Kind {
	case "params", "clock":
		return
	case "call":
		if e.Effect == primitive.Flow {
			return
		}
		text = fmt.Sprintf("%s %s", e.Name, compact(e.Args))
	case "step":
		text = "» " + e.Name
	case "log":
		text = strings.TrimSpace(levelMark(e.Level) + e.Text + " " + compact(e.Fields))
	case "degraded":
		text = message.Text("cli.warning", nil)
	default:
		text = e.Kind + " " + e.Name
	}
	tail := ""
	if e.Kind == "call" || e.Kind == "step" {
		tail = "  (" + joinWords(lasted(e.Seconds), e.Where) + ")"
	}
	fmt.Fprintf(s.out, "  %s  %s%s\n", s.clock(e.At), strings.TrimSpace(text), tail)
	if e.Error != nil {
		s.told[e.Error.Message] = true
		s.failure(*e.Error, "            ")
	}
}

// levelMark stands before words of the journal that are more than news.
func levelMark(level string) string {
	switch level {
	case "warning":
		return message.Text("cli.warning", nil) + " "
	case "error":
		return message.Text("cli.error", nil) + " "
	}
	return ""
}

func (s *story) failure(f journal.Failure, margin string) {
	text := f.Message
	if code := "(" + f.Code + ")"; f.Code != "" && !strings.HasSuffix(text, code) {
		text += " " + code
	}
	fmt.Fprintf(s.out, "%s%s\n", margin, strings.ReplaceAll(text, "\n", "\n"+margin))
	if f.Hint != "" {
		fmt.Fprintf(s.out, "%s→ %s\n", margin, f.Hint)
	}
}

func (s *story) end(e *journal.Entry) {
	fmt.Fprintln(s.out)
	if e.End.At.IsZero() {
		s.line("cli.history_cut_off", nil)
		return
	}
	s.line("cli.history_ended", message.Args{
		"at": s.clock(e.End.At), "seconds": lasted(e.End.At.Sub(e.At).Seconds()), "result": resultWord(e.End.Result), "exit": e.End.Exit,
	})
	if f := e.End.Error; f != nil {
		s.failure(*f, "  ")
		s.stack(f.Stack)
	}
	for _, degraded := range e.End.Degraded {
		if s.told[degraded] {
			continue
		}
		fmt.Fprintf(s.out, "  %s %s\n", message.Text("cli.warning", nil), degraded)
	}
}

// stack is where the script was, innermost first, with what its variables held.
func (s *story) stack(frames []journal.Frame) {
	for _, f := range frames {
		fmt.Fprintf(s.out, "    %s  %s\n", f.Where, f.Function)
		for _, name := range slices.Sorted(maps.Keys(f.Locals)) {
			fmt.Fprintf(s.out, "      %s = %s\n", name, strings.ReplaceAll(f.Locals[name], "\n", "\n        "))
		}
	}
}

// compactLimit is how much of the arguments of a call fits on a line.
const compactLimit = 160

// compact is a value on one line, cut where it is long; "" for none.
func compact(v any) string {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // a person reads "Pão & Café"
	err := encoder.Encode(v)
	text := strings.TrimSuffix(line.String(), "\n")
	if err != nil || text == "null" || text == "{}" {
		return ""
	}
	if runes := []rune(text); len(runes) > compactLimit {
		return string(runes[:compactLimit]) + "…"
	}
	return text
}
