package exchange

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
)

// The endings of what is written about a file, after its own name.
const (
	endText    = ".report.txt"
	endHTML    = ".report.html"
	endJSON    = ".report.json"
	endRejects = ".rejects.txt"
)

// write writes the reports of a file, and what was rejected of it, and flushes them to the disk: they are there before the rows
// are.
func (r *Result) write(o *Order) error {
	r.Ended = o.Now()
	if len(r.Problems) > 0 {
		if err := r.siftInto(o); err != nil {
			return err
		}
	}
	if o.Report == "" {
		return nil
	}
	r.Report = o.Report + endText
	for _, one := range []struct {
		end   string
		write func(io.Writer) error
	}{{endText, r.Text}, {endHTML, r.HTML}, {endJSON, r.JSON}} {
		if err := put(o.Report+one.end, one.write); err != nil {
			return err
		}
	}
	return nil
}

// told says whether the report of the import that a Repeat repeats lies there still: a run that died after its commit has
// written it, or the file lies where it lay. It alone tells what was rejected, and stays.
func (r *Result) told(o *Order) bool {
	var was Object
	text, err := os.ReadFile(o.Report + endJSON)
	if err != nil || json.Unmarshal(text, &was) != nil || was.Verdict != Done || was.Rehearsed || was.Content != r.Content || was.Into != r.Into {
		return false
	}
	r.Report = o.Report + endText
	if was.Rejects != "" {
		r.Rejects = o.Report + endRejects
	}
	return true
}

// siftInto keeps what was rejected, so that it can be corrected and put into the inbox again. Of a file that was rejected whole
// that is the file.
func (r *Result) siftInto(o *Order) error {
	sift := func(out io.Writer) error { return r.sift(o.Path, o.Codec, out) }
	if o.Report == "" || r.Verdict == Rejected || r.Rehearsed {
		rejected := r.Rejected
		err := sift(io.Discard)
		if r.Verdict == Rejected {
			r.Rejected = rejected
		}
		return err
	}
	r.Rejects = o.Report + endRejects
	if o.Codec.CountsAhead() {
		if err := sift(io.Discard); err != nil {
			return err
		}
	}
	return put(r.Rejects, sift)
}

func put(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err == nil {
		err = write(file)
		if failed := file.Sync(); err == nil {
			err = failed
		}
		if failed := file.Close(); err == nil {
			err = failed
		}
	}
	if err != nil {
		return message.Wrap(err, "txt.file", "exchange.unwritable", message.Args{"path": path})
	}
	return nil
}

// Sentence is what became of the file, in one sentence.
func (r *Result) Sentence() string {
	args := message.Args{
		"file": r.File, "records": count(r.Records), "inserted": count(r.Inserted), "updated": count(r.Updated), "kept": count(r.Kept),
		"deleted": count(r.Deleted), "rejected": count(r.Rejected),
	}
	key := "exchange.done"
	switch {
	case r.Verdict == Rejected:
		key, args["reason"] = "exchange.rejected", r.Reason().Error()
	case r.Verdict == Repeat:
		key = "exchange.repeat"
		args["when"], args["run"] = when(r.Before.At), r.Before.Run
	case r.Rehearsed:
		key = "exchange.rehearsed"
	case r.Rejected > 0:
		key = "exchange.done_partly"
	}
	return message.Text(key, args)
}

// Text is the report as a text.
func (r *Result) Text(out io.Writer) error {
	v := r.view()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) } // Notepad's own
	line("%s\r\n", v.Sentence)
	width := 0
	for _, f := range v.Facts {
		width = max(width, utf8.RuneCountInString(f.Name))
	}
	for _, f := range v.Facts {
		line("  %s%s  %s", f.Name, strings.Repeat(" ", width-utf8.RuneCountInString(f.Name)), f.Value)
	}
	if len(v.Wrongs) > 0 {
		line("\r\n%s", v.WrongsTitle)
	}
	for _, w := range r.Problems {
		b.WriteString("\r\n" + w.text("\r\n"))
	}
	if v.More != "" {
		line("\r\n  %s", v.More)
	}
	if v.ToDo != "" {
		line("\r\n%s", v.ToDo)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Parse(page))

// HTML is the report as a page of its own.
func (r *Result) HTML(out io.Writer) error { return pageTemplate.Execute(out, r.view()) }

// JSON is the report for programs.
func (r *Result) JSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r.Object())
}

// view is a report in words.
type view struct {
	Language, Title, Sentence, Mood string
	Facts                           []fact
	WrongsTitle                     string
	Wrongs                          []wrongView
	More, ToDo                      string
}

type fact struct{ Name, Value string }

// wrongView is a problem in words, and some of its line: what is wrong there, and what stands around it.
type wrongView struct{ Sentence, Before, Wrong, After, Hint string }

// moods are how a report looks: green, yellow or red.
var moods = map[bool]string{true: "bad", false: "good"}

