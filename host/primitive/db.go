package primitive

import (
	"context"

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
		on("database", bind("db.info", Read, h.dbInfo)),
		on("database", bind("db.companies", Read, h.dbCompanies)),
		on("database", bind("db.sessions", Read, h.dbSessions)),
		bind("db.check", Read, h.dbCheck),
		on("database", bind("db.exclusive", Write, h.dbExclusive)),
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
		seen, err = h.Firebird.Inspect(ctx, a.Path, h.owns(a.Path))
		return err
	})
	if err != nil {
		return checked{}, err
	}
	return checked{OK: len(seen.ValidationErrors) == 0 && seen.ShutdownMode == 0, Errors: seen.ValidationErrors, Rows: seen.Rows}, nil
}

func (h *Host) dbInfo(ctx context.Context, a *databaseArgs) (firebird.Info, error) {
	d, err := h.database(a.Database)
	if err != nil {
		return firebird.Info{}, err
	}
	return h.Firebird.Info(ctx, d)
}

func (h *Host) dbCompanies(ctx context.Context, a *databaseArgs) ([]firebird.Company, error) {
	d, err := h.database(a.Database)
	if err != nil {
		return nil, err
	}
	if d.System.Companies == "" {
		return nil, message.New("company.not_found", "primitive.no_companies", message.Args{"database": d.Name})
	}
	return h.Firebird.Companies(ctx, d)
}

func (h *Host) dbSessions(ctx context.Context, a *databaseArgs) ([]firebird.Session, error) {
	d, err := h.database(a.Database)
	if err != nil {
		return nil, err
	}
	return h.Firebird.Sessions(ctx, d)
}

// database is the database of that name; "" is the store's only one.
func (h *Host) database(name string) (copies.Database, error) {
	if name == "" && len(h.Databases) == 1 {
		return h.own(h.Databases[0]), nil
	}
	for _, d := range h.Databases {
		if d.Name == name {
			return h.own(d), nil
		}
	}
	return copies.Database{}, noDatabase(name, h.Databases)
}
