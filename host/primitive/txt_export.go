package primitive

import (
	"context"
	"maps"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	exportArgs struct {
		Layout   layoutRef             `lua:"layout,required"`
		Folder   string                `lua:"folder,required"`
		Name     string                `lua:"name,required"`
		Sequence string                `lua:"sequence"`
		Records  map[string]sourceForm `lua:"records,required"`
		Cursor   *cursorForm           `lua:"cursor"`
		Period   *periodForm           `lua:"period"`
		Only     []string              `lua:"only"`
		Empty    string                `lua:"empty" enum:"skip,write"`
		OnError  string                `lua:"on_error" enum:"stop,reject"`
		Database string                `lua:"database"`
		Wait     time.Duration         `lua:"wait"`
	}
	sourceForm struct {
		SQL    string            `lua:"sql"`
		Rows   *lua.Value        `lua:"rows"`
		Parent map[string]string `lua:"parent"`
		Map    *lua.Function     `lua:"map"`
	}
	cursorForm struct {
		Record string         `lua:"record,required"`
		Column string         `lua:"column,required"`
		Key    []string       `lua:"key"`
		Late   *time.Duration `lua:"late"`
		From   string         `lua:"from"`
		Until  string         `lua:"until"`
	}
	periodForm struct {
		From     string `lua:"from"`
		Until    string `lua:"until"`
		Numbered bool   `lua:"numbered"`
	}
	againArgs struct {
		Layout   layoutRef `lua:"layout,required"`
		Folder   string    `lua:"folder,required"`
		Name     string    `lua:"name,required"`
		Sequence string    `lua:"sequence"`
		Number   int64     `lua:"number,required"`
	}
	// Exported is what became of an export, as scripts see it.
	Exported struct {
		Path     any              `json:"path,omitempty"`
		Number   int64            `json:"number,omitempty"`
		Records  map[string]int64 `json:"records"`
		Bytes    int64            `json:"bytes"`
		SHA256   string           `json:"sha256,omitempty"`
		Gone     int64            `json:"gone"`
		Rejected int64            `json:"rejected"`
		Orphans  int64            `json:"orphans"`
		Problems []string         `json:"problems,omitempty"`
	}
)

// txtExport writes a file out of a database.
func (h *Host) txtExport(ctx context.Context, a *exportArgs) (Exported, error) {
	d, o, err := h.outgoing(a)
	if err != nil {
		return Exported{}, err
	}
	defer h.forRecords("txt.export")()
	x, err := h.Texts.Export(ctx, d, o)
	if err != nil {
		return Exported{}, err
	}
	if f := x.Finished; f != nil && f.Lost {
		h.Env.Degrade(message.New("txt.sequence", "primitive.export_lost", message.Args{"number": f.Number}))
	}
	if x.Rejected+x.Orphans > 0 {
		h.Env.Degrade(message.New("txt.record", "primitive.export_left", message.Args{"text": x.Sentence(), "rejected": x.Rejected, "orphans": x.Orphans}))
	} else {
		h.Env.Log("info", x.Sentence(), nil)
	}
	return exported(x), nil
}

func exported(x *exchange.Exported) Exported {
	e := Exported{Number: x.Number, Records: x.Records, Bytes: x.Bytes, SHA256: x.SHA256, Gone: x.Gone, Rejected: x.Rejected, Orphans: x.Orphans}
	if x.Path != "" {
		e.Path = x.Path
	}
	for _, p := range x.Problems {
		e.Problems = append(e.Problems, p.Row+": "+p.Error())
	}
	return e
}

// planExport does all but the file, the number and the cursor. Its path is not given: who would look there finds nothing yet.
func (h *Host) planExport(ctx context.Context, args any) (any, error) {
	e, err := h.txtExport(ctx, args.(*exportArgs))
	if len(e.Records) > 0 {
		e.Path = lua.Unknown{}
	}
	return e, err
}

// txtAgain writes a file once more that went out before, byte for byte.
func (h *Host) txtAgain(ctx context.Context, a *againArgs) (Exported, error) {
	codec, err := h.codec(a.Layout)
	if err != nil {
		return Exported{}, err
	}
	if !wholePath(a.Folder) {
		return Exported{}, message.New("arg.value", "primitive.txt_path", message.Args{"path": a.Folder})
	}
	x, err := h.Texts.ExportAgain(ctx, &exchange.Outgoing{Name: sequenceOf(a.Sequence, a.Name), Codec: codec, Folder: a.Folder, File: a.Name}, a.Number)
	if err != nil {
		return Exported{}, err
	}
	return exported(x), nil
}

