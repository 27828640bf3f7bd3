package exchange

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"slices"
	"time"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
)

// Result is what became of one file.
type Result struct {
	File      string // as it was delivered
	Into      string
	Sequence  string // whose number its name has
	Verdict   Verdict
	Rehearsed bool // all of it was taken back
	Run       string
	Started   time.Time
	Ended     time.Time
	Content   string
	Bytes     int64
	Lines     int64
	Records   int64
	Documents int64
	Tables    []loader.Count
	// Of rows. Kept are those that were there and stayed as they are; Rejected are records.
	Inserted, Updated, Kept, Deleted, Rejected int64
	Tolerated                                  int64            // lines that were a little too long
	Skipped                                    map[string]int64 // records without a target, by type
	Problems                                   []Wrong          // by line
	More                                       int64            // problems that are not among these
	Before                                     *Import          // of a Repeat: when it was imported
	Report                                     string           // path of the report for people, "" for none
	Rejects                                    string           // path of what was rejected, byte for byte; "" for nothing

	rejects []reject
	sifted  layout.Tally // what was rejected, with its header and trailer, once it was gone through
}

// Wrong is a problem and the line in which it is.
type Wrong struct {
	layout.Problem
	// Excerpt is some of the line around the problem, for people; At is which letter of it the problem is at, from 0.
	Excerpt string
	At      int
}

// Verdict is what became of a file.
type Verdict string

// The verdicts.
const (
	Done     Verdict = "done"
	Repeat   Verdict = "repeated"
	Rejected Verdict = "rejected"
)

// reject is a line that was not taken, or with it its whole document.
type reject struct {
	line  int64
	whole bool
}

func (r *Result) survey(s *Survey) {
	r.Content, r.Bytes, r.Lines, r.Documents, r.Tolerated, r.More = s.Content, s.Bytes, s.Lines, s.Documents, s.Tolerated, s.More
	for _, n := range s.Records {
		r.Records += n
	}
}

func (r *Result) reject(line int64, whole bool, problems ...layout.Problem) {
	r.rejects = append(r.rejects, reject{line, whole})
	for _, p := range problems {
		r.Problems = append(r.Problems, Wrong{Problem: p})
	}
}

// Reason is why a file was rejected whole, in one sentence; nil for one that was not.
func (r *Result) Reason() error {
	if r.Verdict != Rejected || len(r.Problems) == 0 {
		return nil
	}
	first := r.Problems[0]
	if n := int64(len(r.Problems)) + r.More; n > 1 {
		return message.New(first.Code(), "exchange.reasons", message.Args{"n": count(n), "first": first.Error()})
	}
	return first.Problem
}

func (r *Result) count(tables []loader.Count) {
	r.Tables = tables
	for _, t := range tables {
		r.Inserted, r.Updated, r.Kept, r.Deleted = r.Inserted+t.Inserted, r.Updated+t.Updated, r.Kept+t.Kept, r.Deleted+t.Deleted
	}
}

func (r *Result) ledger() Counts {
	return Counts{Records: r.Records, Inserted: r.Inserted, Updated: r.Updated, Deleted: r.Deleted, Rejected: r.Rejected}
}

// excerptMost is how many bytes of a line are shown around a problem.
const excerptMost = 120

