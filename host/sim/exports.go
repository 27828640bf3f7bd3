package sim

import (
	"context"
	"errors"
	"maps"
	"path"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// outgone is what a simulated store knows of an export.
type outgone struct {
	number int64
	rows   []byte // those of the cursor that went out
}

// Export writes the file as the real layout has it, from the rows that the script gives and those with which the test answers its
// queries. Rows of the cursor go out once, however often they are answered.
func (s texts) Export(ctx context.Context, d copies.Database, o *exchange.Outgoing) (*exchange.Exported, error) {
	if err := errors.Join(s.shut(d), o.Check()); err != nil {
		return nil, err
	}
	pattern, err := exchange.ParsePattern(o.File)
	if err != nil {
		return nil, err
	}
	before := s.exports[o.Name]
	practice := exchange.Practice{Gone: before.rows, Answer: func(ctx context.Context, query string) (*firebird.Rows, error) {
		return server(s).Query(ctx, d, query, nil, 1<<30)
	}}
	if pattern.Numbered() {
		practice.Number = before.number + 1
	}
	o.Now = s.clock
	x, file, gone, err := o.Practise(ctx, practice)
	if err != nil || len(file) == 0 || o.Rehearse {
		return x, err
	}
	name, err := pattern.Format(practice.Number)
	if err != nil {
		return nil, err
	}
	x.Number, x.Path = practice.Number, path.Join(o.Folder, name)
	s.files[x.Path] = string(file)
	s.exports = maps.Clone(s.exports)
	if s.exports == nil {
		s.exports = map[string]outgone{}
	}
	s.exports[o.Name] = outgone{max(practice.Number, before.number), gone}
	return x, nil
}

// ExportAgain gives what went out under that number.
func (s texts) ExportAgain(_ context.Context, o *exchange.Outgoing, number int64) (*exchange.Exported, error) {
	if number < 1 || number > s.exports[o.Name].number {
		return nil, message.New("txt.sequence", "sim.no_export", message.Args{"number": number, "name": o.Name})
	}
	return &exchange.Exported{Number: number, Records: map[string]int64{}}, nil
}
