// Package layout reads and writes text files of records as stores, scales and the fiscal office use them: fields by their
// place in bytes, by separators, or both. A layout is a value; it is written in TOML (toml.go) and checked once, when it is
// compiled.
//
// Widths are bytes of the file's own code page: counted in letters, every field after the first "ç" would be moved. How a
// number or a date is written belongs to a field, never to a file. What can not be read is told with line, column, field,
// value and reason, and never guessed.
//
// The room is pure: it reads and writes streams that it is given, and knows no clock, disk or database.
package layout

// Layout describes the files of one kind.
type Layout struct {
	Name    string
	Version string // "" where there is one only
	// Also are versions that are written the same.
	Also []string
	// Default says that this version is meant where none is said.
	Default bool
	Title   Words
	// Origin tells how far the layout can be trusted: Published, Read or Ours.
	Origin Origin
	Source string   // where it is published or was read
	Files  []string // names such files go by: "ITENSMGV.TXT", "{number:8}.djp"

	Encoding Encoding
	Newline  string // what ends a line when it is written: "\r\n" or "\n"; both are read
	// Separator stands between the parts of a line; "" where a line is one part and every field has a place in bytes.
	Separator string
	Leading   bool     // a separator stands before the first part, too, as in SPED
	Trailing  Trailing // whether one stands after the last
	Quote     byte     // what a part that holds a separator is put between; 0 for none
	// Ordered wants the records of one parent in the order in which they are declared.
	Ordered bool
	// Fold writes "a" for an "ã" that the code page lacks; otherwise such a character is an error.
	Fold bool
	// MaxLine is the longest line that is read, in bytes.
	MaxLine int

	Records []Record
}

// Record is one type of record. A record without a parent begins a document: itself and all below it.
type Record struct {
	Name   string
	Title  Words
	Parent string // the type of record that this one stands under; "" for none
	Role   Role   // Body, Header (the first of the file, once) or Trailer (the last, once)
	// Least and Most are how many there may be under one parent, or in the file; Most is 0 where there is no end.
	Least, Most int
	// Width is how long a line is at most, in bytes, where fields have places; Short how long it is at least: fields from
	// there on may be missing.
	Width, Short int
	// Parts is how many parts a line has at least where separators divide it.
	Parts int
	// Longer is by how many bytes a line may be too long; Takes names the text field that has them.
	Longer int
	Takes  string

	Fields []Field
}

// Field is one field of a record.
type Field struct {
	Name  string
	About Words
	Type  Type
	// Part is the part of the line that the field stands in, from 1; First and Last its bytes within it, from 1 and
	// inclusive, or 0 where it is the whole part.
	Part, First, Last int
	// Size is how many bytes a whole part may have at most; 0 for any.
	Size int

	Tag   string // the value by which the record is known
	Const string // the value that always stands there

	Required   bool
	Default    string // the value of an empty field, as it would be written
	Key        bool   // what the record is known by within the file
	ForeignKey string // what the value refers to: "PRODUTO", for people

	Align Align
	Fill  byte // what fills it up

	Places    int      // of a decimal
	Point     Point    // how a decimal is written
	Also      []Point  // how it may be written beside that
	Thousands bool     // "1.234,56" is read as well
	Min, Max  *Value   // bounds of a number, inclusive
	Form      string   // of a date or time: "ddmmyyyy", "yyyymmdd HHMMSS"
	Values    []Choice // all that may stand there; of a boolean what stands for true and for false
	Mask      bool     // a CNPJ or CPF is written 00.000.000/0000-00
	Unchecked bool     // an EAN stands there without its check digit
	Count     []string // the number of records of these types; "*" for all of the file
	Case      Case     // how a text is written

}

// Words are a sentence in each language, by its name: "pt-BR", "en".
type Words map[string]string

// Choice is one value that may stand in a field, and what it means.
type Choice struct {
	Code  string
	Means Words
}

// Origin tells where a layout was taken from.
type Origin string

// The origins.
const (
	Published Origin = "published" // on a page of who made it
	Read      Origin = "read"      // in a program that writes or reads it
	Ours      Origin = "ours"      // made here, for what nobody has published
)

// Type is what a field holds.
type Type string

// The types.
const (
	Text    Type = "text"
	Integer Type = "integer"
	Decimal Type = "decimal"
	Date    Type = "date"
	Time    Type = "time"
	Moment  Type = "datetime"
	Boolean Type = "boolean"
	CNPJ    Type = "cnpj"
	CPF     Type = "cpf"
	CNPJCPF Type = "cnpj_cpf"
	EAN     Type = "ean"
	Blank   Type = "blank" // reserved: whatever stands there is passed over
)

// Point is how the decimals of a number are set off.
type Point string

// The ways.
const (
	Implied Point = "implied" // 001234 is 12.34
	Dot     Point = "dot"
	Comma   Point = "comma"
)

// Trailing tells of the separator after a line's last part.
type Trailing string

// What there may be.
const (
	Never    Trailing = "never"
	Always   Trailing = "always"
	Optional Trailing = "optional" // read, and not written
)

// Role is a record's part in the whole file.
type Role string

// The roles.
const (
	Body    Role = ""
	Header  Role = "header"
	Trailer Role = "trailer"
)

// Align is the side on which a value stands.
type Align string

// The sides.
const (
	Left  Align = "left"
	Right Align = "right"
)

// Case is how a text is written.
type Case string

// The cases.
const (
	AnyCase Case = ""
	Upper   Case = "upper"
)
