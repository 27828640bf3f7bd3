package layout

// Encoding is a code page.
type Encoding uint8

// The code pages. Windows-1252 and ISO 8859-1 differ from 0x80 to 0x9F; 0xC7 is "Ç" in both and "Ã" in CP850, so that a guess
// is never safe and a layout says which.
const (
	UTF8 Encoding = iota
	UTF8BOM
	Windows1252
	CP850
	Latin1
)
