package firebird

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/djscript/djscript/host/message"
)

// Backup is a running gbak whose backup is read as it is made. It must be closed.
type Backup struct {
	job     *job
	source  source
	version Version
	ending  ending // what is known before the end: the database and the way
	skipped []string

	chunks  chan []byte // what was read and not yet taken
	chunk   []byte      // the one that is being taken, and what is left of it
	current []byte
	free    chan []byte
	head    []byte
	bytes   int64

	over    chan struct{} // closed when gbak and the stream have ended and err stands
	log     Log
	err     error
	closing sync.Once
}

// source is where the backup's bytes come from. ended is told how gbak ended before the last of them are read.
type source interface {
	io.Reader
	ended(well bool) error
	Close() error
}

const (
	chunkBytes = 256 << 10
	chunkCount = 4
)

// The smallest backup, of a database without a table, has some thousands of bytes.
const leastBytes = 512

// Every .fbk begins with the record "backup" and its first attribute, the format, in four bytes.
var backupHead = []byte{0x00, 0x02, 0x04}

// Backup starts a backup of a database by that way. The error is ErrWayNotPossible where one can see that beforehand.
func (t Tools) Backup(ctx context.Context, db Database, way Way, o BackupOptions) (*Backup, error) {
	if (db.Server == "") != (way == WayEmbedded) {
		return nil, notPossible(db, way, errors.New("embedded is the way without a server, and the only one"))
	}
	if way == WayEmbedded {
		return t.backupEmbedded(ctx, db, o)
	}
	return t.backup(ctx, db, way, db.env(), nil, o)
}

// backupEmbedded makes an engine for this one backup.
func (t Tools) backupEmbedded(ctx context.Context, db Database, o BackupOptions) (*Backup, error) {
	dir, err := os.MkdirTemp(o.WorkDir, "djscript-engine-")
	if err != nil {
		return nil, fmt.Errorf("make folder for the engine: %w", err)
	}
	e, err := NewEngine(ctx, dir, t)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	remove := func() error { return errors.Join(e.Remove(), os.RemoveAll(dir)) }
	b, err := t.backup(ctx, db, WayEmbedded, e.env(), remove, o)
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	return b, nil
}

func (t Tools) backup(
	ctx context.Context, db Database, way Way, env map[string]string, remove func() error, o BackupOptions,
) (*Backup, error) {
	if err := checkBackup(db, t, o); err != nil {
		return nil, err
	}
	b := &Backup{
		job: newJob(ctx), version: t.Version, skipped: o.SkipTables,
		ending: ending{subject: db.label(), server: db.Server, way: way},
		chunks: make(chan []byte, chunkCount), free: make(chan []byte, chunkCount+2), over: make(chan struct{}),
	}
	if o.OnTable != nil {
		b.job.log.onTable = o.OnTable
	}
	c := child{path: t.Gbak, env: env}
	target, err := b.open(way, o.WorkDir, &c)
	if err != nil {
		b.job.cancel(nil)
		return nil, notPossible(db, way, err)
	}
	c.args = backupArgs(db, way, target, o)
	err = b.job.start(c)
	if stdout, ok := c.stdout.(*os.File); ok {
		_ = stdout.Close() // the child has its own
	}
	if err != nil {
		return nil, errors.Join(err, b.source.Close())
	}
	go b.run(o, remove)
	return b, nil
}

// open makes the place that the backup comes out of, and connects the child's outputs.
func (b *Backup) open(way Way, workDir string, c *child) (target string, err error) {
	if way == WayTCP || way == WayEmbedded {
		reader, writer, err := os.Pipe()
		if err != nil {
			return "", err
		}
		b.source = pipeSource{reader}
		c.stdout, c.stderr = writer, b.job.lines()
		return "", nil
	}
	lines := b.job.lines()
	c.stdout, c.stderr = lines, lines
	var s folderSource
	if way == WayFIFO {
		s, err = newFIFO(workDir)
	} else {
		s, err = newDropFile(workDir)
	}
	if err != nil {
		return "", err
	}
	b.source = s
	return s.target(), nil
}

func notPossible(db Database, way Way, cause error) error {
	return message.Wrap(cause, "gbak.failed", "gbak.way",
		message.Args{"database": db.label(), "way": string(way), "line": cause.Error()})
}

// run sees the backup through to its end and cleans up.
func (b *Backup) run(o BackupOptions, remove func() error) {
	defer close(b.over)
	stopWatch := make(chan struct{})
	watched := make(chan struct{})
	go func() { defer close(watched); b.job.watch(silenceOr(o.Silence, DefaultSilence), stopWatch) }()
	pumped := make(chan error, 1)
	go func() { pumped <- b.pump() }()

	exit := b.job.wait()
	lost := b.source.ended(exit == nil && context.Cause(b.job.ctx) == nil)
	stopping := context.AfterFunc(b.job.ctx, func() { _ = b.source.Close() })
	read := <-pumped
	stopping()
	close(stopWatch)
	<-watched

	b.err = b.verdict(exit, errors.Join(lost, read))
	b.job.cancel(nil)
	left := b.source.Close()
	if remove != nil {
		left = errors.Join(left, remove())
	}
	if b.err == nil && left != nil {
		b.err = fmt.Errorf("clean up after gbak: %w", left)
	}
	close(b.chunks)
}

