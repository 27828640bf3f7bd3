package primitive

import (
	"context"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/inbox"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/host/restore"
)

// What works for a store stands behind these interfaces, so that a script can be tried on a store that is only simulated.

// Copies makes, finds and proves copies.
type Copies interface {
	Create(ctx context.Context, o copies.Options) (copies.Set, error)
	Adopt(ctx context.Context, path string, o copies.Options) (copies.Set, error)
	// Adoptable tells why a file can not be adopted, as far as a look at it tells that.
	Adoptable(path string) error
	// Sweep takes away what a maker that died left.
	Sweep() error
	// Open reads a copy by its path alone.
	Open(path string) (copies.Copy, error)
	// List gives the copies, newest first, and what could not be read.
	List(ctx context.Context, filter copies.Filter) ([]copies.Copy, []error, error)
	// Find finds a copy by its id, the end of its id, its number, or a path.
	Find(ctx context.Context, ref string) (copies.Copy, error)
	Check(ctx context.Context, c copies.Copy) (copies.Copy, error)
	Prove(ctx context.Context, c copies.Copy) (copies.Copy, []error, error)
	// Hold lets nobody else plan or drop at a destination while fn does.
	Hold(ctx context.Context, where string, fn func() error) error
	// Send brings a copy to other destinations, from the first place where it is whole; those that are missed are told.
	Send(ctx context.Context, c copies.Copy, to []copies.Destination) (copies.Copy, []error, error)
	// Drop gives copies up at a destination, by id, each with its reason, into the trash there; one that may not go refuses
	// them all.
	Drop(ctx context.Context, where string, why map[string]string) ([]copies.Copy, error)
	// Untrash brings a copy back from the trash of a destination, by its id.
	Untrash(ctx context.Context, where, id string) (copies.Copy, error)
	// GivenUp are the ids of the copies that were dropped at a destination, and are not there again.
	GivenUp(ctx context.Context, where string) (map[string]bool, error)
	// History tells what was verified and what was dropped at a destination, oldest first.
	History(ctx context.Context, where string) ([]copies.Change, error)
	// Approve keeps that a person let go a plan that the breaker holds back, by its hash; Approved is the hash until a drop
	// has used it.
	Approve(ctx context.Context, where, hash string) error
	Approved(ctx context.Context, where string) (string, error)
	// Waive says that a copy need not reach a destination, and Accept that one which is unlike its elders is good.
	Waive(ctx context.Context, c copies.Copy, where string) error
	Accept(ctx context.Context, c copies.Copy, why string) (copies.Copy, error)
	Pin(ctx context.Context, c copies.Copy, pin copies.Pin) (copies.Copy, error)
	Unpin(ctx context.Context, c copies.Copy) (copies.Copy, error)
}

// Firebird looks at databases, works in them, and closes and opens them.
type Firebird interface {
	Info(ctx context.Context, d copies.Database) (firebird.Info, error)
	Companies(ctx context.Context, d copies.Database) ([]firebird.Company, error)
	Sessions(ctx context.Context, d copies.Database) ([]firebird.Session, error)
	// Query answers a SELECT from a snapshot of its own.
	Query(ctx context.Context, d copies.Database, statement string, args []any, maxRows int) (*firebird.Rows, error)
	// Transact runs fn in one transaction, which stays where fn gives nil, and is taken back otherwise.
	Transact(ctx context.Context, d copies.Database, fn func(Work) error) error
	// Inspect validates a database file and counts its rows; closed says that it is that of a database that is closed now.
	Inspect(ctx context.Context, path string, closed bool) (firebird.Inspection, error)
	// CloseDatabase closes a database to everybody, or names who is connected (db.busy).
	CloseDatabase(ctx context.Context, d copies.Database, o firebird.Closing) error
	// OpenDatabase opens it again; firebird.ErrStaysClosed where that can not be done.
	OpenDatabase(ctx context.Context, d copies.Database) error
	// Recover saves what can be saved of a damaged database file; Recoverable tells why it would not be tried.
	Recover(ctx context.Context, path string, o recovery.Options) (recovery.Report, error)
	Recoverable(path string, o recovery.Options) error
	// Backup makes a raw backup of a database; what went wrong although it is there is told beside it.
	Backup(ctx context.Context, d copies.Database, o copies.RawOptions) (copies.RawBackup, []error, error)
	// Restore makes a new database file of a raw backup.
	Restore(ctx context.Context, fbk, to string, o firebird.RestoreOptions) (copies.RawDatabase, error)
	// Vacant tells why no new file can be made at a path.
	Vacant(path string) error
}

