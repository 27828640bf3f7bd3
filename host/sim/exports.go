package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

// Export counts the rows: those that the script gives, and those with which the test answers its queries. What the file would
// hold is not written; its number is.
func (s texts) Export(ctx context.Context, d copies.Database, o *exchange.Outgoing) (*exchange.Exported, error) {
	if err := errors.Join(s.shut(d), o.Check()); err != nil {
		return nil, err
	}
	x := &exchange.Exported{Records: map[string]int64{}, Rehearsed: o.Rehearse}
	var total int64
	for name, source := range o.Records {
		rows := int64(len(source.Rows))
		if source.SQL != "" {
			answered, err := server(s).Query(ctx, d, source.SQL, nil, 1<<30)
			if err != nil {
				return nil, err
			}
			rows = int64(len(answered.Values))
		}
		x.Records[name] = rows
		total += rows
	}
	if total == 0 && !o.Empty || o.Rehearse {
		return x, nil
	}
	pattern, err := exchange.ParsePattern(o.File)
	if err != nil {
		return nil, err
	}
	if pattern.Numbered() {
		if s.exports == nil {
			s.exports = map[string]int64{}
		}
		s.exports[o.Name]++
		x.Number = s.exports[o.Name]
	}
	name, err := pattern.Format(x.Number)
	if err != nil {
		return nil, err
	}
	x.Path = strings.TrimSuffix(o.Folder, "/") + "/" + name
	s.files[x.Path] = fmt.Sprintln(x.Records)
	return x, nil
}

// ExportAgain gives what went out under that number.
func (s texts) ExportAgain(_ context.Context, o *exchange.Outgoing, number int64) (*exchange.Exported, error) {
	if number < 1 || number > s.exports[o.Name] {
		return nil, message.New("txt.sequence", "sim.no_export", message.Args{"number": number, "name": o.Name})
	}
	return &exchange.Exported{Number: number, Records: map[string]int64{}}, nil
}
