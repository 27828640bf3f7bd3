package copies

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/djscript/djscript/host/firebird"
)

// How long taking a scratch database off a server may last, also when the run is over.
const dropTime = 30 * time.Second

// guest is a scratch database on the store's own server, for tools that bring no engine of their own (Firebird 2.5).
// It lies beside the database under a name that nothing else has, and goes by DROP DATABASE, since its file belongs
// to the server's user.
type guest struct {
	at       firebird.Database
	tools    firebird.Tools
	services *firebird.Services
	restored bool
}

func openGuest(ctx context.Context, beside firebird.Database, tools firebird.Tools, entropy io.Reader) (*guest, error) {
	services, err := firebird.ConnectServices(ctx, beside)
	if err != nil {
		return nil, err
	}
	name := make([]byte, 8)
	if _, err := io.ReadFull(entropy, name); err != nil {
		return nil, fmt.Errorf("name scratch database: %w", err)
	}
	at := beside
	at.Path = folderOf(beside.Path) + "djscript-proof-" + hex.EncodeToString(name) + ".fdb"
	at.Charset, at.Alone = "", false
	return &guest{at: at, tools: tools, services: services}, nil
}

// folderOf is the folder of a path as the server's system writes it, with its last separator; an alias has none.
func folderOf(path string) string { return path[:strings.LastIndexAny(path, `/\`)+1] }

func (g *guest) through(ctx context.Context, stream io.Reader) (firebird.Log, error) {
	g.restored = true
	return g.services.RestoreStream(ctx, stream, g.at.Path, nil)
}

func (g *guest) inspect(ctx context.Context, q firebird.Questions) (seen firebird.Inspection, err error) {
	conn, err := firebird.Connect(ctx, g.at)
	if err != nil {
		return seen, err
	}
	if err := errors.Join(g.look(ctx, conn, q, &seen), conn.Close()); err != nil {
		return seen, err
	}
	seen.ValidationErrors, err = g.services.Validate(ctx, g.at.Path, true)
	return seen, err
}

func (g *guest) look(ctx context.Context, conn *firebird.Conn, q firebird.Questions, seen *firebird.Inspection) error {
	info, err := conn.Info(ctx)
	if err != nil {
		return err
	}
	seen.ShutdownMode, seen.ODS, seen.Engine, seen.PageSize, seen.Charset = info.ShutdownMode, info.ODS, info.Engine, info.PageSize, info.Charset
	if seen.InactiveIndexes, err = inactive(ctx, conn); err != nil {
		return err
	}
	return conn.Snapshot(ctx, func(tx *firebird.Snapshot) (err error) {
		if seen.Rows, err = tx.Rows(ctx); err != nil {
			return err
		}
		seen.Groups, _ = tx.Groups(ctx, q.Groups)
		seen.Evidence, err = tx.Scalars(ctx, q.Evidence)
		return err
	})
}

// remove drops the database even when the run is over: a cancelled proof must leave nothing in the shop's folder.
func (g *guest) remove() error {
	if !g.restored {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), dropTime)
	defer cancel()
	return g.tools.DropDatabase(ctx, g.at)
}
