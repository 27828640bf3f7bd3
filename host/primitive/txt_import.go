package primitive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	importArgs struct {
		Path      string               `lua:"path,arg"`
		Layout    layoutRef            `lua:"layout,required"`
		Into      map[string]lua.Value `lua:"into,required"`
		Unit      string               `lua:"unit" enum:"record,document,file"`
		Database  string               `lua:"database"`
		MaxErrors *int64               `lua:"max_errors"`
		Repeated  string               `lua:"repeated" enum:"reject,take"`
		Again     bool                 `lua:"again"`
	}
	// Imported is what became of a file, as scripts see it.
	Imported struct {
		exchange.Object
		Unused []string `json:"unused,omitempty"`
	}
)

// LuaForms is what a target is.
func (importArgs) LuaForms() map[string]any { return map[string]any{"into": targetForm{}} }

// txtImport takes a file into a database. In a dry run all of it is taken back.
func (h *Host) txtImport(ctx context.Context, a *importArgs) (Imported, error) {
	d, o, unused, err := h.order(ctx, a)
	if err != nil {
		return Imported{}, err
	}
	defer h.forRecords("txt.import")()
	result, err := h.Texts.Import(ctx, d, o)
	if err != nil {
		return Imported{}, err
	}
	told := h.arrived(a.Path, result)
	if result.Verdict == exchange.Rejected && !told || result.Verdict != exchange.Rejected && result.Rejected > 0 {
		h.Env.Degrade(message.New("txt.record", "primitive.txt_rejected", message.Args{
			"text": result.Sentence(), "report": h.ends(a.Path, result.Report), "rejects": h.ends(a.Path, result.Rejects),
		}))
	} else {
		h.Env.Log("info", result.Sentence(), nil)
	}
	return Imported{Object: result.Object(), Unused: unused}, nil
}

// order is what is to be imported, and how.
func (h *Host) order(ctx context.Context, a *importArgs) (d copies.Database, o *exchange.Order, unused []string, err error) {
	if !wholePath(a.Path) {
		return d, nil, nil, message.New("arg.value", "primitive.txt_path", message.Args{"path": a.Path})
	}
	if a.MaxErrors != nil && *a.MaxErrors < 1 {
		return d, nil, nil, message.New("option.value", "primitive.txt_max_errors", nil)
	}
	if d, err = h.database(a.Database); err != nil {
		return d, nil, nil, err
	}
	if h.works[d.Name] != nil {
		return d, nil, nil, message.New("arg.value", "primitive.txt_within", message.Args{"database": d.Name})
	}
	codec, err := h.codec(a.Layout)
	if err != nil {
		return d, nil, nil, err
	}
	t := newTargets(codec)
	if err := t.read(a.Into); err != nil {
		return d, nil, nil, err
	}
	columns, err := h.Texts.Columns(ctx, d, t.tables())
	if err != nil {
		return d, nil, nil, err
	}
	into, err := t.into(columns)
	if err != nil {
		return d, nil, nil, err
	}
	o = &exchange.Order{
		Path: h.lies(a.Path), Name: baseName(a.Path), Codec: codec, Into: into, Target: targetName(codec.Layout, t.tables()), Unit: unitOf(a.Unit, codec, into),
		Repeated: exchange.Repeated(a.Repeated), Again: a.Again, Rehearse: h.Dry, Report: h.lies(a.Path), Keep: t.scripted(),
	}
	if a.MaxErrors != nil {
		o.MaxErrors = int(*a.MaxErrors)
	}
	if h.Dry {
		o.Report = ""
	}
	h.delivered(o)
	return d, o, t.unused, nil
}

// planImport imports as ever; the order says that it is taken back.
func (h *Host) planImport(ctx context.Context, args any) (any, error) {
	return h.txtImport(ctx, args.(*importArgs))
}

// unitOf is what is rejected whole: a document where records stand under others, unless the script says it.
func unitOf(said string, codec *layout.Codec, into []exchange.Into) exchange.Unit {
	if said != "" {
		return exchange.Unit(said)
	}
	for _, one := range into {
		if codec.Layout.Records[codec.Record(one.Record)].Parent != "" {
			return exchange.UnitDocument
		}
	}
	return exchange.UnitRecord
}

// longestTarget is how long a name is that the ledger keeps.
const longestTarget = 80

// targetName is what a file is known by that was imported: a file that went into one table may go into another, however the
// script writes its name.
func targetName(l *layout.Layout, tables []string) string {
	name := l.Name + ": " + strings.ToUpper(strings.Join(tables, ", "))
	if len(name) <= longestTarget {
		return name
	}
	sum := sha256.Sum256([]byte(name)) // what is cut off may be all that tells two targets apart
	mark := "... " + hex.EncodeToString(sum[:4])
	return strings.ToValidUTF8(name[:longestTarget-len(mark)], "") + mark
}

// baseName is the name of a file, on Windows and elsewhere.
func baseName(path string) string {
	return filepath.Base(strings.ReplaceAll(path, `\`, "/"))
}
