package firebird

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Snapshot answers queries from one state of the database; see Conn.Snapshot.
type Snapshot struct {
	conn *Conn
	tx   *sql.Tx
}

// Decimal is an exact number as text: "-1234.50", "9223372036854775807". NUMERIC, DECIMAL, BIGINT, INT128 and
// DECFLOAT come as Decimal, and a Decimal may be bound.
type Decimal string

// Column is one column of a result.
type Column struct {
	// Name is the column's alias or name as the database gives it, mostly in capitals.
	Name string
	// Type is the SQL type without lengths: "VARCHAR", "NUMERIC", "BIGINT", "TIMESTAMP", "BLOB TEXT", "BLOB".
	Type string
	// Scale is the number of decimal places of a NUMERIC.
	Scale int
}

// Rows is a whole result. A value is nil, string, Decimal, int64 (SMALLINT, INTEGER), float64, bool, or []byte (BLOB,
// OCTETS). DATE is "2006-01-02", TIME "15:04:05", TIMESTAMP "2006-01-02T15:04:05", with as many fractions as there
// are: none of Firebird's own have a zone.
type Rows struct {
	Columns []Column
	Values  [][]any
}

// Query runs a single SELECT or WITH. Args are nil, string, Decimal, bool, ints, float64, time.Time or []byte. Errors
// are arg.sql (something else than a query, or not understood), arg.value (an arg of another type, a character that
// the database does not have), run.limit (more rows than maxRows, which is unlimited at 0), and those of Connect.
func (s *Snapshot) Query(ctx context.Context, statement string, args []any, maxRows int) (*Rows, error) {
	rows, err := s.run(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	result, err := readRows(rows, maxRows)
	if err != nil {
		return nil, told(ctx, err, s.conn.database)
	}
	return result, nil
}

func (s *Snapshot) run(ctx context.Context, statement string, args []any) (*sql.Rows, error) {
	statement, err := query(statement)
	if err != nil {
		return nil, err
	}
	statement, bound, err := s.conn.bind(statement, args)
	if err != nil {
		return nil, err
	}
	rows, err := s.tx.QueryContext(ctx, statement, bound...)
	if err != nil {
		return nil, told(ctx, err, s.conn.database)
	}
	return rows, nil
}

// Scalars are the answers of queries that give one value each, as the engine itself writes them; "" for NULL and for
// no row. An embedded engine asked the same way writes the same text.
func (s *Snapshot) Scalars(ctx context.Context, queries []string) ([]string, error) {
	values := make([]string, 0, len(queries))
	for _, one := range queries {
		inner, err := query(one)
		if err != nil {
			return nil, err
		}
		rows, err := s.Query(ctx, "select cast(v as varchar(200)) from ("+inner+") as e (v)", nil, 2)
		if message.Code(err) == "run.limit" || err == nil && len(rows.Values) > 1 {
			return nil, message.New("arg.sql", "firebird.evidence", message.Args{"query": one})
		}
		if err != nil {
			return nil, err
		}
		value := ""
		if len(rows.Values) == 1 {
			value, _ = rows.Values[0][0].(string) // "" for nil
		}
		values = append(values, value)
	}
	return values, nil
}

// Tables are the names of the tables that hold a store's data: no views, no system tables, no external or temporary
// ones; in alphabetical order.
func (s *Snapshot) Tables(ctx context.Context) ([]string, error) {
	rows, err := s.Query(ctx, `select trim(rdb$relation_name) from rdb$relations
		where coalesce(rdb$system_flag, 0) = 0 and rdb$view_blr is null and coalesce(rdb$relation_type, 0) = 0
		order by rdb$relation_name`, nil, 0)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(rows.Values))
	for i, row := range rows.Values {
		names[i], _ = row[0].(string)
	}
	return names, nil
}

// Rows counts every table of Tables.
func (s *Snapshot) Rows(ctx context.Context) (map[string]int64, error) {
	names, err := s.Tables(ctx)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int64, len(names))
	for _, name := range names {
		rows, err := s.Query(ctx, "select count(*) from "+quoteName(name), nil, 1)
		if err != nil {
			return nil, fmt.Errorf("count rows of %s: %w", name, err)
		}
		count, err := strconv.ParseInt(fmt.Sprint(rows.Values[0][0]), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("count rows of %s: %w", name, err)
		}
		counts[name] = count
	}
	return counts, nil
}

