package recovery

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
)

// Ways in which a page is not what it has to be.
const (
	Unread  = "unread"  // the disk did not give it
	Cut     = "cut"     // the file ends before it
	Zeroed  = "zeroed"  // nothing but zeros
	Garbage = "garbage" // no page, or another one
)

// Damage is a page of a database that is not what it has to be.
type Damage struct {
	Page  int    `json:"page"`
	Kind  string `json:"kind"`
	Table string `json:"table,omitempty"` // whose rows lay on it, as far as that is known

	of place
}

// place is where a data or pointer page belongs: its number among those of its table.
type place struct {
	known    bool
	relation uint16
	sequence uint32
}

// survey is what is learned of a database file by looking at each of its pages, without Firebird.
type survey struct {
	layout
	pages int    // whole ones in the file
	want  int    // that the database has, by its own inventory
	kind  []byte // of each page; 0 for one that is no page

	own         []place              // of each data and pointer page, as it says itself
	lines       map[int]int          // how many records and parts of records lie on a data page
	pointed     map[int]place        // of each data page, as its table's pointer pages say
	records     map[uint16]tableSeen // what lies on the data pages of a table
	inventories map[int][]byte
	empty       map[int]bool // data pages that were set apart and never written
	zero        map[int]bool // pages of nothing but zeros

	Damaged []Damage
}

// tableSeen counts what can be seen of a table from outside.
type tableSeen struct{ pages, records int }

// perPage is about how many rows lie on a page of the table.
func (t tableSeen) perPage() int {
	if t.pages == 0 {
		return 0
	}
	return (t.records + t.pages - 1) / t.pages
}

// look reads a whole file, in pages of that size. Blocks that could not be read when it was copied are told by holes.
func look(ctx context.Context, file io.ReaderAt, bytes int64, size int, holes []hole) (*survey, error) {
	s := &survey{
		layout: layout{size}, pages: int(bytes / int64(size)), pointed: map[int]place{}, records: map[uint16]tableSeen{},
		inventories: map[int][]byte{}, empty: map[int]bool{}, zero: map[int]bool{},
		lines: map[int]int{},
	}
	s.kind, s.own = make([]byte, s.pages), make([]place, s.pages)
	page := make([]byte, size)
	in := bufio.NewReaderSize(io.NewSectionReader(file, 0, bytes), 1<<20)
	for n := range s.pages {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if _, err := io.ReadFull(in, page); err != nil {
			return nil, fmt.Errorf("read page %d: %w", n, err)
		}
		s.see(n, page)
	}
	s.judge(holes)
	return s, nil
}

// see takes a page as it is.
func (s *survey) see(n int, page []byte) {
	if allZero(page) {
		s.zero[n] = true
		return
	}
	if !sound(page, n) {
		return
	}
	s.kind[n] = page[0]
	switch page[0] {
	case pageInventory:
		s.inventories[n] = slices.Clone(page)
	case pagePointers:
		s.seePointers(n, page)
	case pageData:
		relation := short(page, atDataRelation)
		s.own[n] = place{true, relation, long(page, atSequence)}
		seen := s.records[relation]
		seen.pages++
		s.lines[n] = min(int(short(page, atDataCount)), s.recordsPerPage())
		seen.records += s.lines[n]
		s.records[relation] = seen
	}
}

func (s *survey) seePointers(n int, page []byte) {
	relation, sequence := short(page, atPointerRelation), long(page, atSequence)
	s.own[n] = place{true, relation, sequence}
	most := s.pointers()
	for i := range min(int(short(page, atPointerCount)), most) {
		data := int(long(page, atPointers+4*i))
		if data == 0 {
			continue
		}
		s.pointed[data] = place{true, relation, sequence*uint32(most) + uint32(i)}
		if page[atPointers+4*most+i]&pointerEmpty != 0 {
			s.empty[data] = true
		}
	}
}

