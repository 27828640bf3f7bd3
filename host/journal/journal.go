// Package journal keeps what ran and what it did: one file of JSON lines a run, written as the run goes on.
//
// A run is the only writer of its file and never rewrites a line, so whatever kills it leaves a journal that can be
// read up to that moment; a run without an end line was cut off. The journal is data that the program reads back
// (history, the page, the alarm). It is not the log, and it refuses nothing: masking secrets is its writer's duty.
package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Results of a run.
const (
	Done      = "done"
	Degraded  = "degraded"
	Failed    = "failed"
	Refused   = "refused"
	Busy      = "busy"
	Skipped   = "skipped"
	Cancelled = "cancelled"
	CutOff    = "cut off" // never written: what a run without an end line is read as
)

// Start is how a run began.
type Start struct {
	Run     string     `json:"run"`
	At      time.Time  `json:"at"` // its nanoseconds are the seed of math.random
	Entry   string     `json:"entry,omitempty"`
	Script  string     `json:"script"`
	Job     string     `json:"job"`
	Hash    string     `json:"hash,omitempty"` // of the script and of all that it stands on
	Trigger string     `json:"trigger"`
	Due     *time.Time `json:"due,omitempty"`
	Day     string     `json:"day"`
	Dry     bool       `json:"dry,omitempty"`
	Params  any        `json:"params,omitempty"`
	Version string     `json:"version,omitempty"`
}

// Event is one line between start and end.
type Event struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // params, call, clock, step, log, degraded, died
	Name    string    `json:"name,omitempty"`
	Effect  string    `json:"effect,omitempty"`
	Level   string    `json:"level,omitempty"`
	Seconds float64   `json:"seconds,omitempty"`
	Where   string    `json:"where,omitempty"`
	Args    any       `json:"args,omitempty"`
	Result  any       `json:"result,omitempty"`
	Error   *Failure  `json:"error,omitempty"`
	Text    string    `json:"text,omitempty"`
	Fields  any       `json:"fields,omitempty"`
	Cut     bool      `json:"cut,omitempty"` // something was too large to be kept
}

// Failure is an error as it is kept: code and words, where it was, and the script's stack.
type Failure struct {
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Hint    string  `json:"hint,omitempty"`
	Where   string  `json:"where,omitempty"`
	Stack   []Frame `json:"stack,omitempty"`
}

// Frame is one level of a script's stack with its locals, as text.
type Frame struct {
	Where    string            `json:"where"`
	Function string            `json:"function,omitempty"`
	Locals   map[string]string `json:"locals,omitempty"`
}

// End is how a run ended.
type End struct {
	At       time.Time `json:"at"`
	Job      string    `json:"job,omitempty"` // where the start could not know it: a script's only job
	Result   string    `json:"result"`
	Exit     int       `json:"exit"`
	Error    *Failure  `json:"error,omitempty"`
	Degraded []string  `json:"degraded,omitempty"`
	Usage    *Usage    `json:"usage,omitempty"`
	Value    any       `json:"value,omitempty"`
	Cut      bool      `json:"cut,omitempty"` // something was too large to be kept
}

// Usage is what a run took of its limits.
type Usage struct {
	Steps        int64   `json:"steps"` // of the language
	Seconds      float64 `json:"seconds"`
	Memory       int64   `json:"memory"` // bytes, at its peak; 0 where it is not known
	FilesWritten int64   `json:"files_written"`
	FilesDropped int64   `json:"files_dropped"`
	BytesWritten int64   `json:"bytes_written"`
}

// Entry is one whole run as it is read back.
type Entry struct {
	Start
	Events []Event `json:"events,omitempty"`
	End    End     `json:"end"`
}

type line struct {
	Kind  string `json:"line"`
	Start *Start `json:"start,omitempty"`
	Event *Event `json:"event,omitempty"`
	End   *End   `json:"end,omitempty"`
}

// Journal is a folder of runs.
type Journal struct{ dir string }

// In is the journal that lies in that folder; the folder is made when the first run begins.
func In(dir string) Journal { return Journal{dir: dir} }

// Run is the open journal of one run. Its methods may be called from several goroutines.
type Run struct {
	mu   sync.Mutex
	file *os.File
	torn bool // the last line is not whole
}

