package drive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/message"
)

// Laid is a file that was put onto a drive.
type Laid struct {
	Path     string `json:"path"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	ReadBack string `json:"read_back"` // FromDevice or FromCache
}

// Put copies one file onto a drive, into a folder of its that exists, under a name that is free there: written under a
// temporary name, flushed, read back, renamed. Nothing under that name is the whole file or nothing.
func Put(ctx context.Context, from string, d Drive, folder, name string) (laid Laid, err error) {
	dir, err := Inside(d, folder)
	if err != nil {
		return laid, err
	}
	if name == "" {
		name = filepath.Base(from)
	}
	return lay(ctx, from, dir, name)
}

// Lay copies one file to a path where none lies, as Put does. What writers that died had begun in that folder goes.
func Lay(ctx context.Context, from, to string) (Laid, error) {
	SweepParts(filepath.Dir(to), func(string) bool { return true })
	return lay(ctx, from, filepath.Dir(to), filepath.Base(to))
}

func lay(ctx context.Context, from, dir, name string) (laid Laid, err error) {
	source, err := os.Open(from)
	if err != nil {
		return laid, explain(err, from)
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return laid, explain(err, from)
	}
	if !info.Mode().IsRegular() {
		return laid, message.New("drive.not_found", "drive.not_file", message.Args{"path": from})
	}
	if err := Room(dir, info.Size()); err != nil {
		return laid, err
	}
	file, err := Create(dir, name)
	if err != nil {
		return laid, err
	}
	defer func() { err = errors.Join(err, file.Discard()) }()
	file.Expect(info.Size())
	hash := sha256.New()
	laid.Bytes, err = io.Copy(io.MultiWriter(hash, file), Until(ctx, source))
	if err != nil {
		return laid, err
	}
	laid.Path, laid.SHA256 = file.Path(), hex.EncodeToString(hash.Sum(nil))
	laid.ReadBack, err = file.Publish(ctx, laid.SHA256)
	return laid, err
}

// Until is a reader that reads until the context ends, and then fails with its cause.
func Until(ctx context.Context, from io.Reader) io.Reader { return until{ctx, from} }

type until struct {
	ctx  context.Context
	from io.Reader
}

// Read reads.
func (u until) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.from.Read(p)
}