// sound tells whether a page can be that page: of a kind that there is, with its own number.
func sound(page []byte, n int) bool {
	return page[0] >= pageHeader && page[0] <= pageChanges && (page[0] == pageHeader) == (n == 0) && long(page, atNumber) == uint32(n)
}

func allZero(page []byte) bool {
	return !slices.ContainsFunc(page, func(b byte) bool { return b != 0 })
}

// judge finds the pages that are in use and are not what they have to be.
func (s *survey) judge(holes []hole) {
	s.want = s.wanted()
	for n := range s.pages { // a page of which a part is missing is none
		if within(holes, int64(n)*int64(s.size), s.size) {
			s.kind[n] = 0
		}
	}
	for n := range s.want {
		if n < s.pages && s.kind[n] != 0 || !s.used(n) || s.empty[n] && (n >= s.pages || s.zero[n]) {
			continue
		}
		d := Damage{Page: n, Kind: Garbage, of: s.pointed[n]}
		switch {
		case n >= s.pages:
			d.Kind = Cut
		case within(holes, int64(n)*int64(s.size), s.size):
			d.Kind = Unread
		case s.zero[n]:
			d.Kind = Zeroed
		}
		s.Damaged = append(s.Damaged, d)
	}
	for n, at := range s.pointed { // a page of another table, or of another kind
		if n < s.pages && s.kind[n] != 0 && (s.kind[n] != pageData || s.own[n] != at) && !s.empty[n] {
			s.Damaged = append(s.Damaged, Damage{Page: n, Kind: Garbage, of: at})
		}
	}
	slices.SortFunc(s.Damaged, func(a, b Damage) int { return a.Page - b.Page })
}

// wanted is how many pages the database has: up to the last one that its inventory calls used. The file may be longer: it
// grows ahead.
func (s *survey) wanted() int {
	last := s.pages
	for n, page := range s.inventories {
		begin := 0
		if n != 1 {
			begin = n + 1
		}
		if n != s.inventory(begin) {
			continue // it lies where none has to be
		}
		for i := s.inventoried() - 1; i >= 0; i-- {
			if page[atInventoryBits+i/8]&(1<<(i%8)) == 0 {
				last = max(last, begin+i+1)
				break
			}
		}
	}
	return last
}

// used tells whether the inventory calls a page used; where it can not be asked, whatever is not empty is.
func (s *survey) used(n int) bool {
	bits, known := s.inventories[s.inventory(n)]
	if !known {
		return n < s.pages && !s.zero[n]
	}
	i := n % s.inventoried()
	return bits[atInventoryBits+i/8]&(1<<(i%8)) == 0
}

// dataPage is a page of a table's rows: its number among them, and how many lines it has.
type dataPage struct {
	sequence uint32
	lines    int
}

// pagesOf are the data pages of a table that are pages, in order.
func (s *survey) pagesOf(relation uint16) []dataPage {
	var all []dataPage
	for n, of := range s.own {
		if s.kind[n] == pageData && of.relation == relation {
			all = append(all, dataPage{of.sequence, s.lines[n]})
		}
	}
	slices.SortFunc(all, func(a, b dataPage) int { return int(int64(a.sequence) - int64(b.sequence)) })
	return all
}

// lostPages counts the damaged pages by the table whose rows lay on them.
func (s *survey) lostPages() map[uint16]int {
	lost := map[uint16]int{}
	for _, d := range s.Damaged {
		if d.of.known {
			lost[d.of.relation]++
		}
	}
	return lost
}

// pageSize guesses the size of a database's pages where its first one says nothing: most of them carry their own number.
// It is 0 for what can be no database.
func pageSize(file io.ReaderAt, bytes int64) int {
	for _, size := range pageSizes {
		fit, full := 0, 0
		page := make([]byte, size)
		for n := 1; n < 400 && int64(n+1)*int64(size) <= bytes; n++ {
			if !readAt(file, page, int64(n)*int64(size)) || allZero(page) {
				continue
			}
			full++
			if sound(page, n) {
				fit++
			}
		}
		if fit >= 3 && 2*fit > full {
			return size
		}
	}
	return 0
}