func readRows(rows *sql.Rows, maxRows int) (*Rows, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	result := &Rows{Columns: make([]Column, len(types))}
	for i, t := range types {
		result.Columns[i] = column(t)
	}
	for rows.Next() {
		if maxRows > 0 && len(result.Values) == maxRows {
			return nil, message.New("run.limit", "firebird.too_many", message.Args{"max": maxRows})
		}
		values := make([]any, len(types))
		places := make([]any, len(types))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		for i, value := range values {
			if values[i], err = result.Columns[i].value(value); err != nil {
				return nil, err
			}
		}
		result.Values = append(result.Values, values)
	}
	return result, rows.Err()
}

// sqlTypes are the driver's names of types in SQL's words.
var sqlTypes = map[string]string{
	"TEXT": "CHAR", "VARYING": "VARCHAR", "SHORT": "SMALLINT", "LONG": "INTEGER", "INT64": "BIGINT", "INT128": "INT128",
	"FLOAT": "FLOAT", "DOUBLE": "DOUBLE PRECISION", "D_FLOAT": "DOUBLE PRECISION", "DEC64": "DECFLOAT",
	"DEC128": "DECFLOAT", "DEC_FIXED": "NUMERIC", "TIMESTAMP_TZ": "TIMESTAMP", "TIME_TZ": "TIME",
}

func column(t *sql.ColumnType) Column {
	c := Column{Name: t.Name(), Type: t.DatabaseTypeName()}
	if name, ok := sqlTypes[c.Type]; ok {
		c.Type = name
	}
	if _, scale, ok := t.DecimalSize(); ok && scale != 0 {
		c.Type, c.Scale = "NUMERIC", max(0, int(-scale))
	}
	if c.Type == "BLOB" && t.ScanType() != nil && t.ScanType().Kind().String() == "string" {
		c.Type = "BLOB TEXT"
	}
	return c
}

// value is what a value of the driver is to us.
func (c Column) value(value any) (any, error) {
	switch v := value.(type) {
	case nil, bool, float64, []byte:
		return v, nil
	case int64:
		if c.Type == "BIGINT" {
			return Decimal(strconv.FormatInt(v, 10)), nil
		}
		return v, nil
	case string:
		switch c.Type {
		case "NUMERIC", "INT128", "DECFLOAT", "BIGINT":
			return plainDecimal(v), nil
		}
		return decoded(v), nil
	case time.Time:
		return c.moment(v), nil
	default:
		return nil, message.New("arg.value", "firebird.value", message.Args{"type": c.Type})
	}
}

// plainDecimal takes the exponent out of a number as the driver writes very small ones: "1E-7".
func plainDecimal(text string) Decimal {
	if !containsExponent(text) {
		return Decimal(text)
	}
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		return Decimal(text)
	}
	places, exact := number.FloatPrec()
	if !exact {
		return Decimal(text)
	}
	return Decimal(number.FloatString(places))
}

func containsExponent(text string) bool {
	for _, c := range text {
		if c == 'e' || c == 'E' {
			return true
		}
	}
	return false
}

func (c Column) moment(t time.Time) string {
	switch c.Type {
	case "DATE":
		return t.Format("2006-01-02")
	case "TIME":
		return t.Format("15:04:05.9999")
	default:
		return t.Format("2006-01-02T15:04:05.9999")
	}
}

// bind makes statement and args ready for the driver: every text in the connection's character set, or an error.
func (c *Conn) bind(statement string, args []any) (string, []any, error) {
	if _, err := encode(statement, c.connection); err != nil {
		return "", nil, err
	}
	bound := make([]any, len(args))
	for i, arg := range args {
		value, err := c.bindOne(arg)
		if err != nil {
			return "", nil, err
		}
		bound[i] = value
	}
	return statement, bound, nil
}

func (c *Conn) bindOne(arg any) (any, error) {
	switch v := arg.(type) {
	case string:
		return encode(v, c.connection)
	case Decimal:
		return []byte(v), nil
	case int:
		return int64(v), nil
	case nil, bool, int64, float64, []byte:
		return v, nil
	case time.Time:
		// The wall clock as it stands: no type of Firebird before 4 has a zone.
		return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), time.UTC), nil
	default:
		return nil, message.New("arg.value", "firebird.value", message.Args{"type": fmt.Sprintf("%T", arg)})
	}
}
