package zipfile

import (
	"context"
	"io"
)

// Test reads all of the zip: "zip.bad" at the first byte that is not what it must be. Beyond what Open looks at, every
// entry's own header and descriptor say what the directory says, every content has its CRC, and no byte belongs to
// nothing. What a zip tells only once can change unseen: the directory's attributes and comments, and the bits that fill
// deflate's blocks up to a byte. A hash of the whole file sees those.
func (r *Reader) Test(ctx context.Context) error {
	at := int64(0)
	for _, e := range r.laid {
		if e.offset != at {
			return r.stray(at)
		}
		if err := r.test(ctx, e); err != nil {
			return err
		}
		at = e.next
	}
	if at != r.start {
		return r.stray(at)
	}
	return nil
}

func (r *Reader) test(ctx context.Context, e *record) error {
	header, err := r.header(e)
	if err != nil {
		return err
	}
	if err := r.testEnd(e, header.data+e.Packed); err != nil {
		return err
	}
	in, err := r.open(e)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	return copyContent(ctx, io.Discard, in)
}

// testEnd looks at what lies between an entry's data and what comes next: its descriptor, or nothing.
func (r *Reader) testEnd(e *record, end int64) error {
	length := e.next - end
	if e.flags&flagDescriptor == 0 {
		if length != 0 {
			return r.stray(end)
		}
		return nil
	}
	if length > 24 {
		return r.stray(end)
	}
	after := make([]byte, length)
	err := readAt(r.in, after, end)
	if err == nil && !describes(after, e) {
		err = errDamaged
	}
	return r.explain(err, r.bad("zipfile.header", e))
}
