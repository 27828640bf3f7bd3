package firebird

import (
	"context"
	"database/sql"
	"time"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
)

// Stream is a result that is read row by row, whatever its size. Several may be open in one snapshot. It has to be closed.
type Stream struct {
	Columns []Column

	rows   *sql.Rows
	values []any
	places []any
	told   func(error) error
}

// Stream runs a single SELECT or WITH and gives its rows one by one. Args and errors are those of Query.
func (s *Snapshot) Stream(ctx context.Context, statement string, args []any) (*Stream, error) {
	rows, err := s.run(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		_ = rows.Close()
		return nil, told(ctx, err, s.conn.database)
	}
	one := &Stream{rows: rows, values: make([]any, len(types)), places: make([]any, len(types))}
	one.told = func(err error) error { return told(ctx, err, s.conn.database) }
	for i, t := range types {
		one.Columns = append(one.Columns, column(t))
		one.places[i] = &one.values[i]
	}
	return one, nil
}

// Next is the next row; nil after the last. The slice is the stream's own, until the next row. Values are as in Rows, but that
// dates and times are a time.Time whose zone says nothing, and a BIGINT is an int64: a row of another shape would cost more than
// its reading.
func (s *Stream) Next() ([]any, error) {
	if !s.rows.Next() {
		return nil, s.told(s.rows.Err())
	}
	if err := s.rows.Scan(s.places...); err != nil {
		return nil, s.told(err)
	}
	for i, value := range s.values {
		switch v := value.(type) {
		case nil, bool, int64, float64, []byte, time.Time:
		case string:
			switch s.Columns[i].Type {
			case "NUMERIC", "INT128", "DECFLOAT":
				s.values[i] = plainDecimal(v)
			default:
				if !utf8.ValidString(v) {
					s.values[i] = decoded(v)
				}
			}
		default:
			return nil, message.New("arg.value", "firebird.value", message.Args{"type": s.Columns[i].Type})
		}
	}
	return s.values, nil
}

// Close ends the reading.
func (s *Stream) Close() error { return s.told(s.rows.Close()) }
