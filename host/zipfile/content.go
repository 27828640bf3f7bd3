package zipfile

import (
	"bufio"
	"context"
	"errors"
	"hash"
	"io"

	"github.com/klauspost/compress/flate"
)

// content is the bytes of one entry, checked as they pass.
type content struct {
	zip     *Reader
	entry   *record
	section *io.SectionReader
	packed  *bufio.Reader
	plain   io.ReadCloser
	crc     hash.Hash32
	read    int64
	end     error
}

func (c *content) Read(p []byte) (int, error) {
	if c.end != nil {
		return 0, c.end
	}
	n, err := c.plain.Read(p)
	c.read += int64(n)
	_, _ = c.crc.Write(p[:n]) // a hash takes everything
	switch {
	case c.read > c.entry.Bytes, err == io.EOF && !c.whole():
		c.end = c.zip.bad("zipfile.content", c.entry)
	case err == io.EOF:
		c.end = io.EOF
	case err != nil:
		c.end = c.zip.explain(deflateFault(err), c.zip.bad("zipfile.content", c.entry))
	}
	return n, c.end
}

func (c *content) whole() bool {
	left := c.section.Size() - c.at() + int64(c.packed.Buffered())
	return c.read == c.entry.Bytes && c.crc.Sum32() == c.entry.CRC32 && left == 0
}

func (c *content) at() int64 {
	at, _ := c.section.Seek(0, io.SeekCurrent) // a section knows where it is
	return at
}

func (c *content) Close() error { return c.plain.Close() }

// deflateFault tells bytes that are no deflate from a disk that does not answer.
func deflateFault(err error) error {
	var corrupt flate.CorruptInputError
	var internal flate.InternalError
	if errors.As(err, &corrupt) || errors.As(err, &internal) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}

// copyContent copies in pieces, so that a cancel is heard between them.
func copyContent(ctx context.Context, to io.Writer, from io.Reader) error {
	buffer := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := from.Read(buffer)
		if _, err := to.Write(buffer[:n]); err != nil {
			return &writeError{err}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
