package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// sumSuffix ends the name of the file beside a copy that `sha256sum -c` reads.
const sumSuffix = ".sha256"

// sumLine is a line in sha256sum's form: hash, blank, asterisk for binary, name without folder.
func sumLine(sum, name string) string { return sum + " *" + name + "\n" }

// readSum is the hash that stands beside a copy, or "" where no such file lies there.
func readSum(path, name string) (string, error) {
	text, err := os.ReadFile(path + sumSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read hash: %w", err)
	}
	sum, rest, _ := strings.Cut(string(text), " ")
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size || rest != "*"+name+"\n" {
		return "", message.New("copy.bad", "copies.sum_unreadable", message.Args{"path": path + sumSuffix})
	}
	return sum, nil
}

// sumFile hashes a file as it lies there.
func sumFile(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open copy: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, &reader{ctx: ctx, from: file}); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// reader stops when the context ends.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.from.Read(p)
}