// Texts reads text files, and takes them into databases.
type Texts interface {
	// Layout is the layout of a name, or of NAME@VERSION.
	Layout(name string) (*layout.Layout, error)
	// ReadAt reads a piece of a file, and gives what tells it from another one of its path, or from itself before somebody
	// changed it. It leaves no file open.
	ReadAt(path string, p []byte, at int64) (n int, mark string, err error)
	// Columns are those of tables, by the name of the table in capitals; nil where nobody knows them.
	Columns(ctx context.Context, d copies.Database, tables []string) (map[string][]string, error)
	// Import takes a file into a database, for the run and at its time.
	Import(ctx context.Context, d copies.Database, o *exchange.Order) (*exchange.Result, error)
	// Take handles the files that wait in an inbox; its sequence is known to the database.
	Take(ctx context.Context, d copies.Database, o inbox.Options, handle inbox.Handler) (inbox.Taken, error)
	// Export writes a file out of a database; ExportAgain one more time what went out under a number.
	Export(ctx context.Context, d copies.Database, o *exchange.Outgoing) (*exchange.Exported, error)
	ExportAgain(ctx context.Context, o *exchange.Outgoing, number int64) (*exchange.Exported, error)
	// Waiting are the files that Take would handle, in that order. It takes none.
	Waiting(o inbox.Options) ([]inbox.Claimed, error)
}

// Drives finds drives, and does what is done to them.
type Drives interface {
	// List tells of a drive with a mark which one it is, and what keeps it from being used.
	List(ctx context.Context) ([]drive.Drive, error)
	Of(path string) (drive.Drive, error)
	// Put copies one file onto a drive, into a folder of its; its name is that of the file where none is given.
	Put(ctx context.Context, from string, d drive.Drive, folder, name string) (drive.Laid, error)
	// Eject is nil only when the drive may be pulled out.
	Eject(ctx context.Context, d drive.Drive) error
	// PlanWipe plans to give up the old copies on the drive that a destination is now.
	PlanWipe(ctx context.Context, where string, d drive.Drive) (copies.Wipe, error)
	// Wipe carries out the plan of that hash, for somebody who typed its word.
	Wipe(ctx context.Context, where string, d drive.Drive, hash, typed string) ([]copies.Copy, error)
}

// Restores restores copies.
type Restores interface {
	// Preview tells what a restore would do, and restores nothing.
	Preview(ctx context.Context, c copies.Copy, o restore.Options) (*restore.Preview, error)
	// Restore looks at all of them before it begins with the first; each is for a database of its own. What was done before
	// one failed stays done, and is told beside the error.
	Restore(ctx context.Context, all []copies.Copy, o restore.Options) ([]*restore.Result, error)
	// To restores a copy into a folder and touches nothing live.
	To(ctx context.Context, c copies.Copy, folder string, o restore.Options) (*restore.Result, error)
	// Kept are the databases that restores have kept; Undo swaps the newest back, Discard removes them.
	Kept(database string) ([]restore.Kept, error)
	Undo(ctx context.Context, database string, gate func(copies.Database) restore.Gate) ([]restore.Kept, error)
	Discard(database string) ([]restore.Kept, error)
}