// pump reads ahead, so that gbak goes on while the bytes are deflated and written, and so that the watchdog can tell
// a gbak that gives nothing from a reader that takes nothing.
func (b *Backup) pump() error {
	for {
		chunk := b.buffer()
		n, err := b.source.Read(chunk)
		if n > 0 {
			b.job.moved()
			if err := b.checkHead(chunk[:n]); err != nil {
				b.job.cancel(errHeader)
				return err
			}
			b.bytes += int64(n)
			if !b.hand(chunk[:n]) {
				return context.Cause(b.job.ctx)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errReading, err)
		}
	}
}

func (b *Backup) buffer() []byte {
	select {
	case chunk := <-b.free:
		return chunk[:cap(chunk)]
	default:
		return make([]byte, chunkBytes)
	}
}

// hand gives a chunk to the reader; false when nobody wants it any more.
func (b *Backup) hand(chunk []byte) bool {
	select {
	case b.chunks <- chunk:
		return true
	default:
	}
	b.job.held.Store(true)
	defer func() { b.job.held.Store(false); b.job.moved() }()
	select {
	case b.chunks <- chunk:
		return true
	case <-b.job.ctx.Done():
		return false
	}
}

func (b *Backup) checkHead(p []byte) error {
	if missing := len(backupHead) - len(b.head); missing > 0 {
		b.head = append(b.head, p[:min(missing, len(p))]...)
	}
	if !bytes.HasPrefix(backupHead, b.head) {
		return errHeader
	}
	return nil
}

// verdict weighs gbak's end against what came out of it.
func (b *Backup) verdict(exit, stream error) error {
	e := b.job.ending(exit)
	e.subject, e.server, e.way = b.ending.subject, b.ending.server, b.ending.way
	b.log, _, _ = b.job.log.result()
	if e.killed == nil && exit == nil && len(e.failures) == 0 && b.bytes < leastBytes {
		return message.New("gbak.failed", "gbak.empty", message.Args{"database": e.subject, "read": b.bytes})
	}
	if err := e.verdict(); err != nil {
		return err
	}
	if stream != nil {
		return message.Wrap(stream, "gbak.failed", "gbak.stream", message.Args{"database": e.subject})
	}
	// Up to 2.5 the count was never looked at.
	if b.version.AtLeast(3, 0) && b.log.Bytes != b.bytes {
		return message.New("gbak.failed", "gbak.short",
			message.Args{"database": e.subject, "written": b.log.Bytes, "read": b.bytes})
	}
	for _, table := range b.skipped {
		if _, ok := b.log.Rows[table]; ok {
			return message.New("gbak.failed", "gbak.not_skipped", message.Args{"database": e.subject, "table": table})
		}
	}
	return nil
}

// Read gives the backup. It ends with io.EOF only when all of it came and gbak did well; a backup that failed ends
// with the error that Wait gives, so that no copy of it looks whole. Reads are for one goroutine.
func (b *Backup) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(b.current) == 0 {
		chunk, ok := <-b.chunks
		if !ok {
			if _, err := b.Wait(); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		b.chunk, b.current = chunk, chunk
	}
	n := copy(p, b.current)
	if b.current = b.current[n:]; len(b.current) == 0 {
		select {
		case b.free <- b.chunk:
		default:
		}
	}
	return n, nil
}

// Started is closed when gbak has begun the transaction that the backup shows, and at the latest when gbak ends.
func (b *Backup) Started() <-chan struct{} { return b.job.log.started }

// Wait waits for the end and gives gbak's log, also with an error. The stream has to be read to its end, or closed,
// or gbak waits for a reader. Errors: gbak.failed, gbak.hang, db.auth, db.server, db.not_found, db.busy, db.corrupt,
// db.version, drive.full, fs.denied, ErrWayNotPossible, or the context's.
func (b *Backup) Wait() (Log, error) {
	<-b.over
	log := b.log
	log.Rows = maps.Clone(log.Rows)
	log.Lines, log.Warnings = slices.Clone(log.Lines), slices.Clone(log.Warnings)
	return log, b.err
}

// Close ends a gbak that still runs, waits until nothing of it is left, and is safe at any time. A backup that came
// to its end is not made worse by it.
func (b *Backup) Close() error {
	b.closing.Do(func() { b.job.cancel(errDropped) })
	<-b.over
	return nil
}
