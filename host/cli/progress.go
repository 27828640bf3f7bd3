package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/host/run"
)

// watcher shows a run while it goes on: JSON lines with --events, a bar on a terminal, else one line a step.
type watcher struct {
	mu     sync.Mutex
	out    io.Writer
	events bool
	quiet  bool
	bars   *mpb.Progress
	bar    *mpb.Bar
	shown  string // the step that goes on
	title  string // its words
	bytes  bool   // it counts bytes
	began  time.Time
	done   int64
	now    func() time.Time
}

func (a *app) watcher() *watcher {
	w := &watcher{out: a.err, events: a.events, quiet: a.json, now: a.now}
	if file, ok := a.err.(*os.File); ok && !w.events && !w.quiet && term.IsTerminal(int(file.Fd())) {
		w.bars = mpb.New(mpb.WithOutput(file), mpb.WithWidth(40), mpb.WithRefreshRate(200*time.Millisecond))
	}
	return w
}

// far is a function to tell how far a step is that is no part of a run.
func (w *watcher) far(step, of string) func(done, total int64) {
	return func(done, total int64) {
		w.watch(run.Event{Kind: "progress", Progress: &copies.Progress{Step: step, Database: of, Done: done, Total: total}})
	}
}

// watch takes one event.
func (w *watcher) watch(e run.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.events:
		_ = json.NewEncoder(w.out).Encode(e)
	case w.quiet:
	case e.Progress != nil:
		w.progress(*e.Progress)
	case e.Kind == "log" && e.Level != "info":
		w.line(message.Text("cli.warning", nil) + " " + e.Text)
	case e.Kind == "log":
		w.line(e.Text)
	case e.Kind == "step":
		w.line(e.Name)
	}
}

func (w *watcher) progress(p copies.Progress) {
	step := p.Step + " " + p.Database
	if step != w.shown {
		w.shown = step
		w.endBar()
		w.step(p)
	}
	w.done = max(w.done, p.Done)
	if w.bar != nil && p.Done > 0 {
		w.bar.SetTotal(p.Total, false)
		w.bar.SetCurrent(p.Done)
	}
}

// step begins to show another stretch of work.
func (w *watcher) step(p copies.Progress) {
	w.title, w.bytes, w.began, w.done = stepTitle(p), inBytes(p.Step), w.now(), 0
	if w.bars == nil {
		w.line(w.title)
		return
	}
	w.bar = w.newBar(p)
}

// newBar is a bar with rate and time left where the end is known, else something that turns.
func (w *watcher) newBar(p copies.Progress) *mpb.Bar {
	if p.Total == 0 {
		return w.bars.New(0, mpb.SpinnerStyle().PositionLeft(), mpb.AppendDecorators(decor.Name(w.title)))
	}
	after := []decor.Decorator{decor.Percentage(), decor.Name("  ")}
	if inBytes(p.Step) {
		after = append(after, decor.AverageSpeed(decor.SizeB1024(0), "% .1f"), decor.Name("  "))
	}
	return w.bars.New(p.Total, mpb.BarStyle(), mpb.PrependDecorators(decor.Name(w.title+" ")),
		mpb.AppendDecorators(append(after, decor.AverageETA(decor.ET_STYLE_MMSS))...))
}

// Steps of commands that make no copies: what they count are no bytes.
const (
	enrolling  = "enrolling"
	simulating = "simulating"
	exchanging = "exchanging" // nor are the steps of work on rows
	removing   = "removing"
)

func inBytes(step string) bool {
	ours := slices.Contains([]string{enrolling, simulating, exchanging, removing}, step)
	return !ours && (step == recovery.Taking || !slices.Contains(recovery.Progresses, step))
}

func stepTitle(p copies.Progress) string {
	args := message.Args{"database": p.Database}
	switch p.Step {
	case "copying":
		return message.Text("cli.step_copying", args)
	case "sealing":
		return message.Text("cli.step_sealing", args)
	case "proving":
		return message.Text("cli.step_proving", args)
	case "sending":
		return message.Text("cli.step_sending", args)
	case "arriving":
		return message.Text("cli.step_arriving", args)
	case "restoring":
		return message.Text("cli.step_restoring", args)
	case exchanging:
		return message.Text("cli.step_exchanging", args)
	case removing:
		return message.Text("cli.step_removing", args)
	case "swapping":
		return message.Text("cli.step_swapping", args)
	case enrolling:
		return message.Text("cli.step_enrolling", message.Args{"path": p.Database})
	case run.Surveying:
		return message.Text("cli.step_surveying", message.Args{"file": p.Database})
	case run.Importing:
		return message.Text("cli.step_importing", message.Args{"file": p.Database})
	case run.Exporting:
		return message.Text("cli.step_exporting", message.Args{"name": p.Database})
	case simulating:
		return message.Text("cli.step_simulating", nil)
	case recovery.Taking:
		return message.Text("cli.step_taking", args)
	case recovery.Examining:
		return message.Text("cli.step_examining", args)
	case recovery.Saving:
		return message.Text("cli.step_saving", args)
	case recovery.Rebuilding:
		return message.Text("cli.step_rebuilding", args)
	case recovery.Mending:
		return message.Text("cli.step_mending", args)
	case recovery.Reading:
		return message.Text("cli.step_reading", args)
	case recovery.Placing:
		return message.Text("cli.step_placing", args)
	}
	return p.Step
}

func (w *watcher) line(text string) {
	if w.bars != nil {
		fmt.Fprintln(w.bars, text)
		return
	}
	fmt.Fprintln(w.out, text)
}

// pause ends the bar that is shown, so that a question stands alone.
func (w *watcher) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endBar()
}

// endBar puts a line in the place of the bar: what was done, how much, how long it took.
func (w *watcher) endBar() {
	if w.bar == nil {
		return
	}
	w.bar.Abort(true)
	w.bar.Wait()
	w.bar = nil
	text := w.title
	if w.done > 0 && w.bytes {
		text += ", " + size(w.done)
	}
	w.line(text + ", " + lasted(w.now().Sub(w.began).Seconds()))
}

// end takes the bar away.
func (w *watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endBar()
	if w.bars != nil {
		w.bars.Shutdown()
	}
}
