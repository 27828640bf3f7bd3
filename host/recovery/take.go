package recovery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// How much is read at once, and how much is given up where the disk does not give it. No page is smaller.
const (
	blockBytes = 1 << 20
	holeBytes  = 4096
)

// hole is a stretch of a file that the disk did not give.
type hole struct{ from, length int64 }

// within tells whether a stretch has a hole in it.
func within(holes []hole, from int64, length int) bool {
	for _, h := range holes {
		if h.from < from+int64(length) && from < h.from+h.length {
			return true
		}
	}
	return false
}

// take copies a file that nobody writes meanwhile, byte by byte. The file is only read; while it is, no server opens it.
// What the disk does not give is zeros in the copy, and named. Errors: db.not_found, db.busy, fs.denied.
func take(ctx context.Context, from, to string, tell func(done, total int64)) (holes []hole, err error) {
	in, err := openAlone(from)
	if err != nil {
		return nil, unopened(err, from)
	}
	defer in.Close()
	before, err := in.Stat()
	if err != nil {
		return nil, unopened(err, from)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, drive.Explain(err, to)
	}
	holes, err = transfer(ctx, in, before.Size(), out, tell)
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, drive.Explain(err, to)
	}
	after, err := os.Stat(from)
	if err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, message.New("db.busy", "recovery.changed", message.Args{"path": from})
	}
	return holes, nil
}

// transfer copies block by block. A block that can not be read is read in small ones, and what can not be read of those
// is left out.
func transfer(ctx context.Context, from io.ReaderAt, size int64, to io.Writer, tell func(done, total int64)) (holes []hole, err error) {
	block := make([]byte, blockBytes)
	for at := int64(0); at < size; at += int64(len(block)) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		block = block[:min(blockBytes, size-at)]
		if !readAt(from, block, at) {
			more, err := pieces(ctx, from, block, at)
			if err != nil {
				return nil, err
			}
			holes = append(holes, more...)
		}
		if _, err := to.Write(block); err != nil {
			return nil, fmt.Errorf("write copy: %w", err)
		}
		tell(at+int64(len(block)), size)
	}
	return holes, nil
}

// pieces reads a block in small ones.
func pieces(ctx context.Context, from io.ReaderAt, block []byte, at int64) (holes []hole, err error) {
	for begin := 0; begin < len(block); begin += holeBytes {
		if ctx.Err() != nil { // a dying disk takes its time for each
			return nil, context.Cause(ctx)
		}
		piece := block[begin:min(begin+holeBytes, len(block))]
		if readAt(from, piece, at+int64(begin)) {
			continue
		}
		clear(piece)
		last := len(holes) - 1
		if last >= 0 && holes[last].from+holes[last].length == at+int64(begin) {
			holes[last].length += int64(len(piece))
			continue
		}
		holes = append(holes, hole{at + int64(begin), int64(len(piece))})
	}
	return holes, nil
}

func readAt(from io.ReaderAt, p []byte, at int64) bool {
	n, err := from.ReadAt(p, at)
	return n == len(p) && (err == nil || errors.Is(err, io.EOF))
}

// duplicate copies one of our own copies.
func duplicate(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return drive.Explain(err, to)
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, drive.Until(ctx, in), make([]byte, blockBytes))
	return drive.Explain(errors.Join(err, out.Close()), to)
}

// unopened is why a file can not be taken.
func unopened(err error, path string) error {
	args := message.Args{"path": path}
	switch {
	case errors.Is(err, errBusy):
		return message.New("db.busy", "recovery.busy", args)
	case errors.Is(err, fs.ErrNotExist):
		return message.Wrap(err, "db.not_found", "recovery.missing", args)
	case errors.Is(err, fs.ErrPermission):
		return message.Wrap(err, "fs.denied", "recovery.denied", args)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// errBusy says that another program has the file open.
var errBusy = errors.New("open in another program")
