package recovery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/drive"
)

// lay puts a finished database where no file lies: under a temporary name, flushed, read back, renamed.
func lay(ctx context.Context, from, to string) (bytes int64, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, fmt.Errorf("open new database: %w", err)
	}
	defer in.Close()
	drive.SweepParts(filepath.Dir(to), func(name string) bool { return name == filepath.Base(to) }) // of a recovery that died here
	out, err := drive.Create(filepath.Dir(to), filepath.Base(to))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Discard()) }()
	hash := sha256.New()
	bytes, err = io.CopyBuffer(io.MultiWriter(hash, struct{ io.Writer }{out}), reader{ctx, in}, make([]byte, blockBytes))
	if err != nil {
		return 0, err
	}
	_, err = out.Publish(ctx, hex.EncodeToString(hash.Sum(nil)))
	return bytes, err
}
