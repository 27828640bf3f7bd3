package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// Survey is what a file says of itself, read from end to end and held against its layout, without any database.
type Survey struct {
	Content   string // its SHA-256, in hex
	Bytes     int64
	Lines     int64
	Documents int64
	Tolerated int64            // lines that were too long by no more than the layout allows
	Records   map[string]int64 // by type
	Problems  []layout.Problem // the first MostProblems of them
	More      int64            // problems beyond these
	// Repeats are records whose key an earlier one of the file has: their lines, and the line of the first.
	Repeats map[int64]int64
}

// Whole are the problems that belong to no document, or put all of them in doubt: for one of these nothing is taken.
func (s *Survey) Whole() []layout.Problem {
	var all []layout.Problem
	for _, p := range s.Problems {
		if p.Document == 0 || p.Whole {
			all = append(all, p)
		}
	}
	return all
}

// SurveyOptions say what is asked of a file beside its layout.
type SurveyOptions struct {
	// Keys are, for each type of record, the fields that no two records of the file may have alike; none where they may.
	Keys         map[string][]string
	MostProblems int
	// Progress is told how many bytes were read of how many.
	Progress func(done, total int64)
}

// MostProblems are as many as somebody may still look at. A file with more is read by the wrong layout.
const MostProblems = 10_000

// Look surveys a file. Errors: fs.denied and others of the disk; a file that is no text of its layout at all is no error but a
// problem.
func Look(ctx context.Context, path string, codec *layout.Codec, o SurveyOptions) (*Survey, error) {
	if o.MostProblems == 0 {
		o.MostProblems = MostProblems
	}
	s := &Survey{Records: map[string]int64{}, Repeats: map[int64]int64{}}
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(err, path)
	}
	keys := newRepeats(codec, o.Keys, info.Size())
	if err := s.pass(ctx, path, codec, o, keys); err != nil || len(keys.suspects) == 0 {
		return s, err
	}
	keys.repeat()
	return s, s.pass(ctx, path, codec, o, keys)
}

// pass reads the file once; a second time it looks for repeats only.
func (s *Survey) pass(ctx context.Context, path string, codec *layout.Codec, o SurveyOptions, keys *repeats) error {
	first := !keys.again
	in, err := openReader(ctx, path, o.Progress)
	if err != nil {
		return err
	}
	defer in.close()
	r := codec.NewReader(in)
	for r.Next() {
		line := r.Line()
		if first {
			s.take(line, codec, o)
		}
		if before, ok := keys.take(line); ok && len(s.Repeats) <= o.MostProblems {
			s.Repeats[line.Number] = before
		}
	}
	var told layout.Problem
	switch err := r.Err(); {
	case err != nil && !errors.As(err, &told):
		return in.explain(err)
	case !first:
		return nil
	case err != nil:
		s.problem(told, o)
	default:
		for _, p := range r.End() {
			s.problem(p, o)
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // a file that can not be read on has a hash all the same
		return in.explain(err)
	}
	s.Content, s.Bytes = in.sum()
	return nil
}

func (s *Survey) take(line *layout.Line, codec *layout.Codec, o SurveyOptions) {
	s.Lines++
	s.Documents = max(s.Documents, line.Document)
	if line.Tolerated {
		s.Tolerated++
	}
	if line.Record >= 0 {
		s.Records[codec.Layout.Records[line.Record].Name]++
	}
	for _, p := range line.Problems {
		s.problem(p, o)
	}
}

func (s *Survey) problem(p layout.Problem, o SurveyOptions) {
	if len(s.Problems) >= o.MostProblems {
		s.More++
		return
	}
	s.Problems = append(s.Problems, p)
}

// reader reads a file, hashes it, tells how far it is, and ends when its run does.
type reader struct {
	ctx      context.Context
	file     *os.File
	path     string
	hash     io.Writer
	digest   func() string
	read     int64
	size     int64
	told     int64
	progress func(done, total int64)
}

// toldEvery is how many bytes lie between two words on how far it is.
const toldEvery = 4 << 20

func openReader(ctx context.Context, path string, progress func(done, total int64)) (*reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err, path)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, unreadable(err, path)
	}
	hash := sha256.New()
	return &reader{
		ctx: ctx, file: file, path: path, hash: hash, size: info.Size(), progress: progress,
		digest: func() string { return hex.EncodeToString(hash.Sum(nil)) },
	}, nil
}

// Read gives the error of the context once it has one.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.file.Read(p)
	_, _ = r.hash.Write(p[:n])
	r.read += int64(n)
	if r.progress != nil && (r.read-r.told >= toldEvery || errors.Is(err, io.EOF)) {
		r.told = r.read
		r.progress(r.read, max(r.size, r.read))
	}
	return n, err
}

func (r *reader) sum() (digest string, bytes int64) { return r.digest(), r.read }

func (r *reader) close() { _ = r.file.Close() }

func (r *reader) explain(err error) error {
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	return unreadable(err, r.path)
}

func unreadable(err error, path string) error {
	return message.Wrap(err, "txt.file", "exchange.unreadable", message.Args{"path": path})
}