// planAgain writes nothing.
func (h *Host) planAgain(_ context.Context, args any) (any, error) {
	a := args.(*againArgs)
	if _, err := h.codec(a.Layout); err != nil {
		return nil, err
	}
	return Exported{Path: lua.Unknown{}, Number: a.Number, Records: map[string]int64{}}, nil
}

// sequenceOf is what numbers and cursor are kept under: the name of the files where nothing else is said.
func sequenceOf(sequence, name string) string {
	if sequence != "" {
		return sequence
	}
	return name
}

// outgoing is what is to be exported, and how.
func (h *Host) outgoing(a *exportArgs) (d copies.Database, o *exchange.Outgoing, err error) {
	if !wholePath(a.Folder) {
		return d, nil, message.New("arg.value", "primitive.txt_path", message.Args{"path": a.Folder})
	}
	if d, err = h.database(a.Database); err != nil {
		return d, nil, err
	}
	codec, err := h.codec(a.Layout)
	if err != nil {
		return d, nil, err
	}
	o = &exchange.Outgoing{
		Name: sequenceOf(a.Sequence, a.Name), Codec: codec, Folder: a.Folder, File: a.Name, Records: map[string]exchange.Source{}, Only: a.Only,
		Empty: a.Empty == "write", Reject: a.OnError == "reject", Rehearse: h.Dry, Wait: a.Wait,
	}
	for name, form := range a.Records {
		if o.Records[name], err = form.source("records." + name); err != nil {
			return d, nil, err
		}
	}
	if c := a.Cursor; c != nil {
		o.Cursor = &exchange.Cursor{Record: c.Record, Column: c.Column, Key: c.Key}
		if c.Late != nil {
			if o.Cursor.Late = *c.Late; *c.Late == 0 {
				o.Cursor.Late = -1
			}
		}
		if o.Cursor.From, err = h.bound(c.From); err == nil {
			o.Cursor.Until, err = h.bound(c.Until)
		}
	}
	if p := a.Period; p != nil && err == nil {
		o.Period = &exchange.Period{Numbered: p.Numbered}
		if o.Period.From, err = h.bound(p.From); err == nil {
			o.Period.Until, err = h.bound(p.Until)
		}
	}
	return d, o, err
}

// bound is a value of a cursor's column: "hour" and "day" are the last moment of the last full one, a whole number is one, and all
// else a day or a time.
func (h *Host) bound(text string) (layout.Value, error) {
	switch text {
	case "":
		return layout.Value{}, nil
	case "hour":
		return exchange.FullHours(h.Env.Clock()), nil
	case "day":
		return exchange.FullDays(h.Env.Clock()), nil
	}
	if v, ok := exchange.Bound(text); ok {
		return v, nil
	}
	t, day, err := h.moment(text)
	if err != nil {
		return layout.Value{}, message.New("option.value", "primitive.export_bound", message.Args{"value": text})
	}
	return exchange.Moment(t, day), nil
}

func (f *sourceForm) source(option string) (exchange.Source, error) {
	s := exchange.Source{SQL: f.SQL, Parent: f.Parent}
	if f.Rows != nil {
		plain, err := f.Rows.GoAt(option + ".rows")
		if err != nil {
			return s, err
		}
		list, ok := plain.([]any)
		if empty, table := plain.(map[string]any); !ok && (!table || len(empty) > 0) { // an empty list is a table, too
			return s, message.New("option.type", "primitive.export_rows", nil)
		}
		s.Rows = make([]map[string]any, 0, len(list))
		for _, one := range list {
			row, ok := one.(map[string]any)
			if !ok {
				return s, message.New("option.type", "primitive.export_rows", nil)
			}
			s.Rows = append(s.Rows, outOf(row))
		}
	}
	if f.Map != nil {
		s.Map = func(row map[string]any) (map[string]any, error) {
			in := maps.Clone(row)
			if err := lend(in); err != nil {
				return nil, err
			}
			given, err := f.call(in)
			if err != nil {
				return nil, err
			}
			plain, err := given.Go()
			if err != nil {
				return nil, err
			}
			out, ok := plain.(map[string]any)
			if !ok {
				return nil, message.New("option.type", "primitive.export_rows", nil)
			}
			return outOf(out), nil
		}
	}
	return s, nil
}

// call calls the function with a row.
func (f *sourceForm) call(row map[string]any) (lua.Value, error) {
	value, err := f.Map.State().Encode(row)
	if err != nil {
		return lua.Value{}, err
	}
	return f.Map.CallOnce(recordSteps, value)
}

// outOf makes of what a script gives what a file can hold.
func outOf(row map[string]any) map[string]any {
	for name, value := range row {
		if number, ok := value.(*lua.Decimal); ok {
			row[name] = firebird.Decimal(number.String())
		}
	}
	return row
}
