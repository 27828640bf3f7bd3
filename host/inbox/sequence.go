package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

// ask learns which number was the last.
func (t *turn) ask(ctx context.Context) (err error) {
	if t.Sequence == "" {
		return nil
	}
	highest, known, err := t.Past.Highest(ctx, t.Sequence)
	if err == nil && known {
		t.highest, t.known = max(t.highest, highest), true
	}
	return err
}

// awaits is why a file of a sequence has to wait for others. A number that is passed over is told.
func (t *turn) awaits(ctx context.Context, c *candidate) (why, err error) {
	if _, ok := gap(t.highest, c.number); !t.known || !ok {
		return nil, nil
	}
	// Another run may have filled the gap since we looked.
	if err := t.ask(ctx); err != nil {
		return nil, err
	}
	missing, ok := gap(t.highest, c.number)
	if !ok {
		return nil, nil
	}
	if t.StopAtGap {
		t.taken.Awaited = &missing
		return message.New("txt.sequence", "inbox.awaits", message.Args{"numbers": missing.String(), "folder": t.Folder}), nil
	}
	t.taken.Missing = append(t.taken.Missing, missing)
	return nil, nil
}

// repeats is the outcome of a file whose number was imported before. One that another run had before may have been imported
// in part: that is for the handler to see.
func (t *turn) repeats(ctx context.Context, c *candidate, again bool) (Outcome, bool) {
	before, err := t.Past.Under(ctx, t.Sequence, c.number)
	if err != nil {
		return Outcome{Verdict: Left, Reason: err, Halt: true}, true
	}
	if len(before) == 0 {
		return Outcome{}, false
	}
	content, err := contentOf(ctx, c.path)
	if err != nil {
		return Outcome{Verdict: Left, Reason: err}, true
	}
	for _, one := range before {
		if one.Content == content {
			return Outcome{Verdict: Repeated, Reason: exchange.Already(one)}, !again
		}
	}
	last, changed := before[len(before)-1], c.changed.In(t.Now().Location()) // what the database keeps is on the store's clock, too
	return Outcome{Verdict: Rejected, Reason: message.New("txt.sequence", "inbox.other_content", message.Args{
		"number": c.number, "file": last.File,
		"day": day(last.At), "time": clock(last.At), "changed_day": day(changed), "changed_time": clock(changed),
	})}, true
}

func day(at time.Time) message.Day { return message.Day(at.Format(time.DateOnly)) }

func clock(at time.Time) string { return at.Format("15:04") }

// contentOf is the SHA-256 of a file, in hex.
func contentOf(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", drive.Explain(err, path)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, drive.Until(ctx, file)); err != nil {
		return "", drive.Explain(err, path)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
