package sim

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/inbox"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// texts are the text files that the test laid down. They are read by the real layouts, and checked and mapped as ever,
// and go into the tables of the simulated database.
type texts struct{ *Store }

// imported is what a simulated database knows of an import.
type imported struct {
	database, into, content, sequence string
	number                            int64
}

// Layout is a layout as the script would find it.
func (s texts) Layout(name string) (*layout.Layout, error) {
	set, wrong := s.layouts()
	return run.FindLayout(set, wrong, name)
}

func (s texts) text(path string) (string, error) {
	text, ok := s.files[path]
	if !ok {
		return "", message.New("txt.file", "sim.no_file", message.Args{"path": path})
	}
	return text, nil
}

// read is what a file holds; nil for one that is not there.
func (s *Store) read(path string) any {
	text, ok := s.files[path]
	if !ok {
		return nil
	}
	return text
}

// ReadAt reads a piece of a file; the file is its own mark.
func (s texts) ReadAt(path string, p []byte, at int64) (int, string, error) {
	text, err := s.text(path)
	if err != nil {
		return 0, "", err
	}
	if at >= int64(len(text)) {
		return 0, text, io.EOF
	}
	return copy(p, text[at:]), text, nil
}

// Columns are not known: every field has one.
func (s texts) Columns(_ context.Context, d copies.Database, _ []string) (map[string][]string, error) {
	return nil, s.shut(d)
}

// Import reads the file and counts.
func (s texts) Import(ctx context.Context, d copies.Database, o *exchange.Order) (*exchange.Result, error) {
	text, err := s.text(o.Path)
	if err == nil {
		err = s.shut(d)
	}
	if err != nil {
		return nil, err
	}
	lying, err := lay(text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(lying) }()
	at := o.Path
	o.Path, o.Report, o.Now = lying, "", s.clock
	before := func(into, content string) *exchange.Import {
		if slices.ContainsFunc(s.imports, func(i imported) bool { return i.database == d.Name && i.into == into && i.content == content }) {
			return &exchange.Import{Into: into, Content: content, File: o.Name, At: s.now}
		}
		return nil
	}
	var load *load
	result, err := o.Practise(ctx, before, func(targets []loader.Target, options loader.Options) exchange.Writer {
		load = s.databases[d.Name].load(targets, options)
		return load
	})
	if err != nil || o.Rehearse {
		return result, err
	}
	var report bytes.Buffer
	if err := result.Text(&report); err != nil {
		return nil, err
	}
	result.Report = at + ".report.txt"
	s.files[result.Report] = report.String()
	if result.Verdict == exchange.Done {
		s.imports = append(s.imports, imported{d.Name, o.Target, result.Content, o.Sequence, o.Number})
		s.grown(d, result)
		s.databases[d.Name].tables = load.tables
	}
	return result, nil
}

// lay puts a text on the real disk for as long as it is read.
func lay(text string) (path string, err error) {
	file, err := os.CreateTemp("", "djscript-*.txt")
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(text)
	return file.Name(), errors.Join(err, file.Close())
}

// grown adds the new rows to tables that have any.
func (s texts) grown(d copies.Database, r *exchange.Result) {
	base := s.databases[d.Name]
	base.rows = maps.Clone(base.rows)
	for _, t := range r.Tables {
		if name := strings.ToUpper(t.Table); base.rows[name] > 0 {
			base.rows[name] += t.Inserted
		}
	}
}

// lying is a file of an inbox; left is one that a run was taking when it died.
type lying struct {
	name   string
	number int64
	left   bool
}

