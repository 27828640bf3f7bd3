package copies

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

const blockSize = 256 << 10

// Maker makes copies of a store's databases.
type Maker struct {
	Store        Store
	Destinations []Destination // every one of the store: the sequence is read from all
	Tools        firebird.Tools
	Bench        Bench
	State        string // folder where the sequence and the ways that worked are kept
	Config       []File // what a new PC needs: djscript.toml, scripts, and what they keep
	Script       Script
	Version      string    // of djscript
	Built        time.Time // when it was built; zero: not known
	Silence      time.Duration
	Now          func() time.Time
	Entropy      io.Reader
	Progress     func(Progress)

	died func() // as a catalogue's
}

// File is a small file to be put into a copy.
type File struct {
	Name string // where it lies in the store, or of PartState in its .djscript: slashes
	Kind string // PartState; "" is PartConfig
	Data []byte
}

// Progress is how far a copy is. Total is 0 where it can not be known.
type Progress struct {
	Step     string // "copying", "sealing", "proving", "sending"
	Database string
	Table    string
	Done     int64 // bytes
	Total    int64
}

// Options of one set of copies.
type Options struct {
	Databases []Database
	To        []Destination
	Class     string
	Note      string
	Verify    string // VerifyRestore, VerifyLater or VerifyNever
	Files     bool   // document models
	WithSetup bool   // what a new PC needs
	Spare     Spare  // what may go where there is no room; nil: nothing but the trash
	// Companies are the ids, by database, of those that are copied; a database that is not named is copied with all.
	Companies map[string][]string
	// ArchiveFrom leaves out what yearly and monthly tables of before that year hold; 0 leaves out nothing.
	ArchiveFrom int
}

// Set is what came of making a set: the copies, and what went wrong without failing it.
type Set struct {
	Copies   []Copy
	Degraded []error
}

// Create makes one copy of each database, all of one set, on every destination at once. A destination that fails or a
// proof that is not possible degrades the set; a database that can not be copied fails it, after every other database
// had its turn; a copy that its own restore contradicts fails it with copy.bad.
func (m *Maker) Create(ctx context.Context, o Options) (Set, error) {
	var set Set
	to, degraded, err := m.reachable(o)
	set.Degraded = degraded
	if err != nil {
		return set, err
	}
	if err := m.Bench.Make(); err != nil {
		return set, err
	}
	seqs, err := openSequence(ctx, m.State, m.Store.ID, m.Destinations)
	if err != nil {
		return set, err
	}
	set.Degraded = append(set.Degraded, seqs.problems...)
	id := m.newID()
	var failed []error
	for _, database := range o.Databases {
		job := &making{Maker: m, options: o, set: id, to: to, database: database}
		made, err := job.make(ctx, seqs)
		set.Degraded = append(set.Degraded, job.degraded...)
		if made != nil {
			set.Copies = append(set.Copies, *made)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", database.Name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(failed) == 1 && len(o.Databases) == 1 {
		return set, errors.Unwrap(failed[0])
	}
	return set, errors.Join(failed...)
}

// reachable are the destinations that are there. None there, or one that is the database itself, fails; an absent one
// beside others degrades.
func (m *Maker) reachable(o Options) (there []Destination, missed []error, err error) {
	var refused []error
	for _, d := range o.To {
		for _, database := range o.Databases {
			if database.At.Local() {
				refused = append(refused, d.apart(database.At.Path))
			}
		}
		if absent := d.There(); absent != nil {
			missed = append(missed, &MissedError{Destination: d.Name, Err: absent})
			continue
		}
		there = append(there, d)
	}
	if err := errors.Join(append(refused, twins(there)...)...); err != nil {
		return nil, nil, err
	}
	if len(there) == 0 {
		return nil, nil, errors.Join(missed...)
	}
	return there, missed, nil
}

func (m *Maker) newID() string {
	return ulid.MustNew(ulid.Timestamp(m.Now()), m.Entropy).String()
}

// making is one copy being made.
type making struct {
	*Maker
	options  Options
	set      string
	to       []Destination
	database Database
	degraded []error

	manifest *Manifest
	name     string
	expected int64 // bytes of the database part, about
	zipBytes int64 // of the last copy's zip; 0 where there is none
	zip      *zipfile.Writer
	buffer   *bufio.Writer
	out      *fanout
}

func (k *making) make(ctx context.Context, seqs *sequence) (made *Copy, err error) {
	source, err := openSource(ctx, k.database, k.Tools, k.options.Verify != VerifyNever)
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.conn.Close() }() // all that was asked is answered by then
	for _, unanswered := range source.unanswered {
		k.degrade(unanswered)
	}
	chosen, err := k.choose(ctx, source)
	if err != nil {
		return nil, err
	}
	if err := k.begin(source, seqs); err != nil {
		return nil, err
	}
	chosen.tell(k)
	return k.complete(ctx, chosen.stream(k, source), source.info.Bytes)
}

