package recovery

import "encoding/binary"

// Kinds of pages, by their first byte.
const (
	pageHeader       = 1
	pageInventory    = 2 // which pages are used
	pageTransactions = 3
	pagePointers     = 4 // which data pages a table has
	pageData         = 5
	pageIndexRoot    = 6
	pageIndex        = 7
	pageBlob         = 8
	pageGenerators   = 9
	pageChanges      = 10 // of physical backups
)

// What stands where in a page. The first 16 bytes are the same in all.
const (
	atNumber = 12 // the page's own number

	atSequence = 16 // of pointer and data pages, within their table
	atTipNext  = 16
	tipBegin   = 20

	atPointerNext     = 20
	atPointerCount    = 24
	atPointerRelation = 26
	atPointers        = 32
	pointerEnd        = 1    // flag of a table's last pointer page
	pointerEmpty      = 0x10 // flag of a data page without rows, which may never have been written

	atDataRelation = 20
	atDataCount    = 22

	atIndexRelation     = 28
	atIndexRootRelation = 16

	atInventoryUsed = 24
	atInventoryBits = 28
)

func short(page []byte, at int) uint16 { return binary.LittleEndian.Uint16(page[at:]) }
func long(page []byte, at int) uint32  { return binary.LittleEndian.Uint32(page[at:]) }

func putShort(page []byte, at int, v uint16) { binary.LittleEndian.PutUint16(page[at:], v) }
func putLong(page []byte, at int, v uint32)  { binary.LittleEndian.PutUint32(page[at:], v) }

// layout is what the size of a page decides.
type layout struct{ size int }

// inventoried is how many pages one inventory page knows of.
func (l layout) inventoried() int { return (l.size - atInventoryBits) * 8 }

// pointers is how many data pages one pointer page knows of: four bytes of number and one of flags for each. Firebird
// rounds so that the flags fit.
func (l layout) pointers() int { return (l.size - atPointers) / 5 }

// inventory is the inventory page that knows of a page.
func (l layout) inventory(page int) int {
	if n := page / l.inventoried(); n > 0 {
		return n*l.inventoried() - 1
	}
	return 1
}

// transactions is how many one page of the transaction inventory knows of.
func (l layout) transactions() int { return (l.size - tipBegin) * 4 }

// recordsPerPage is how many numbers for records each data page takes: as many as there could be of the shortest.
func (l layout) recordsPerPage() int { return (l.size - 28) / (4 + recordBegin) }