// here are the options with paths of Windows as this machine has them: only then they are whole.
func here(o inbox.Options) inbox.Options {
	for _, one := range []*string{&o.Folder, &o.Done, &o.Rejected} {
		if filepath.VolumeName("C:") == "" && len(*one) > 1 && (*one)[1] == ':' {
			*one = "/" + strings.ReplaceAll(*one, `\`, "/")
		}
	}
	return o
}

// claimedFolder is where a file lies while it is taken.
const claimedFolder = ".djscript/claimed"

// waiting are the files of an inbox, in order.
func (s texts) waiting(o inbox.Options) ([]lying, error) {
	if _, err := inbox.Open(here(o)); err != nil {
		return nil, err
	}
	pattern, err := exchange.ParsePattern(o.Match)
	if err != nil {
		return nil, err
	}
	var found []lying
	for name := range s.files {
		folder := slashed(path.Dir(name))
		left := folder == slashed(path.Join(o.Folder, claimedFolder)) && !beside(name)
		if folder != slashed(o.Folder) && !left {
			continue
		}
		if number, ok := pattern.Match(path.Base(name)); ok {
			found = append(found, lying{path.Base(name), number, left})
		}
	}
	slices.SortFunc(found, func(a, b lying) int {
		return cmp.Or(-cmp.Compare(btoi(a.left), btoi(b.left)), cmp.Compare(a.number, b.number), strings.Compare(a.name, b.name))
	})
	return found, nil
}

// beside tells a report from what it reports on.
func beside(name string) bool {
	return strings.Contains(path.Base(name), ".report.") || strings.Contains(path.Base(name), ".rejects.")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Waiting are the files of an inbox where they lie.
func (s texts) Waiting(o inbox.Options) ([]inbox.Claimed, error) {
	found, err := s.waiting(o)
	files := make([]inbox.Claimed, len(found))
	for i, f := range found {
		files[i] = inbox.Claimed{Name: f.name, Path: path.Join(o.Folder, f.name), Number: f.number}
	}
	return files, err
}

// Take handles the files of an inbox.
func (s texts) Take(ctx context.Context, d copies.Database, o inbox.Options, handle inbox.Handler) (taken inbox.Taken, err error) {
	found, err := s.waiting(o)
	if err != nil {
		return taken, err
	}
	var stopped error
	for _, f := range found {
		file := inbox.File{Name: f.name, Path: path.Join(o.Folder, f.name), Number: f.number, Verdict: inbox.Waiting, Reason: stopped}
		if stopped == nil && o.Sequence != "" {
			stopped = s.gap(d, o, f, &taken)
			file.Reason = stopped
		}
		if stopped == nil {
			outcome := s.take(ctx, o, f, handle)
			file.Verdict, file.Reason = outcome.Verdict, outcome.Reason
			if outcome.Halt || outcome.Verdict == inbox.Left && o.Sequence != "" {
				stopped = message.New("txt.file", "inbox.after", message.Args{"name": f.name})
			}
		}
		taken.Files = append(taken.Files, file)
		if ctx.Err() != nil {
			return taken, context.Cause(ctx)
		}
	}
	return taken, nil
}

// gap notes the numbers that are missing before a file, and says why it has to wait for them.
func (s texts) gap(d copies.Database, o inbox.Options, f lying, taken *inbox.Taken) error {
	highest := int64(0)
	for _, i := range s.imports {
		if i.database == d.Name && i.sequence == o.Sequence {
			highest = max(highest, i.number)
		}
	}
	if highest == 0 || f.number <= highest+1 {
		return nil
	}
	missing := exchange.Range{First: highest + 1, Last: f.number - 1}
	if !o.StopAtGap {
		taken.Missing = append(taken.Missing, missing)
		return nil
	}
	taken.Awaited = &missing
	return message.New("txt.sequence", "inbox.awaits", message.Args{"numbers": missing.String(), "folder": o.Folder})
}

// take gives a file away, and moves it and what was written beside it to where it belongs.
func (s texts) take(ctx context.Context, o inbox.Options, f lying, handle inbox.Handler) inbox.Outcome {
	from, claimed := path.Join(o.Folder, f.name), path.Join(o.Folder, claimedFolder, f.name)
	s.move(from, claimed)
	outcome := handle(ctx, inbox.Claimed{Name: f.name, Path: claimed, Number: f.number})
	if s.dead {
		return outcome
	}
	to := map[inbox.Verdict]string{inbox.Done: o.Done, inbox.Repeated: o.Done, inbox.Rejected: o.Rejected}[outcome.Verdict]
	switch {
	case to == "":
		to = o.Folder
	case !strings.Contains(to, ":") && !path.IsAbs(to):
		to = path.Join(o.Folder, to)
	}
	s.move(claimed, path.Join(to, f.name))
	return outcome
}

// move moves a file and what is called after it.
func (s texts) move(from, to string) {
	for name, text := range maps.Clone(s.files) {
		if rest, ok := strings.CutPrefix(name, from); ok && (rest == "" || strings.HasPrefix(rest, ".re")) {
			delete(s.files, name)
			s.files[to+rest] = text
		}
	}
}
