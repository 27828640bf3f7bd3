package run

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
)

// Arrivals brings stores to a PC where they never were, each from one copy.
type Arrivals struct {
	Dir      string                                         // of the store to be, absolute
	Load     func(path string) (*config.Config, error)      // reads a djscript.toml
	Values   func(c *config.Config) ([]config.Value, error) // what is to stand in it here, where that is something else
	Extra    map[string][]byte                              // files that every store has, by their names in its folder
	Now      func() time.Time
	Entropy  io.Reader
	Progress func(copies.Progress)
}

// Arrival is a store that was looked at and is not there yet. It must be closed.
type Arrival struct {
	Config *config.Config // as it will be
	Copy   copies.Copy
	Next   uint64  // the number after which the store goes on counting its copies
	Told   []error // what the person should know before

	look     *restore.Look
	restorer *restore.Restorer
	whole    *copies.Whole
}

// Close lets go of the copy.
func (a *Arrival) Close() error { return a.whole.Close() }

// codeMistakes is that of a configuration with mistakes, which has as many codes as those.
const codeMistakes = "option.value"

// leap is how many numbers are left free after the last one that is known where the copy lies: other drives of the store may
// hold copies that were made after this one, and no number is given twice.
const leap = 1000

// Look looks at a copy and at this PC, touches nothing, and tells at once all that keeps the store from being brought.
func (n *Arrivals) Look(ctx context.Context, c copies.Copy, keys copies.Keys) (*Arrival, error) {
	whole, err := copies.OpenWhole(ctx, c, keys)
	if err != nil {
		return nil, err
	}
	a := &Arrival{Copy: c, whole: whole}
	if err := n.look(ctx, a); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (n *Arrivals) look(ctx context.Context, a *Arrival) error {
	files, err := n.luggage(a)
	if err != nil {
		return err
	}
	m := a.whole.Manifest
	if a.Config.Store.ID != m.Store.ID {
		return message.New("copy.foreign", "run.setup_foreign", message.Args{"store": a.Config.Store.ID, "own": m.Store.ID})
	}
	d, err := a.database()
	if err != nil {
		return err
	}
	if a.Next, err = copies.LastNumber(ctx, m.Store.ID, filepath.Dir(a.whole.Place.Path)); err != nil {
		return err
	}
	a.Next = max(a.Next, m.Seq) + leap
	a.doubts()
	tools, noTools := firebird.FindTools(ctx, a.Config.Firebird.Bin)
	bench := copies.Bench{Dir: n.bench(), Tools: tools}
	a.restorer = n.restorer(m.Store.ID)
	a.restorer.Prover = &copies.Prover{Bench: bench, Now: n.Now, Entropy: n.Entropy, Progress: n.Progress}
	var misfit error
	a.look, misfit = a.restorer.LookArrival(restore.Arrival{Copy: a.Copy, Whole: a.whole, Database: d, Files: n.laid(a, files)})
	return errors.Join(noTools, misfit)
}

func (n *Arrivals) restorer(store string) *restore.Restorer {
	return &restore.Restorer{Store: store, State: Dir(n.Dir), Now: n.Now, Entropy: n.Entropy}
}

// luggage are the files that the copy carries of what the store is set up with, by their names in its folder, as they are to
// lie here.
func (n *Arrivals) luggage(a *Arrival) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, part := range a.whole.Manifest.Parts {
		name := setupFile(part)
		if name == "" {
			continue
		}
		data, err := a.whole.Part(part)
		if err != nil {
			return nil, err
		}
		files[name] = data
	}
	if files[configName] == nil {
		return nil, message.New("copy.partial", "run.no_luggage", message.Args{"name": a.Copy.Name})
	}
	files, err := atHome(files)
	if err == nil {
		a.Config, err = tryLuggage(files, n.Load)
	}
	var values []config.Value
	if err == nil {
		values, err = n.Values(a.Config)
	}
	if err == nil && len(values) > 0 {
		if files[configName], err = config.Set(files[configName], values...); err == nil {
			a.Config, err = tryLuggage(files, n.Load)
		}
	}
	if err != nil {
		return nil, errors.Join(message.New(cmp.Or(message.Code(err), codeMistakes), "run.unfit_luggage", message.Args{"name": a.Copy.Name}), err)
	}
	return files, nil
}

