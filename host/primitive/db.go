package primitive

import (
	"context"
	"errors"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	noArgs       struct{}
	databaseArgs struct {
		Database string `lua:"database,arg,optional"`
	}
	pathArgs struct {
		Path string `lua:"path,arg"`
	}
	system struct {
		Name   string `json:"name"`
		Path   string `json:"path"`
		System string `json:"system"`
	}
	checked struct {
		OK     bool             `json:"ok"`
		Errors []string         `json:"errors"`
		Rows   map[string]int64 `json:"rows"`
	}
)

func (h *Host) db() []lua.Func {
	return []lua.Func{
		bind("db.list", Read, h.dbList),
		bind("db.info", Read, func(ctx context.Context, a *databaseArgs) (info firebird.Info, err error) {
			err = h.connected(ctx, a.Database, func(c *firebird.Conn, _ copies.Database) error { info, err = c.Info(ctx); return err })
			return info, err
		}),
		bind("db.companies", Read, func(ctx context.Context, a *databaseArgs) (found []firebird.Company, err error) {
			err = h.connected(ctx, a.Database, func(c *firebird.Conn, d copies.Database) error {
				if d.System.Companies == "" {
					return message.New("company.not_found", "primitive.no_companies", message.Args{"database": d.Name})
				}
				found, err = c.Companies(ctx, d.System.Companies)
				return err
			})
			return found, err
		}),
		bind("db.sessions", Read, func(ctx context.Context, a *databaseArgs) (found []firebird.Session, err error) {
			err = h.connected(ctx, a.Database, func(c *firebird.Conn, _ copies.Database) error { found, err = c.Sessions(ctx); return err })
			return found, err
		}),
		bind("db.check", Read, h.dbCheck),
	}
}

func (h *Host) dbList(context.Context, *noArgs) ([]system, error) {
	all := []system{}
	for _, d := range h.Databases {
		all = append(all, system{Name: d.Name, Path: d.At.Path, System: d.System.Name})
	}
	return all, nil
}

func (h *Host) dbCheck(ctx context.Context, a *pathArgs) (checked, error) {
	var seen firebird.Inspection
	err := h.one(ctx, func() (err error) { // it works on the bench
		seen, err = h.Maker.Bench.Inspect(ctx, a.Path)
		return err
	})
	if err != nil {
		return checked{}, err
	}
	return checked{OK: len(seen.ValidationErrors) == 0 && seen.ShutdownMode == 0, Errors: seen.ValidationErrors, Rows: seen.Rows}, nil
}

// connected calls fn with a connection to the database of that name; "" is the store's only one.
func (h *Host) connected(ctx context.Context, name string, fn func(*firebird.Conn, copies.Database) error) error {
	d, err := h.database(name)
	if err != nil {
		return err
	}
	conn, err := firebird.Connect(ctx, d.At)
	if err != nil {
		return err
	}
	return errors.Join(fn(conn, d), conn.Close())
}

func (h *Host) database(name string) (copies.Database, error) {
	if name == "" && len(h.Databases) == 1 {
		return h.Databases[0], nil
	}
	var names []string
	for _, d := range h.Databases {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return copies.Database{}, message.New("option.value", "primitive.no_database", message.Args{"name": name, "known": strings.Join(names, ", ")})
}
