package layout

// Value is what a field holds. The zero Value is an empty field.
type Value struct {
	Kind Kind
	// Places are the decimals of a Number: 12.34 has N 1234 and Places 2.
	Places uint8
	// Encoding is that of Bytes.
	Encoding Encoding
	// N is a Number without its point, a Day as 20261231, a Clock as HHMMSS0000 (ten-thousandths of a second, as in
	// Firebird), an Instant as the Day times 10^10 and the Clock, or a Flag as 0 or 1.
	N int64
	// Bytes are a String's. Those of a record that was read are the reader's own, until its next record.
	Bytes []byte
}

// Kind is what a Value is.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	String
	Number
	Day
	Clock
	Instant
	Flag
)
