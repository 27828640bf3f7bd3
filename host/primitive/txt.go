package primitive

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	layoutArgs struct {
		Name string `lua:"name,arg"`
	}
	recordsArgs struct {
		Path   string    `lua:"path,arg"`
		Layout layoutRef `lua:"layout,arg"`
	}
	// Layout is a layout as scripts see it.
	Layout struct {
		Name      string         `json:"name"`
		Version   string         `json:"version,omitempty"`
		Title     string         `json:"title"`
		Origin    string         `json:"origin"`
		Encoding  string         `json:"encoding"`
		Separator string         `json:"separator,omitempty"`
		Files     []string       `json:"files"`
		Records   []LayoutRecord `json:"records"`
	}
	// LayoutRecord is one type of record.
	LayoutRecord struct {
		Name   string        `json:"name"`
		Title  string        `json:"title"`
		Parent string        `json:"parent,omitempty"`
		Role   string        `json:"role,omitempty"`
		Fields []LayoutField `json:"fields"`
	}
	// LayoutField is one field.
	LayoutField struct {
		Name     string `json:"name"`
		About    string `json:"about,omitempty"`
		Type     string `json:"type"`
		Place    string `json:"place"`
		Key      bool   `json:"key,omitempty"`
		Required bool   `json:"required,omitempty"`
	}
)

// layoutRef is a layout as a script names it: by its name, by NAME@VERSION, or the layout itself.
type layoutRef struct{ ref string }

// LuaType is the type as a stub writes it.
func (layoutRef) LuaType() string { return "string|dj.Layout" }

// MarshalJSON is the reference, for a journal.
func (r layoutRef) MarshalJSON() ([]byte, error) { return json.Marshal(r.ref) }

// DecodeLua takes a text or a dj.Layout.
func (r *layoutRef) DecodeLua(v any) error {
	switch v := v.(type) {
	case string:
		r.ref = v
	case map[string]any:
		r.ref, _ = v["name"].(string)
		if version, _ := v["version"].(string); version != "" {
			r.ref += "@" + version
		}
	}
	if r.ref == "" {
		return message.New("option.type", "primitive.not_a_layout", nil)
	}
	return nil
}

func (h *Host) txt() []lua.Func {
	records := lua.Bind("txt.records", h.txtRecords)
	records.Effect, records.Power = Read, "txt.read"
	into := on("database", bind("txt.import", Write, h.txtImport))
	into.Power = "db.write"
	out := on("database", bind("txt.export", Write, h.txtExport))
	out.Power = "db.write"
	return []lua.Func{
		bind("txt.layout", Read, h.txtLayout),
		records,
		into,
		bind("txt.inbox", Write, h.txtInbox),
		out,
		bind("txt.again", Write, h.txtAgain),
	}
}

func (h *Host) txtLayout(_ context.Context, a *layoutArgs) (Layout, error) {
	l, err := h.Texts.Layout(a.Name)
	if err != nil {
		return Layout{}, err
	}
	language := message.Language()
	seen := Layout{
		Name: l.Name, Version: l.Version, Title: l.Title.In(language), Origin: string(l.Origin), Encoding: l.Encoding.String(), Separator: l.Separator,
		Files: append([]string{}, l.Files...),
	}
	for i := range l.Records {
		r := &l.Records[i]
		one := LayoutRecord{Name: r.Name, Title: r.Title.In(language), Parent: r.Parent, Role: string(r.Role)}
		for n, d := range l.Describe(r) {
			f := &r.Fields[n]
			one.Fields = append(one.Fields, LayoutField{Name: f.Name, About: f.About.In(language), Type: string(f.Type), Place: d.Place, Key: f.Key, Required: f.Required})
		}
		seen.Records = append(seen.Records, one)
	}
	return seen, nil
}

// codec is the layout that a script names, ready for reading.
func (h *Host) codec(of layoutRef) (*layout.Codec, error) {
	l, err := h.Texts.Layout(of.ref)
	if err != nil {
		return nil, err
	}
	return layout.NewCodec(l)
}

// infoType is what is known of a record beside its fields.
var infoType = lua.NewRowType("info", []string{"record", "line", "bytes"})

func (h *Host) txtRecords(c *lua.Call, a *recordsArgs) (lua.Iterator, error) {
	none := lua.Iterator{}
	if !wholePath(a.Path) {
		return none, message.New("arg.value", "primitive.txt_path", message.Args{"path": a.Path})
	}
	codec, err := h.codec(a.Layout)
	if err != nil {
		return none, err
	}
	in := &sections{texts: h.Texts, path: h.lies(a.Path)}
	if _, err := in.Read(nil); err != nil && !errors.Is(err, io.EOF) {
		return none, err
	}
	r, types, state := codec.NewReader(in), rowTypes(codec), c.State
	next := func(ctx context.Context) (lua.Results, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if !r.Next() {
			return nil, firstOf(r.Err(), r.End())
		}
		line := r.Line()
		if err := firstOf(nil, line.Problems); err != nil {
			return nil, err
		}
		typ := types[line.Record]
		record := state.Row(typ.row, typ.keep(line.Values))
		info := state.Row(infoType, told{codec.Layout.Records[line.Record].Name, line.Number, string(line.Raw)})
		return lua.Results{record, info}, nil
	}
	return lua.Iterator{Op: "txt.records", Next: next}, nil
}

// firstOf is an error, or the first of the problems.
func firstOf(err error, problems []layout.Problem) error {
	if err == nil && len(problems) > 0 {
		return problems[0]
	}
	return err
}

// told is what is known of a record beside its fields.
type told struct {
	record string
	line   int64
	bytes  string
}

// Cell is in the order of infoType.
func (t told) Cell(i int) lua.Cell {
	switch i {
	case 0:
		return lua.Cell{Kind: lua.Text, Text: t.record}
	case 1:
		return lua.Cell{Kind: lua.Whole, N: t.line}
	}
	return lua.Cell{Kind: lua.Text, Text: t.bytes}
}

// sections reads a file piece by piece and has it open only meanwhile: a loop may be left at any record, and on Windows nobody
// could move a file that a script has open still.
type sections struct {
	texts Texts
	path  string
	at    int64
	mark  string // what tells the file from another one of its path
}

// Read refuses to go on in another file than it began with.
func (s *sections) Read(p []byte) (int, error) {
	n, mark, err := s.texts.ReadAt(s.path, p, s.at)
	if mark != "" && s.mark == "" {
		s.mark = mark
	}
	if mark != "" && mark != s.mark {
		return 0, message.New("txt.file", "primitive.txt_changed", message.Args{"path": s.path})
	}
	s.at += int64(n)
	return n, err
}
