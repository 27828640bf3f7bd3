package drive

import (
	"context"
	"io"
	"os"
	"unsafe"

	"github.com/djscript/djscript/host/message"
)

// copyBlocks reads exactly size bytes in whole blocks, which reading past the cache demands.
func copyBlocks(ctx context.Context, to io.Writer, from *os.File, size int64) error {
	var n int64
	buffer := aligned(1 << 20)
	for n < size {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := from.Read(buffer)
		if _, err := to.Write(buffer[:got]); err != nil {
			return err
		}
		n += int64(got)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if n != size {
		return message.New("copy.bad", "drive.read_back_size", message.Args{"path": from.Name(), "want": size, "got": n})
	}
	return nil
}

// aligned is a buffer that lies where reading past the cache wants it.
func aligned(size int) []byte {
	const block = 4096
	buffer := make([]byte, size+block)
	skip := block - int(uintptr(unsafe.Pointer(&buffer[0]))%block)
	return buffer[skip : skip+size]
}
