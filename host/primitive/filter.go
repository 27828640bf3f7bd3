package primitive

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// CopyFilter is a dj.Filter: which copies a script asks for.
type CopyFilter struct {
	Where    string `lua:"where"`
	Database string `lua:"database"`
	Class    string `lua:"class" enum:"routine,intraday,extra,pre_update,pre_restore,closing"`
	Company  string `lua:"company"`
	State    string `lua:"state" enum:"sealed,verified,suspect,bad,missing,trashed"`
	Since    day    `lua:"since"`
}

// Filter is what a catalogue takes.
func (f *CopyFilter) Filter() copies.Filter {
	return copies.Filter{Where: f.Where, Database: f.Database, Class: f.Class, Company: f.Company, State: f.State, Since: string(f.Since)}
}

// Check refuses names that a store has not: a filter by them lets nothing through, and nobody would be told. A database
// that the store had once is still known by its copies.
func (f *CopyFilter) Check(destinations []copies.Destination, databases []copies.Database, all func() ([]copies.Copy, error)) error {
	if f.Where != "" && !slices.ContainsFunc(destinations, func(d copies.Destination) bool { return d.Name == f.Where }) {
		return noDestination(f.Where, destinations)
	}
	if f.Database == "" || slices.ContainsFunc(databases, func(d copies.Database) bool { return d.Name == f.Database }) {
		return nil
	}
	known, err := all()
	if err != nil || slices.ContainsFunc(known, func(c copies.Copy) bool { return c.Database == f.Database }) {
		return err
	}
	return noDatabase(f.Database, databases)
}

// filtered are the copies that pass, newest first, and what could not be read.
func (h *Host) filtered(ctx context.Context, f *CopyFilter) ([]copies.Copy, []error, error) {
	err := f.Check(h.Destinations, h.Databases, func() ([]copies.Copy, error) {
		all, _, err := h.Copies.List(ctx, copies.Filter{})
		return all, err
	})
	if err != nil {
		return nil, nil, err
	}
	return h.Copies.List(ctx, f.Filter())
}

// noDestination is a destination that the store has not.
func noDestination(name string, destinations []copies.Destination) error {
	var known []string
	for _, d := range destinations {
		known = append(known, d.Name)
	}
	return message.New("option.value", "config.no_such_destination", offer(name, known))
}

// noDatabase is a database that the store has not.
func noDatabase(name string, databases []copies.Database) error {
	var known []string
	for _, d := range databases {
		known = append(known, d.Name)
	}
	return message.New("option.value", "config.no_such_database", offer(name, known))
}

func offer(name string, known []string) message.Args {
	return message.Args{"name": name, "known": strings.Join(known, ", "), "near": lua.Nearest(name, known)}
}

// day is a business day as a script gives it, "2026-12-31"; "" is none.
type day string

// LuaType is the type as a stub writes it.
func (day) LuaType() string { return "string" }

// DecodeLua takes a day of the calendar.
func (d *day) DecodeLua(v any) error {
	text, ok := v.(string)
	if !ok {
		return message.New("option.type", "primitive.no_day", nil)
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil && text != "" {
		return message.New("option.value", "primitive.no_day", nil)
	}
	*d = day(text)
	return nil
}