func (r *Result) view() view {
	v := view{Language: message.Language(), Title: message.Text("exchange.title", message.Args{"file": r.File}), Sentence: r.Sentence(), Mood: moods[r.Verdict == Rejected]}
	if r.Verdict != Rejected && len(r.Problems) > 0 {
		v.Mood = "partly"
	}
	add := func(key, value string) { v.Facts = append(v.Facts, fact{message.Text(key, nil), value}) }
	add("exchange.fact_layout", r.Into)
	add("exchange.fact_when", when(r.Started))
	add("exchange.fact_size", count(r.Bytes))
	add("exchange.fact_lines", count(r.Lines))
	for _, t := range r.Tables {
		args := message.Args{"inserted": count(t.Inserted), "updated": count(t.Updated), "kept": count(t.Kept), "deleted": count(t.Deleted)}
		v.Facts = append(v.Facts, fact{t.Table, message.Text("exchange.fact_table", args)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Skipped)) {
		add("exchange.fact_skipped", message.Text("exchange.skipped", message.Args{"record": name, "n": count(r.Skipped[name])}))
	}
	if r.Tolerated > 0 {
		add("exchange.fact_tolerated", count(r.Tolerated))
	}
	add("exchange.fact_content", r.Content)
	add("exchange.fact_run", r.Run)
	for _, w := range r.Problems {
		v.Wrongs = append(v.Wrongs, w.view())
	}
	if len(v.Wrongs) > 0 {
		v.WrongsTitle = message.Text("exchange.wrongs", nil)
		v.ToDo = r.toDo()
	}
	if r.More > 0 {
		v.More = message.Text("exchange.more", message.Args{"n": count(r.More)})
	}
	return v
}

// toDo is what to do about what was rejected. An inbox takes files by their names, and a number with one content.
func (r *Result) toDo() string {
	args := message.Args{"file": r.File, "rejects": filepath.Base(r.Rejects)}
	switch {
	case r.Verdict == Rejected:
		return message.Text("exchange.to_do_whole", args)
	case r.Sequence != "":
		return message.Text("exchange.to_do_number", args)
	}
	return message.Text("exchange.to_do", args)
}

// text is the problem, the line in which it is with a mark below, and what to do.
func (w Wrong) text(end string) string {
	v := w.view()
	text := "  " + v.Sentence + end
	if line := v.Before + v.Wrong + v.After; line != "" {
		text += "    " + line + end + "    " + strings.Repeat(" ", utf8.RuneCountInString(v.Before)) + "^" + end
	}
	if v.Hint != "" {
		text += "    " + v.Hint + end
	}
	return text
}

func (w Wrong) view() wrongView {
	letters := []rune(w.Excerpt)
	at := min(w.At, len(letters))
	v := wrongView{Sentence: w.Error(), Hint: w.Hint(), Before: string(letters[:at]), Wrong: string(letters[at:])}
	if rest, ok := strings.CutPrefix(v.Wrong, w.Value); ok && w.Value != "" {
		v.Wrong, v.After = w.Value, rest
	}
	return v
}

// Object is the result as scripts and programs have it.
func (r *Result) Object() Object {
	o := Object{
		File: r.File, Verdict: r.Verdict, Rehearsed: r.Rehearsed, Into: r.Into, Run: r.Run, Started: r.Started, Ended: r.Ended, Content: r.Content,
		Bytes: r.Bytes, Lines: r.Lines, Records: r.Records, Documents: r.Documents, Inserted: r.Inserted, Updated: r.Updated, Kept: r.Kept,
		Deleted: r.Deleted, Rejected: r.Rejected, Tolerated: r.Tolerated, Skipped: r.Skipped, More: r.More, Report: r.Report, Rejects: r.Rejects,
	}
	o.Problems = objectsOf(r.Problems)
	return o
}

func objectsOf(all []Wrong) []ObjectProblem {
	var objects []ObjectProblem
	for _, w := range all {
		objects = append(objects, ObjectProblem{
			Line: w.Line, Column: w.Column, Record: w.Record, Field: w.Field, Value: w.Value, Code: w.Code(), Reason: w.Err.Sentence(), Hint: w.Hint(), Excerpt: w.Excerpt,
		})
	}
	return objects
}

// Object is a Result in JSON.
type Object struct {
	File      string           `json:"file"`
	Verdict   Verdict          `json:"verdict"`
	Rehearsed bool             `json:"rehearsed,omitempty"`
	Into      string           `json:"into"`
	Run       string           `json:"run,omitempty"`
	Started   time.Time        `json:"started"`
	Ended     time.Time        `json:"ended"`
	Content   string           `json:"sha256"`
	Bytes     int64            `json:"bytes"`
	Lines     int64            `json:"lines"`
	Records   int64            `json:"records"`
	Documents int64            `json:"documents"`
	Inserted  int64            `json:"inserted"`
	Updated   int64            `json:"updated"`
	Kept      int64            `json:"kept"`
	Deleted   int64            `json:"deleted"`
	Rejected  int64            `json:"rejected"`
	Tolerated int64            `json:"tolerated,omitempty"`
	Skipped   map[string]int64 `json:"skipped,omitempty"`
	Problems  []ObjectProblem  `json:"problems,omitempty"`
	More      int64            `json:"more,omitempty"`
	Report    string           `json:"report_path,omitempty"`
	Rejects   string           `json:"rejects_path,omitempty"`
}

// ObjectProblem is a Wrong in JSON.
type ObjectProblem struct {
	Line    int64  `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Record  string `json:"record,omitempty"`
	Field   string `json:"field,omitempty"`
	Value   string `json:"value,omitempty"`
	Code    string `json:"code"`
	Reason  string `json:"reason"`
	Hint    string `json:"hint,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`
}

// count is a number as people write it: "1.234.567" in Portuguese.
func count(n int64) string {
	digits, sign := strconv.FormatInt(n, 10), ","
	if message.Language() == message.Portuguese {
		sign = "."
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + sign + digits[at:]
	}
	return digits
}

// when is a time as people write it.
func when(t time.Time) string {
	if message.Language() == message.Portuguese {
		return t.Format("02/01/2006 15:04:05")
	}
	return t.Format(time.DateTime)
}
