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
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// sumSuffix ends the name of the file beside a copy that `sha256sum -c` reads.
const sumSuffix = ".sha256"

// sumLine is a line in sha256sum's form: hash, blank, asterisk for binary, name without folder.
func sumLine(sum, name string) string { return sum + " *" + name + "\n" }

// sums are the hashes of what lies at a place: of every file, and of all of them in turn.
type sums struct {
	files []fileSum
	whole string
}

type fileSum struct{ name, sum string }

// text is a line for each file; where there are several, one more tells of them joined, behind the sign of a remark.
func (s *sums) text(stem string) string {
	var b strings.Builder
	for _, f := range s.files {
		b.WriteString(sumLine(f.sum, f.name))
	}
	if s.split() {
		b.WriteString("# " + sumLine(s.whole, stem))
	}
	return b.String()
}

// split tells whether the files are pieces.
func (s *sums) split() bool { return len(s.files) > 1 }

func (s *sums) names() []string {
	var names []string
	for _, f := range s.files {
		names = append(names, f.name)
	}
	return names
}

// parseSums reads what text wrote, and nothing else.
func parseSums(text, stem string) (*sums, bool) {
	s := &sums{}
	for line := range strings.Lines(text) {
		line, remark := strings.CutPrefix(line, "# ")
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " *")
		if !ok || !isSum(sum) {
			return nil, false
		}
		if remark {
			s.whole = sum
			continue
		}
		s.files = append(s.files, fileSum{name: name, sum: sum})
	}
	if len(s.files) == 1 {
		s.whole = s.files[0].sum
	}
	for i, f := range s.files {
		if s.split() && f.name != pieceName(stem, i) || !s.split() && f.name != stem {
			return nil, false
		}
	}
	return s, len(s.files) > 0 && s.text(stem) == text
}

// sumOf is the hash of a small text.
func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func isSum(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == sha256.Size && strings.ToLower(text) == text
}

// sumsLimit is more than the hashes of a thousand pieces take.
const sumsLimit = 1 << 20

// sums are those that stand beside a copy; nil where no such file lies there.
func (a artifact) sums() (*sums, error) {
	path := a.beside(sumSuffix)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read hash: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, sumsLimit))
	if err != nil {
		return nil, fmt.Errorf("read hash: %w", err)
	}
	found, ok := parseSums(string(text), a.stem)
	if !ok {
		return nil, message.New("copy.bad", "copies.sum_unreadable", message.Args{"path": path})
	}
	return found, nil
}

// whole makes sure that every piece that was written is there and no other, and names the first that is not so.
func (a artifact) whole(known *sums) error {
	if known == nil || !known.split() && len(a.pieces) == 0 {
		return nil
	}
	for _, name := range known.names() {
		if !slices.Contains(a.files(), name) {
			return message.New("copy.bad", "copies.piece_missing", message.Args{"path": filepath.Join(a.dir, name)})
		}
	}
	for _, name := range a.files() {
		if !slices.Contains(known.names(), name) {
			return message.New("copy.bad", "copies.piece_extra", message.Args{"path": filepath.Join(a.dir, name)})
		}
	}
	return nil
}

// hashed hashes the files as they lie there, each alone and all in turn, and compares each with what is known of it.
// It names every one that differs.
func (a artifact) hashed(ctx context.Context, known *sums) (*sums, error) {
	found, whole := &sums{}, sha256.New()
	var differ []error
	for i, name := range a.files() {
		into := []io.Writer{whole}
		alone := whole
		if len(a.pieces) > 0 {
			alone = sha256.New()
			into = append(into, alone)
		}
		path := filepath.Join(a.dir, name)
		if err := readFile(ctx, path, io.MultiWriter(into...)); err != nil {
			return nil, err
		}
		sum := hex.EncodeToString(alone.Sum(nil))
		if known != nil && known.files[i].sum != sum {
			differ = append(differ, message.New("copy.bad", "copies.hash_differs", message.Args{"path": path, "want": known.files[i].sum, "got": sum}))
		}
		found.files = append(found.files, fileSum{name: name, sum: sum})
	}
	found.whole = hex.EncodeToString(whole.Sum(nil))
	return found, errors.Join(differ...)
}

// readFile reads a file through as it lies there.
func readFile(ctx context.Context, path string, to io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	defer file.Close()
	if _, err := io.Copy(to, drive.Until(ctx, file)); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