// begin gives the copy its identity.
func (k *making) begin(source *source, seqs *sequence) error {
	previous, made := seqs.previous, seqs.times()
	seq, err := seqs.next()
	if err != nil {
		return err
	}
	now := k.Now().In(k.Store.Location)
	day := k.Store.Day(now)
	clock, suspect := clock(now, k.Built, previous, made, source.newest)
	if suspect != nil {
		k.degrade(suspect)
	}
	k.manifest = &Manifest{
		Format: manifestFormat, ID: k.newID(), Seq: seq, Set: k.set,
		Store: Identity{ID: k.Store.ID, Name: k.Store.Name, CNPJ: k.Store.CNPJ},
		Class: k.options.Class, Verify: k.options.Verify, To: namesOf(k.options.To), Note: k.options.Note,
		Created: now.Format(time.RFC3339), Day: day, Zone: k.Store.Location.String(), DayStarts: clockText(k.Store.DayStarts),
		Clock:     clock,
		Database:  source.origin(),
		Companies: source.company, CompanyColumns: source.columns, Newest: source.newest,
		Tools:  ToolsUsed{Djscript: k.Version, Gbak: k.Tools.Version.Text},
		Script: k.Script,
	}
	k.name = fileName(k.Store.ID, k.database.Name, seq, day, now)
	k.expected = seqs.expected(k.database.Name, source.info.Bytes)
	k.zipBytes = seqs.backups[k.database.Name].zip
	return nil
}

// stream is where the database part comes from: gbak, or a file that something else made.
type stream interface {
	// copy writes the whole stream to w and leaves in the manifest what the stream told of itself.
	copy(ctx context.Context, w io.Writer) error
	// part is the name of the database part within the zip.
	part() string
}

// complete writes, seals, proves.
func (k *making) complete(ctx context.Context, from stream, bytes int64) (*Copy, error) {
	trial, err := k.trial(ctx, bytes)
	if err != nil {
		return nil, err
	}
	places, err := k.seal(ctx, from, trial)
	if err != nil {
		trial.abort()
		return nil, errors.Join(err, trial.remove())
	}
	made := k.manifest.copy(k.name)
	made.Places = places
	proof, err := trial.finish(ctx, k.manifest, made, k.out.keys)
	if left := trial.remove(); left != nil {
		k.degrade(left) // takes nothing from what was proven
	}
	if err == nil && trial.unable != nil {
		proof, err = k.proveAfter(ctx, made, trial.unable)
	}
	switch {
	case ctx.Err() != nil:
		return &made, context.Cause(ctx)
	case err != nil:
		k.degrade(message.Wrap(err, "copy.degraded", "copies.not_proven", message.Args{"name": k.name}))
		return &made, nil
	case proof == nil:
		return &made, nil
	}
	unread, err := proof.compare(ctx, k.store(), made)
	if err != nil {
		return &made, err
	}
	if unread != nil {
		k.degrade(unread)
	}
	settled, err := settle(made, k.manifest, k.to, proof)
	if err != nil && proof.OK {
		k.degrade(err)
		err = nil
	}
	return settled, err
}

// proveAfter proves a copy that could not be proven while it was made: where no engine of our own fits, on the
// store's server, now that the backup is over.
func (k *making) proveAfter(ctx context.Context, made Copy, unable error) (*Proof, error) {
	if !isNoEngine(unable) {
		return nil, unable
	}
	p := &Prover{Bench: k.Bench, Databases: []Database{k.database}, Now: k.Now, Entropy: k.Entropy, Progress: k.Progress}
	p.Keys = k.out.keys
	return p.proof(ctx, k.manifest, made.Places[0])
}

func (k *making) degrade(err error) { k.degraded = append(k.degraded, err) }

// seal writes the zip to every destination, reads it back and gives it its name. Nothing of it is left on failure.
func (k *making) seal(ctx context.Context, from stream, trial *trial) (places []Place, err error) {
	k.room(ctx)
	if k.out, err = openFanout(ctx, k.name, k.to, k.zipBytes); err != nil {
		return nil, err
	}
	defer func() {
		left := k.out.discard()
		if left != nil && len(places) > 0 {
			k.degrade(left) // of a destination that failed; the copy lies on the others
			left = nil
		}
		err = errors.Join(err, left)
	}()
	err = k.write(ctx, from, trial)
	k.out.end()
	if err != nil {
		return nil, err
	}
	k.tell(Progress{Step: "sealing"})
	places, err = k.out.publish(ctx, k.name, k.manifest)
	if err != nil {
		return nil, err
	}
	for _, missed := range []error{k.out.failures(), k.out.unlisted()} {
		if missed != nil {
			k.degrade(missed)
		}
	}
	return places, nil
}

