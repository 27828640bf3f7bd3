package exchange

import (
	"errors"
	"io"
	"os"

	"github.com/djscript/djscript/host/drive"
)

// rest keeps a file's text on the disk that goes after a line which is written last: a header that counts it.
type rest struct {
	dir  string
	file *os.File // nil for nothing so far
}

func (r *rest) add(text []byte) (err error) {
	if r.file == nil {
		if r.file, err = os.CreateTemp(r.dir, spoolPrefix); err != nil {
			return drive.Explain(err, r.dir)
		}
	}
	_, err = r.file.Write(text)
	return drive.Explain(err, r.file.Name())
}

func (r *rest) writeTo(out io.Writer) error {
	if r.file == nil {
		return nil
	}
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return drive.Explain(err, r.file.Name())
	}
	_, err := io.Copy(out, r.file)
	return drive.Explain(err, r.file.Name())
}

func (r *rest) close() {
	if r != nil && r.file != nil {
		_ = errors.Join(r.file.Close(), os.Remove(r.file.Name())) // what stays is swept by the next run
	}
}
