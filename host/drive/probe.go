package drive

import (
	"context"
	crypto "crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Drives are sold that say 2 TB and keep 32 GB: what is written further in is lost, or lies over what came before it.
// Nothing tells but to write everywhere and to read all of it back. The free space is reserved by files that are as
// long as it takes and hold one block each, so that the blocks lie all over it and no more than a few are written.

const (
	probeBlock    = 1 << 20
	probeSmallest = 64 << 10 // files shorter than this are not worth their entry in the folder
	probePatience = 4 * time.Minute
)

// probed is what was found out about the room on a drive.
type probed struct {
	bytes    int64  // written and read back
	spread   bool   // over all of the free space
	readBack string // FromDevice or FromCache
}

// errNoReserve tells that a filesystem gives a file no room before it is written.
var errNoReserve = errors.New("no room without writing")

// layout is how long the files are that reserve that much room. Their length is a power of two, because what is lost
// by a false drive begins at one: then blocks that fall on each other fall exactly on each other. The last files are
// shorter and shorter, so that the end of the room has its blocks too.
func layout(free, longest int64) []int64 {
	length := int64(1) << max(bits.Len64(uint64(free/64))-1, 0)
	length = min(max(length, probeSmallest), longest)
	var files []int64
	for ; length >= probeSmallest; length /= 2 {
		for free >= length {
			files, free = append(files, length), free-length
		}
	}
	return files
}

// probe writes all over the free space of a drive and reads back what it wrote, in a folder of its own that is gone
// afterwards. A drive that gives back something else is "drive.fake".
func probe(ctx context.Context, folder string, d Drive, progress func(done, total int64)) (found probed, err error) {
	longest := int64(1) << 40
	if SplitsFiles(d) {
		longest = 2 << 30
	}
	// A filesystem needs some room for its own words about the files.
	files := layout(d.Free-d.Free/32-256<<10, longest)
	p := &prober{folder: folder, progress: progress, total: 2 * int64(len(files))}
	if _, err := crypto.Read(p.seed[:]); err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.write(ctx, files); err != nil {
		return found, explainMidway(err, d.Path)
	}
	good, from, err := p.read(ctx)
	if err != nil {
		return found, explainMidway(err, d.Path)
	}
	if good < len(p.written) {
		return found, message.New("drive.fake", "drive.fake", message.Args{"path": d.Path, "total": Size(d.Total), "good": good, "all": len(p.written)})
	}
	return probed{bytes: p.bytes, spread: p.spread, readBack: from}, nil
}

type prober struct {
	folder      string
	seed        [32]byte
	progress    func(done, total int64)
	done, total int64

	written []block
	bytes   int64
	spread  bool
}

// block is the beginning of one file: what was written there.
type block struct {
	file *os.File // without a name, or with one that goes when it is closed
	size int64
	sum  [sha256.Size]byte
}

func (p *prober) step() {
	p.done++
	if p.progress != nil {
		p.progress(p.done, p.total)
	}
}

// write stops, without an error, when the time is up: a slow drive is tried as far as it came.
func (p *prober) write(ctx context.Context, files []int64) error {
	late := time.NewTimer(probePatience)
	defer late.Stop()
	p.spread = true
	for i, length := range files {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			p.spread = false
			return nil
		default:
		}
		size := min(length, probeBlock)
		file, err := openProbe(filepath.Join(p.folder, fmt.Sprint(i)))
		if err != nil {
			return err
		}
		p.written = append(p.written, block{file: file, size: size})
		err = reserve(file, length)
		if errors.Is(err, errNoReserve) {
			p.spread, err = p.spread && size == length, nil
		}
		if faultOf(err) == spaceGone {
			// The filesystem took more for itself than was thought.
			p.written = p.written[:i]
			return file.Close()
		}
		if err == nil {
			err = p.fill(ctx, &p.written[i], i)
		}
		if err != nil {
			return err
		}
		p.step()
	}
	return nil
}

func (p *prober) fill(ctx context.Context, b *block, i int) error {
	content := aligned(int(b.size))
	seed := p.seed
	seed[0], seed[1] = seed[0]^byte(i), seed[1]^byte(i>>8)
	if _, err := rand.NewChaCha8(seed).Read(content); err != nil {
		return err
	}
	b.sum = sha256.Sum256(content)
	if _, err := b.file.Write(content); err != nil {
		return err
	}
	p.bytes += b.size
	return flush(ctx, b.file)
}

// read counts the blocks that came back as they were written.
func (p *prober) read(ctx context.Context) (good int, from string, err error) {
	from = FromDevice
	for _, b := range p.written {
		hash := sha256.New()
		by, err := readPart(ctx, b.file, b.size, hash)
		if err != nil {
			return good, from, err
		}
		if by == FromCache {
			from = FromCache
		}
		if [sha256.Size]byte(hash.Sum(nil)) == b.sum {
			good++
		}
		p.step()
	}
	return good, from, nil
}

func (p *prober) close() error {
	var failed []error
	for _, b := range p.written {
		failed = append(failed, b.file.Close())
	}
	return errors.Join(failed...)
}