// write writes the zip's entries in order; the manifest is the last, since it tells of all the others.
func (k *making) write(ctx context.Context, from stream, trial *trial) error {
	k.buffer = bufio.NewWriterSize(k.out, blockSize)
	k.zip = zipfile.NewWriter(k.buffer, zipfile.DefaultLevel)
	if err := k.small(guideName, []byte(guide(k.manifest, from.part()))); err != nil {
		return err
	}
	if err := k.databasePart(ctx, from, trial); err != nil {
		return err
	}
	if err := k.models(ctx); err != nil {
		return err
	}
	if k.options.WithSetup {
		if err := k.setup(); err != nil {
			return err
		}
	}
	text, err := k.manifest.encode()
	if err != nil {
		return err
	}
	if err := k.small(manifestName, text); err != nil {
		return err
	}
	if err := k.zip.Close(); err != nil {
		return err
	}
	return k.buffer.Flush()
}

func (k *making) databasePart(ctx context.Context, from stream, trial *trial) error {
	entry, err := k.zip.Create(from.part(), k.Now())
	if err != nil {
		return err
	}
	sum := sha256.New()
	count := &counter{tell: func(n int64) { k.tell(Progress{Step: "copying", Done: n, Total: max(n, k.expected)}) }}
	if err := from.copy(ctx, io.MultiWriter(entry, sum, trial, count)); err != nil {
		return err
	}
	k.manifest.Parts = append(k.manifest.Parts, Part{
		Name: from.part(), Kind: PartDatabase, Original: k.manifest.Database.Path, Bytes: count.n, SHA256: hex.EncodeToString(sum.Sum(nil)),
	})
	return nil
}

func (k *making) small(name string, data []byte) error {
	entry, err := k.zip.Create(name, k.Now())
	if err != nil {
		return err
	}
	if _, err := entry.Write(data); err != nil {
		return err
	}
	return nil
}

func (k *making) setup() error {
	taken := map[string]bool{}
	k.manifest.Carries = []string{PartConfig, PartState}
	for _, f := range k.Config {
		kind := cmp.Or(f.Kind, PartConfig)
		name := unique(kind+"/"+plain(f.Name), taken)
		if err := k.small(name, f.Data); err != nil {
			return err
		}
		sum := sha256.Sum256(f.Data)
		k.manifest.Parts = append(k.manifest.Parts, Part{Name: name, Kind: kind, Original: f.Name, Bytes: int64(len(f.Data)), SHA256: hex.EncodeToString(sum[:])})
	}
	return nil
}

// models puts the document models in. One that can not be read degrades the copy and is named in it as left out.
func (k *making) models(ctx context.Context) error {
	if !k.options.Files {
		if len(k.database.Files) > 0 {
			k.leftOut().Files = true
		}
		return nil
	}
	found, unreadable := findModels(k.database.Files)
	for _, err := range unreadable {
		k.withoutModel(err)
	}
	for _, model := range found {
		if err := k.model(ctx, model); err != nil {
			return err
		}
	}
	return nil
}

func (k *making) model(ctx context.Context, model model) error {
	file, err := os.Open(model.path)
	if err != nil {
		k.withoutModel(message.Wrap(err, "fs.denied", "copies.model_unreadable", message.Args{"path": model.path}))
		return nil
	}
	defer file.Close()
	entry, err := k.zip.Create(model.name, k.Now())
	if message.Code(err) == "arg.value" { // a name that no unzip on Windows would write
		k.withoutModel(err)
		return nil
	}
	if err != nil {
		return err
	}
	sum := sha256.New()
	from := &faultyReader{from: drive.Until(ctx, file)}
	n, err := io.Copy(io.MultiWriter(entry, sum), from)
	if from.err != nil && ctx.Err() == nil {
		k.withoutModel(message.Wrap(from.err, "fs.denied", "copies.model_unreadable", message.Args{"path": model.path}))
		return nil
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", filepath.Base(model.path), err)
	}
	k.manifest.Parts = append(k.manifest.Parts, Part{Name: model.name, Kind: PartFiles, Original: model.path, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// withoutModel tells that a document model is not in the copy, and says so in the copy itself.
func (k *making) withoutModel(why error) {
	k.leftOut().Files = true
	k.degrade(why)
}

// leftOut is where the manifest says what the copy does not hold.
func (k *making) leftOut() *LeftOut {
	if k.manifest.LeftOut == nil {
		k.manifest.LeftOut = &LeftOut{}
	}
	return k.manifest.LeftOut
}

// faultyReader remembers that it was the reading that failed.
type faultyReader struct {
	from io.Reader
	err  error
}

func (r *faultyReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func (k *making) tell(p Progress) {
	if k.Progress == nil {
		return
	}
	p.Database = k.database.Name
	k.Progress(p)
}

// counter counts bytes and tells of them now and then.
type counter struct {
	n, told int64
	tell    func(int64)
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	if c.n-c.told >= 1<<20 {
		c.told = c.n
		c.tell(c.n)
	}
	return len(p), nil
}
