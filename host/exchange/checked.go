package exchange

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// KeysOf are the fields by which a layout knows its records.
func KeysOf(l *layout.Layout) map[string][]string {
	keys := map[string][]string{}
	for _, r := range l.Records {
		for _, f := range r.Fields {
			if f.Key && r.Parent == "" {
				keys[r.Name] = append(keys[r.Name], f.Name)
			}
		}
	}
	return keys
}

// Checked is a file that was read by a layout and nothing else.
type Checked struct {
	Name     string
	Survey   *Survey
	Problems []Wrong
}

// Excerpts reads the file once more, for the lines in which something is wrong.
func (c *Checked) Excerpts(path string, codec *layout.Codec) error {
	r := &Result{Problems: c.Survey.wrongs()}
	if len(r.Problems) == 0 {
		return nil
	}
	err := r.sift(path, codec, io.Discard)
	c.Problems = r.Problems
	return err
}

// wrongs are all problems of a survey, without their lines.
func (s *Survey) wrongs() []Wrong {
	var all []Wrong
	for _, p := range s.Problems {
		all = append(all, Wrong{Problem: p})
	}
	for line, first := range s.Repeats {
		all = append(all, Wrong{Problem: repetition(line, first)})
	}
	return all
}

// Object is the check in JSON.
func (c *Checked) Object() Object {
	o := Object{File: c.Name, Content: c.Survey.Content, Bytes: c.Survey.Bytes, Lines: c.Survey.Lines, Documents: c.Survey.Documents, Tolerated: c.Survey.Tolerated, More: c.Survey.More}
	for _, n := range c.Survey.Records {
		o.Records += n
	}
	o.Problems = objectsOf(c.Problems)
	return o
}

// Text tells what the file holds and what is wrong with it.
func (c *Checked) Text(out io.Writer) {
	fmt.Fprintln(out, message.Text("exchange.checked", message.Args{
		"file": c.Name, "bytes": count(c.Survey.Bytes), "lines": count(c.Survey.Lines), "problems": count(int64(len(c.Problems)) + c.Survey.More),
	}))
	for _, name := range slices.Sorted(maps.Keys(c.Survey.Records)) {
		fmt.Fprintf(out, "  %s: %s\n", name, count(c.Survey.Records[name]))
	}
	if c.Survey.Tolerated > 0 {
		fmt.Fprintf(out, "  %s: %s\n", message.Text("exchange.fact_tolerated", nil), count(c.Survey.Tolerated))
	}
	for _, w := range c.Problems {
		fmt.Fprint(out, "\n", w.text("\n"))
	}
	if c.Survey.More > 0 {
		fmt.Fprintf(out, "\n  %s\n", message.Text("exchange.more", message.Args{"n": count(c.Survey.More)}))
	}
}