// sift goes through the file once more for what was rejected: the lines themselves go to out, byte for byte, and some of
// each to the problems. A header and a trailer go along: what comes out is a file of the same layout, which can be imported once
// it is corrected, and says how many records are in it.
func (r *Result) sift(path string, codec *layout.Codec, out io.Writer) (err error) {
	slices.SortStableFunc(r.Problems, func(a, b Wrong) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	slices.SortFunc(r.rejects, func(a, b reject) int { return cmp.Compare(a.line, b.line) })
	file, err := os.Open(path)
	if err != nil {
		return unreadable(err, path)
	}
	defer func() { _ = file.Close() }()
	raw, err := os.Open(path)
	if err != nil {
		return unreadable(err, path)
	}
	defer func() { _ = raw.Close() }()
	in := codec.NewReader(file)
	s := sifter{result: r, raw: raw, out: bufio.NewWriterSize(out, 1<<16)}
	r.Rejected = 0
	for in.Next() {
		if err := s.copy(in.Line().Offset); err != nil {
			return err
		}
		if err := s.see(in, codec); err != nil {
			return err
		}
	}
	if info, failed := raw.Stat(); failed == nil {
		err = s.copy(info.Size())
	}
	r.sifted = s.tally
	return cmp.Or(err, s.out.Flush())
}

// sifter is one sift under way.
type sifter struct {
	result   *Result
	raw      *os.File
	out      *bufio.Writer
	problem  int // the next of the result
	reject   int
	document int64 // that is rejected whole; 0 for none
	begun    beginning
	from     int64 // where the line that is to be copied begins; -1 for none
	copying  bool
	tally    layout.Tally
}

// beginning is the document that the sifter is in: where it began, and what of it is passed.
type beginning struct {
	number, from int64
	passed       layout.Tally
}

// copy copies the line before the next, where it is rejected.
func (s *sifter) copy(until int64) error {
	if !s.copying {
		return nil
	}
	s.copying = false
	_, err := io.Copy(s.out, io.NewSectionReader(s.raw, s.from, until-s.from))
	return err
}

func (s *sifter) see(in *layout.Reader, codec *layout.Codec) error {
	line := in.Line()
	problems, rejects := s.result.Problems, s.result.rejects
	for ; s.problem < len(problems) && problems[s.problem].Line <= line.Number; s.problem++ {
		p := &problems[s.problem]
		if p.Line != line.Number {
			continue
		}
		if p.Column == 0 && p.Field != "" && line.Record >= 0 { // the database has found it
			if field := codec.Field(line.Record, p.Field); field >= 0 {
				p.Column = in.Column(field)
			}
		}
		p.Excerpt, p.At = excerpt(line.Raw, p.Column, codec.Layout.Encoding)
	}
	if line.Record >= 0 && codec.Layout.Records[line.Record].Role != layout.Body && len(rejects) > 0 {
		return s.frame(line, codec)
	}
	if line.Document != s.begun.number {
		s.begun.number, s.begun.from = line.Document, line.Offset
		s.begun.passed.Reset()
	}
	hit := false
	for ; s.reject < len(rejects) && rejects[s.reject].line <= line.Number; s.reject++ {
		if one := rejects[s.reject]; one.line == line.Number {
			hit = true
			if one.whole && line.Document > 0 && s.document != line.Document {
				s.document = line.Document
				s.copying, s.from = true, s.begun.from // records without a target may stand before the first row
				s.tally.Add(s.begun.passed)
				s.result.Rejected += s.begun.passed.Total()
			}
		}
	}
	s.begun.passed.Take(codec, line)
	if hit || s.document > 0 && line.Document == s.document {
		if !s.copying {
			s.copying, s.from = true, line.Offset
		}
		s.tally.Take(codec, line)
		s.result.Rejected++
	}
	return nil
}

// frame writes a header or trailer, for the records that were rejected. A header that counts them knows them from the sift before.
func (s *sifter) frame(line *layout.Line, codec *layout.Codec) error {
	s.tally.Take(codec, line)
	tally := s.tally
	if codec.Layout.Records[line.Record].Role == layout.Header && codec.CountsAhead() {
		tally = s.result.sifted
	}
	text, problems := codec.Recounted(line, tally)
	if len(problems) > 0 { // a number that has no room
		text = line.Raw
	}
	s.copying, s.from = true, line.Offset+int64(len(line.Raw))
	_, err := s.out.Write(text)
	return err
}

// excerpt is some of a line around a column, readable.
func excerpt(raw []byte, column int, e layout.Encoding) (text string, at int) {
	from := 0
	if column > excerptMost*2/3 {
		from = column - excerptMost/2
	}
	from = min(from, len(raw))
	to := min(from+excerptMost, len(raw))
	before := ""
	if column > 0 {
		before = e.Shown(raw[from:min(max(column-1, from), to)])
	}
	return e.Shown(raw[from:to]), len([]rune(before))
}
