package copies

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// trial is the proof of a copy that is being made: a rehearsal beside the backup, then the comparison. A trial that
// could not begin, or was not asked for, takes the stream and proves nothing.
type trial struct {
	scratch   *scratch
	rehearsal *rehearsal
	began     time.Time
	now       func() time.Time
	tell      func(Progress)
	ended     bool
	unable    error // why the rehearsal could not begin
}

// trial begins the proof that the options ask for. No room or no engine degrades the copy, which is then sealed only.
func (k *making) trial(ctx context.Context, bytes int64) (*trial, error) {
	t := &trial{now: k.Now, tell: k.tell, began: k.Now()}
	if k.options.Verify != VerifyRestore {
		return t, nil
	}
	scratch, err := k.Bench.open(ctx, bytes)
	if err == nil {
		t.scratch = scratch
		t.rehearsal, err = rehearse(ctx, scratch)
	}
	if ctx.Err() != nil {
		t.abort()
		return nil, errors.Join(context.Cause(ctx), t.remove())
	}
	t.unable = err
	return t, nil
}

func (t *trial) Write(p []byte) (int, error) {
	if t.rehearsal == nil {
		return len(p), nil
	}
	return t.rehearsal.Write(p)
}

func (t *trial) abort() {
	if t.rehearsal != nil && !t.ended {
		t.ended = true
		t.rehearsal.abort()
	}
}

func (t *trial) remove() error {
	if t.scratch == nil {
		return nil
	}
	return t.scratch.remove()
}

// finish ends the restore and compares; nil where there is nothing to prove by. What lies at the first place is
// unpacked once more meanwhile, so that the bytes that were restored are tied to the bytes that lie there.
func (t *trial) finish(ctx context.Context, m *Manifest, made Copy, keys Keys) (*Proof, error) {
	if t.rehearsal == nil {
		return nil, nil
	}
	t.tell(Progress{Step: "proving"})
	t.ended = true
	tied := make(chan error, 1)
	go func() { tied <- unpacked(ctx, made.Places[0], m, keys) }()
	_, err := t.rehearsal.finish()
	return prove(ctx, t.scratch, outcome{manifest: m, sum: made.Places[0].zipSum(), restore: err, parts: <-tied, began: t.began, now: t.now})
}

// outcome is what is known when a restore has ended.
type outcome struct {
	manifest *Manifest
	sum      string // sha256 of the zip
	restore  error  // what the restore said
	parts    error  // what unpacking the zip again said
	began    time.Time
	now      func() time.Time
}

// stage is where a copy is restored to be looked at: a scratch with an engine of our own, or a scratch database on the
// store's server.
type stage interface {
	// through restores a whole stream.
	through(ctx context.Context, stream io.Reader) (firebird.Log, error)
	// inspect looks at what was restored.
	inspect(ctx context.Context, q firebird.Questions) (firebird.Inspection, error)
	// remove leaves nothing behind.
	remove() error
}

// prove inspects the restored database and compares. A restore that gbak refused, or parts that do not hash to what
// the manifest says, are contradictions like any other; only a proof that could not be carried out is an error.
func prove(ctx context.Context, s stage, o outcome) (*Proof, error) {
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case circumstance(o.restore):
		return nil, o.restore
	case o.parts != nil && !contradicts(o.parts):
		return nil, o.parts
	}
	proof := &Proof{Level: "restore", SHA256: o.sum, Part: o.manifest.database().SHA256, Against: []string{}}
	for _, err := range []error{o.parts, o.restore} {
		if err != nil {
			proof.Against = append(proof.Against, err.Error())
		}
	}
	if o.restore == nil {
		seen, err := s.inspect(ctx, o.manifest.questions())
		if err != nil {
			return nil, err
		}
		proof.Rows, proof.ByCompany, proof.Engine = seen.Rows, seen.Groups, seen.Engine
		evidence, against := judge(o.manifest, seen)
		proof.Evidence, proof.Against = evidence, append(proof.Against, against...)
	}
	proof.OK = len(proof.Against) == 0
	proof.When = o.now().Format(time.RFC3339)
	proof.Seconds = o.now().Sub(o.began).Seconds()
	return proof, nil
}

// circumstance tells a restore that could not be carried out here, which says nothing of the copy, from one that the
// copy itself refused.
func circumstance(err error) bool {
	code := message.Code(err)
	return err != nil && code == "" || slices.ContainsFunc([]string{"drive.", "fs.", "db.busy", "db.server", "db.auth", "db.version", "gbak.hang", "gbak.killed"},
		func(prefix string) bool { return code != "" && strings.HasPrefix(code, prefix) })
}

var _ io.Writer = (*trial)(nil)