// database is the store's database that the copy is of, as djscript.toml has it.
func (a *Arrival) database() (copies.Database, error) {
	name := a.whole.Manifest.Database.Name
	for _, d := range a.Config.Databases {
		if d.Name != name {
			continue
		}
		if !d.Local() {
			return copies.Database{}, message.New("guard.live_db", "run.database_elsewhere", message.Args{"database": d.Name, "path": d.Path, "server": d.Server})
		}
		return copies.Database{Name: d.Name, At: firebird.Database{Path: filepath.FromSlash(d.Path)}, Files: d.Files}, nil
	}
	return copies.Database{}, message.New("option.value", "restore.no_database", message.Args{"database": name})
}

// laid are the files with their places, what makes a store of the folder last.
func (n *Arrivals) laid(a *Arrival, files map[string][]byte) (all []restore.Laid) {
	at := func(name string) string { return filepath.Join(n.Dir, filepath.FromSlash(name)) }
	for name, data := range files {
		if name != configName {
			all = append(all, restore.Laid{Path: at(name), Kind: copies.PartConfig, Data: data})
		}
	}
	for name, data := range n.Extra {
		if files[name] == nil {
			all = append(all, restore.Laid{Path: at(name), Kind: copies.PartConfig, Data: data})
		}
	}
	all = append(all, restore.Laid{Path: at(stateFolder + "/" + copies.SequenceName), Kind: copies.PartState, Data: []byte(strconv.FormatUint(a.Next, 10) + "\n")})
	slices.SortFunc(all, func(a, b restore.Laid) int { return strings.Compare(a.Path, b.Path) })
	return append(all, restore.Laid{Path: at(configName), Kind: copies.PartConfig, Data: files[configName]})
}

// doubts are what the person should know of the copy.
func (a *Arrival) doubts() {
	m := a.whole.Manifest
	a.Told = a.whole.Told
	if a.Copy.State == copies.Suspect {
		a.Told = append(a.Told, message.New("copy.suspect", "run.arrival_suspect", message.Args{"name": a.Copy.Name}))
	}
	if !slices.Contains(m.Carries, copies.PartState) {
		a.Told = append(a.Told, message.New("copy.partial", "run.arrival_stateless", message.Args{"name": a.Copy.Name}))
	}
	if l := m.LeftOut; l != nil {
		a.Told = append(a.Told, message.New("copy.partial", "run.arrival_partial", message.Args{"name": a.Copy.Name, "companies": len(l.Companies), "year": l.ArchiveBefore, "files": l.Files}))
	}
}

// Bring brings the store that was looked at: all of it is there in the end, or nothing of it.
func (a *Arrival) Bring(ctx context.Context) (*restore.Result, error) {
	return a.restorer.Arrive(ctx, a.look)
}

// Finish ends what an arrival that died had begun in the folder: the store is there then, or nothing of it. It tells which.
// Only the holder of the store's lock may call it.
func (n *Arrivals) Finish(ctx context.Context) error {
	bench := &copies.Maker{Bench: copies.Bench{Dir: n.bench()}}
	return errors.Join(n.restorer("").Finish(ctx), bench.Sweep())
}

// bench is where the database is built with the tools of this machine.
func (n *Arrivals) bench() string { return filepath.Join(Dir(n.Dir), "work") }

// Pending tells whether something was begun there that is not over, if only the first word of the journal.
func (n *Arrivals) Pending() bool {
	begun, _ := filepath.Glob(filepath.Join(Dir(n.Dir), ".*.part-*"))
	return len(begun) > 0 || n.restorer("").Pending()
}
