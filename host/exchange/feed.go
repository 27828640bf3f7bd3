package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// feed gives the rows of one type of record.
type feed struct {
	record  int
	shape   *layout.Record
	source  Source
	stream  *firebird.Stream // nil for rows that were given
	columns []string         // in small letters
	kinds   []string
	given   int // rows that were given already

	field    []int   // of each column; -1 for none
	parent   []int   // the columns that say under which row one stands
	children []*feed // in the layout's order
	refer    [][]int // of each child: the columns that its parent says
	told     int     // the column that a person knows a row by
	cursor   int     // its column; -1 for none
	key      []int   // the columns that tell the cursor's rows apart, its own with them

	spool *spool // of a type that stands under another
	one   row    // that was read from there
	cells []layout.Value
	room  []byte
}

// opening are the queries of an export in one snapshot.
type opening struct {
	o           *Outgoing
	feeds       []*feed // by record; nil for one that is off, or that needs none
	from, until layout.Value
	kind        layout.Kind // of the cursor
}

// open opens all queries, and tells every mistake in them before the first row is read.
func (x *opening) open(ctx context.Context, s *firebird.Snapshot) (err error) {
	defer func() {
		if err != nil {
			x.close()
		}
	}()
	records, on := x.o.Codec.Layout.Records, x.o.on()
	x.feeds = make([]*feed, len(records))
	var errs []error
	for i := range records {
		source, has := x.o.Records[records[i].Name]
		if !on[i] || !has {
			continue
		}
		f := &feed{record: i, shape: &records[i], source: source, cursor: -1}
		x.feeds[i] = f
		if err := x.ask(ctx, s, f); err != nil {
			if ctx.Err() != nil {
				return err
			}
			errs = append(errs, f.failed(err))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, f := range x.feeds {
		if f != nil {
			errs = append(errs, x.connect(f)...)
		}
	}
	for i := range records {
		if on[i] && x.feeds[i] == nil {
			errs = append(errs, unfilled(&records[i], nil)...)
		}
	}
	return errors.Join(errs...)
}

func (x *opening) close() {
	for _, f := range x.feeds {
		if f != nil && f.stream != nil {
			_ = f.stream.Close()
		}
		if f != nil && f.spool != nil {
			f.spool.close()
		}
	}
}

// ask runs the query of a type.
func (x *opening) ask(ctx context.Context, s *firebird.Snapshot, f *feed) error {
	if f.source.SQL == "" {
		f.columns = columnsOf(f.source.Rows, f.source.none)
		f.kinds = make([]string, len(f.columns))
		return nil
	}
	statement, names := firebird.Named(f.source.SQL)
	for _, name := range names {
		if x.o.Cursor == nil || name != "from" && name != "until" {
			return message.New("arg.sql", "export.parameter", message.Args{"name": name})
		}
	}
	args := make([]any, len(names))
	if len(names) > 0 {
		low, high, err := x.bound(ctx, s)
		if err != nil {
			return err
		}
		for i, name := range names {
			args[i] = low
			if name == "until" {
				args[i] = high
			}
		}
	}
	if err := firebird.Reads(statement, args); err != nil {
		return err
	}
	stream, err := s.Stream(ctx, statement, args)
	if err != nil {
		return err
	}
	f.stream = stream
	for _, c := range stream.Columns {
		f.columns, f.kinds = append(f.columns, strings.ToLower(c.Name)), append(f.kinds, c.Type)
	}
	return nil
}

// queryError is an error of the query itself.
type queryError struct{ error }

// failed names the record whose query failed.
func (f *feed) failed(err error) error {
	code := message.Code(err)
	if code == "" {
		return fmt.Errorf("query record %s: %w", f.shape.Name, err)
	}
	return message.Wrap(err, code, "export.query", message.Args{"record": f.shape.Name})
}

// bound is what :from and :until are, by the type of the cursor's column. To know that, its query is asked once without bounds:
// nothing is larger than NULL, so that no row is looked at.
func (x *opening) bound(ctx context.Context, s *firebird.Snapshot) (low, high string, err error) {
	statement, names := firebird.Named(x.o.Records[x.o.Cursor.Record].SQL)
	stream, err := s.Stream(ctx, statement, make([]any, len(names)))
	if err != nil {
		return "", "", err
	}
	defer func() { _ = stream.Close() }()
	at := slices.IndexFunc(stream.Columns, func(c firebird.Column) bool { return strings.EqualFold(c.Name, x.o.Cursor.Column) })
	if at < 0 {
		return "", "", message.New("option.value", "export.cursor_column", message.Args{"column": x.o.Cursor.Column, "record": x.o.Cursor.Record})
	}
	kind, ok := cursorKinds[stream.Columns[at].Type]
	if !ok || x.kind != layout.Null && x.kind != kind {
		return "", "", message.New("option.value", "export.cursor_type", message.Args{"type": stream.Columns[at].Type})
	}
	x.kind = kind
	from, fits := as(x.from, kind)
	until, also := as(x.until, kind)
	if !fits || !also {
		return "", "", message.New("option.value", "export.cursor_bound", message.Args{"column": x.o.Cursor.Column, "type": stream.Columns[at].Type})
	}
	x.until = until
	return bounds(stream.Columns[at].Type, from, until)
}

// columnsOf are the columns of rows that were given.
func columnsOf(rows []map[string]any, more []string) []string {
	all := map[string]bool{}
	for _, name := range more {
		all[strings.ToLower(name)] = true
	}
	for _, r := range rows {
		for name := range r {
			all[strings.ToLower(name)] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// connect finds the fields of the columns and the columns of the keys, and tells every mistake.
func (x *opening) connect(f *feed) (errs []error) {
	wrong := func(code, key string, args message.Args) {
		args["record"] = f.shape.Name
		errs = append(errs, message.New(code, key, args))
	}
	column := func(name string) int {
		at := slices.Index(f.columns, strings.ToLower(name))
		if at < 0 {
			wrong("option.value", "export.no_column", message.Args{"column": name, "columns": strings.Join(f.columns, ", ")})
		}
		return at
	}
	used := map[int]bool{}
	use := func(names ...string) (columns []int) {
		for _, name := range names {
			at := column(name)
			used[at] = true
			columns = append(columns, max(0, at)) // one that is not there ends the export
		}
		return columns
	}
	f.parent = use(slices.Sorted(maps.Keys(f.source.Parent))...)
	for _, child := range x.feeds {
		if child == nil || child.shape.Parent != f.shape.Name {
			continue
		}
		var names []string
		for _, own := range slices.Sorted(maps.Keys(child.source.Parent)) {
			names = append(names, child.source.Parent[own])
		}
		f.children, f.refer = append(f.children, child), append(f.refer, use(names...))
	}
	if c := x.o.Cursor; c != nil && c.Record == f.shape.Name {
		f.cursor, f.key = use(c.Column)[0], use(c.Key...)
		f.key = append(f.key, f.cursor)
		if len(c.Key) == 0 && x.kind != layout.Number {
			wrong("option.value", "export.cursor_key", message.Args{"column": c.Column})
		}
	}
	f.fill(used, wrong)
	switch {
	case len(f.key) > 0:
		f.told = f.key[0]
	case len(f.refer) > 0:
		f.told = f.refer[0][0]
	}
	f.room, f.cells = nil, make([]layout.Value, len(f.columns))
	f.one = f.newRow()
	return errs
}

// fill finds the fields.
func (f *feed) fill(used map[int]bool, wrong func(code, key string, args message.Args)) {
	filled := map[string]bool{}
	f.field = make([]int, len(f.columns))
	for i, name := range f.columns {
		at := slices.IndexFunc(f.shape.Fields, func(field layout.Field) bool { return strings.EqualFold(field.Name, name) })
		f.field[i] = at
		switch {
		case at < 0 && !used[i] && f.source.Map == nil:
			wrong("option.value", "export.no_field", message.Args{"column": name, "fields": fieldNames(f.shape)})
		case at >= 0 && filled[f.shape.Fields[at].Name]:
			wrong("arg.sql", "export.column_twice", message.Args{"column": name})
		case at >= 0:
			filled[f.shape.Fields[at].Name] = true
		}
	}
	if f.source.Map != nil || f.stream == nil && len(f.source.Rows) == 0 {
		return
	}
	for _, err := range unfilled(f.shape, filled) {
		wrong("option.value", "export.required", message.Args{"field": message.Said(err)})
	}
}

func fieldNames(r *layout.Record) string {
	var names []string
	for _, f := range r.Fields {
		if f.Tag == "" && f.Const == "" && f.Type != layout.Blank {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}

// unfilled are errors for the fields that have to have something and get nothing.
func unfilled(r *layout.Record, filled map[string]bool) (errs []error) {
	for _, f := range r.Fields {
		if f.Required && f.Tag == "" && f.Const == "" && f.Default == "" && f.Count == nil && !filled[f.Name] {
			errs = append(errs, message.New("option.value", "export.field", message.Args{"record": r.Name, "field": f.Name}))
		}
	}
	return errs
}

func (f *feed) newRow() row {
	return row{values: make([]layout.Value, len(f.shape.Fields)), keys: make([][]byte, len(f.children))}
}

// next reads one row; false after the last. What its values point to lies in room, which is appended to.
func (f *feed) next(r *row, room []byte) (_ []byte, more bool, err error) {
	raw, err := f.raw()
	if raw == nil || err != nil {
		return room, false, err
	}
	clear(r.values)
	for i, value := range raw {
		var ok bool
		if f.cells[i], room, ok = valueOf(value, f.kinds[i], room); !ok {
			return room, false, message.New("arg.value", "export.value", message.Args{"record": f.shape.Name, "column": f.columns[i]})
		}
		if at := f.field[i]; at >= 0 {
			r.values[at] = fitting(f.cells[i], &f.shape.Fields[at])
		}
	}
	if f.source.Map != nil {
		if room, err = f.mapped(raw, r, room); err != nil {
			return room, false, err
		}
	}
	if len(f.cells) > 0 {
		r.told = f.cells[f.told]
	}
	if len(f.parent) > 0 {
		r.parent, room = f.keyOf(f.parent, room)
		for _, c := range f.parent {
			if f.cells[c].Kind == layout.Null { // NULL is under nothing, not even NULL
				room = append(room, 0xFF)
				r.parent = append(r.parent, 0xFF)
			}
		}
	}
	for i, columns := range f.refer {
		r.keys[i], room = f.keyOf(columns, room)
	}
	if f.cursor >= 0 {
		f.mark(r)
	}
	return room, true, nil
}

// raw is the next row as it came.
func (f *feed) raw() ([]any, error) {
	if f.stream != nil {
		values, err := f.stream.Next()
		if err != nil {
			err = queryError{err}
		}
		return values, err
	}
	if f.given == len(f.source.Rows) {
		return nil, nil
	}
	given := f.source.Rows[f.given]
	f.given++
	values := make([]any, len(f.columns))
	for name, value := range given {
		values[slices.Index(f.columns, strings.ToLower(name))] = value
	}
	return values, nil
}

// mapped takes the values of the fields from what the map makes of a row.
func (f *feed) mapped(raw []any, r *row, room []byte) ([]byte, error) {
	in := make(map[string]any, len(raw))
	for i, value := range raw {
		if at, ok := value.(time.Time); ok { // a day, a time, or both, by the column's type
			v, _, _ := valueOf(at, f.kinds[i], nil)
			value = v.String()
		}
		in[f.columns[i]] = value
	}
	out, err := f.source.Map(in)
	if err != nil {
		return room, message.Wrap(err, "txt.record", "export.map", message.Args{"record": f.shape.Name, "row": f.cells[f.told].String()})
	}
	clear(r.values)
	for name, value := range out {
		at := slices.IndexFunc(f.shape.Fields, func(field layout.Field) bool { return strings.EqualFold(field.Name, name) })
		if at < 0 {
			return room, message.New("option.value", "export.no_field", message.Args{"record": f.shape.Name, "column": name, "fields": fieldNames(f.shape)})
		}
		var v layout.Value
		var ok bool
		if v, room, ok = valueOf(value, "", room); !ok {
			return room, message.New("arg.value", "export.value", message.Args{"record": f.shape.Name, "column": name})
		}
		r.values[at] = fitting(v, &f.shape.Fields[at])
	}
	return room, nil
}

func (f *feed) keyOf(columns []int, room []byte) (key, rest []byte) {
	from := len(room)
	for _, c := range columns {
		room = appendKey(room, f.cells[c])
	}
	return room[from:len(room):len(room)], room
}

// mark is how the cursor knows a row: by its value and its key. A row whose value has changed goes out again.
func (f *feed) mark(r *row) {
	r.mark = f.cells[f.cursor].N
	f.room = f.room[:0]
	for _, c := range f.key {
		f.room = appendKey(append(f.room, f.columns[c]...), f.cells[c])
	}
	sum := sha256.Sum256(f.room)
	r.id = rowKey(sum[:])
}