// Begin opens the journal of a new run.
func (j Journal) Begin(start Start) (*Run, error) {
	if err := os.MkdirAll(j.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make journal: %w", err)
	}
	file, err := os.OpenFile(j.path(start.Run), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	run := &Run{file: file}
	return run, run.write(line{Kind: "start", Start: &start})
}

// Reopen opens the journal of a run that died, for somebody else to write its end. A run that has its end keeps it.
func (j Journal) Reopen(id string) (*Run, error) {
	kept, err := j.Read(id)
	if err != nil {
		return nil, err
	}
	if kept.End.Result != CutOff {
		return nil, fmt.Errorf("reopen journal %s: %w", id, fs.ErrExist)
	}
	file, err := os.OpenFile(j.path(kept.Run), os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("reopen journal: %w", err)
	}
	// The line that it died in may be half-written.
	if _, err := file.WriteString("\n"); err != nil {
		return nil, errors.Join(fmt.Errorf("write journal: %w", err), file.Close())
	}
	return &Run{file: file}, nil
}

// maxLine is how many bytes of JSON one line may have, about.
const maxLine = 1 << 20

// Write adds what happened. What is larger than a line may be is left out, the largest of it first, and Cut says so.
func (r *Run) Write(event Event) error {
	for Size(event) > maxLine {
		event.Cut = true
		switch {
		case Size(event.Result) > maxLine/4:
			event.Result = nil
		case Size(event.Args)+Size(event.Fields) > maxLine/4:
			event.Args, event.Fields = nil, nil
		default:
			event.Text = strings.ToValidUTF8(event.Text[:min(len(event.Text), maxLine/8)], "")
			event.Error = nil
		}
	}
	return r.write(line{Kind: "event", Event: &event})
}

// Size is how many bytes a value takes in JSON.
func Size(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(text)
}

// Finish adds the end, flushes it to the disk and closes the file. What is larger than a line may be is left out: of the
// reasons why the run is degraded the last ones, which have lines of their own.
func (r *Run) Finish(end End) error {
	if Size(end.Value) > maxLine {
		end.Value, end.Cut = nil, true
	}
	for Size(end.Degraded) > maxLine {
		end.Degraded, end.Cut = end.Degraded[:len(end.Degraded)/2], true
	}
	err := r.write(line{Kind: "end", End: &end})
	return errors.Join(err, r.file.Sync(), r.file.Close())
}

func (r *Run) write(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("encode journal line: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.torn { // what a full disk left of a line must not spoil the next one
		text = append([]byte{'\n'}, text...)
	}
	_, err = r.file.Write(append(text, '\n'))
	if r.torn = err != nil; r.torn {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

func (j Journal) path(run string) string { return filepath.Join(j.dir, run+".jsonl") }

// Runs are the ids of the runs, newest first: ids sort by time.
func (j Journal) Runs() ([]string, error) {
	files, err := os.ReadDir(j.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list journal: %w", err)
	}
	var runs []string
	for _, file := range files {
		if run, ok := strings.CutSuffix(file.Name(), ".jsonl"); ok {
			runs = append(runs, run)
		}
	}
	slices.Sort(runs)
	slices.Reverse(runs)
	return runs, nil
}

// Read is one run; the id may be shortened to any end of it that no other run shares. A line that a crash left
// half-written is passed over.
func (j Journal) Read(run string) (*Entry, error) {
	id, err := j.find(run)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(j.path(id))
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	defer file.Close()
	return decode(file, id)
}

func (j Journal) find(run string) (string, error) {
	if run == filepath.Base(run) { // whoever reads them all has whole ids: no list for each
		if _, err := os.Lstat(j.path(run)); err == nil {
			return run, nil
		}
	}
	runs, err := j.Runs()
	if err != nil {
		return "", err
	}
	var found []string
	for _, id := range runs {
		if id == run {
			return id, nil
		}
		if run != "" && strings.HasSuffix(strings.ToUpper(id), strings.ToUpper(run)) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return "", message.New("arg.value", "journal.no_run", message.Args{"run": run})
	}
	return found[0], nil
}

func decode(r io.Reader, id string) (*Entry, error) {
	entry := &Entry{Start: Start{Run: id}, End: End{Result: CutOff}}
	lines := bufio.NewReader(r)
	for {
		text, err := lines.ReadBytes('\n')
		var l line
		if json.Unmarshal(text, &l) == nil {
			switch {
			case l.Start != nil:
				entry.Start = *l.Start
			case l.Event != nil:
				entry.Events = append(entry.Events, *l.Event)
			case l.End != nil:
				entry.End = *l.End
				if entry.Job == "" {
					entry.Job = l.End.Job
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return entry, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read journal %s: %w", id, err)
		}
	}
}
