package recovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// mendPages is replacePages, told.
func (c *course) mendPages(ctx context.Context, fdb string) error {
	made, err := c.replacePages(ctx, fdb)
	if err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(made)) {
		c.report.Steps = append(c.report.Steps, message.Plural(rebuiltKinds[kind], made[kind], nil))
	}
	if made[pageTransactions] > 0 {
		c.problem("recovery.transactions_lost", nil)
	}
	if made[pageGenerators] > 0 {
		c.problem("recovery.generators_lost", nil)
	}
	return nil
}

// replacePages puts pages that Firebird can read in the place of those that it can not: an empty data page for one whose rows
// are lost, a pointer page made of what the data pages say of themselves, a page of transactions as if all had been
// committed. gfix does none of this: it only takes out what it can not read, with all that hangs on it. It gives how many
// pages of each kind it made.
func (c *course) replacePages(ctx context.Context, fdb string) (made map[byte]int, err error) {
	file, err := os.OpenFile(fdb, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open copy: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	roles := c.seen.roles(file)
	made = map[byte]int{}
	for _, d := range c.seen.Damaged {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		page := c.seen.rebuilt(d, roles)
		if page == nil {
			continue
		}
		made[page[0]]++
		if _, err := file.WriteAt(page, int64(d.Page)*int64(c.seen.size)); err != nil {
			return nil, fmt.Errorf("write copy: %w", err)
		}
	}
	return made, nil
}

// rebuiltKinds tell what was put in the place of damaged pages.
var rebuiltKinds = map[byte]string{
	pageInventory: "recovery.did_inventory", pageTransactions: "recovery.did_transactions", pagePointers: "recovery.did_pointers", pageData: "recovery.did_data",
	pageIndexRoot: "recovery.did_index_root", pageGenerators: "recovery.did_generators", pageChanges: "recovery.did_changes",
}

// rebuilt is what can stand in the place of a damaged page; nil where nobody knows what it was.
func (s *survey) rebuilt(d Damage, roles map[int]role) []byte {
	if d.of.known {
		return s.emptyData(d.Page, d.of)
	}
	if d.Page == s.inventory(d.Page) {
		return s.fullInventory(d.Page)
	}
	if each := s.inventoried() / 32; d.Page == 2 || d.Page > 0 && d.Page%each == 0 {
		page := s.blank(pageChanges, d.Page)
		putLong(page, atSequence, uint32(d.Page/each))
		return page
	}
	r, known := roles[d.Page]
	if !known {
		return nil
	}
	switch r.kind {
	case pagePointers:
		return s.pointerPage(d.Page, r, roles)
	case pageTransactions:
		page := s.blank(pageTransactions, d.Page)
		for i := tipBegin; i < len(page); i++ {
			page[i] = 0xFF // committed
		}
		putLong(page, atTipNext, uint32(next(r, roles)))
		return page
	case pageIndexRoot:
		page := s.blank(pageIndexRoot, d.Page)
		putShort(page, atIndexRootRelation, r.relation)
		return page
	case pageGenerators:
		page := s.blank(pageGenerators, d.Page)
		putLong(page, atSequence, r.sequence)
		return page
	}
	return nil
}

// next is the page that follows one of that role; 0 where none does.
func next(r role, roles map[int]role) int {
	for number, other := range roles {
		if other.kind == r.kind && other.relation == r.relation && other.sequence == r.sequence+1 {
			return number
		}
	}
	return 0
}

// emptyData is a data page without rows.
func (s *survey) emptyData(number int, of place) []byte {
	page := s.blank(pageData, number)
	putLong(page, atSequence, of.sequence)
	putShort(page, atDataRelation, of.relation)
	return page
}

// fullInventory calls all pages used that there are: nothing will be written to this copy that has to find room.
func (s *survey) fullInventory(number int) []byte {
	page := s.blank(pageInventory, number)
	begin := 0
	if number != 1 {
		begin = number + 1
	}
	used := min(s.want-begin, s.inventoried())
	putLong(page, 16, uint32(used)) // the lowest free one
	putLong(page, 20, uint32(used)) // the lowest eight free ones
	putLong(page, atInventoryUsed, uint32(used))
	for i := used; i < s.inventoried(); i++ {
		page[atInventoryBits+i/8] |= 1 << (i % 8)
	}
	return page
}

// pointerPage finds the data pages of its part of a table by what they say of themselves.
func (s *survey) pointerPage(number int, r role, roles map[int]role) []byte {
	page := s.blank(pagePointers, number)
	most := s.pointers()
	count := 0
	for n, of := range s.own {
		if s.kind[n] != pageData || of.relation != r.relation || of.sequence/uint32(most) != r.sequence {
			continue
		}
		slot := int(of.sequence) % most
		putLong(page, atPointers+4*slot, uint32(n))
		count = max(count, slot+1)
	}
	putLong(page, atSequence, r.sequence)
	putShort(page, atPointerRelation, r.relation)
	putShort(page, atPointerCount, uint16(count))
	following := next(r, roles)
	putLong(page, atPointerNext, uint32(following))
	if following == 0 {
		page[1] = pointerEnd
	}
	return page
}

// rebuildHeader takes the first page of a new, empty database of the same kind for the copy's own, with what the rest of
// the copy tells: where its pages are found, and which transaction is the next.
func (c *course) rebuildHeader(ctx context.Context) error {
	model := c.own("model.fdb")
	if err := c.engine.Create(ctx, model, fmt.Sprintf("page_size %d", c.seen.size)); err != nil {
		return err
	}
	defer func() { _ = os.Remove(model) }()
	page, err := beginning(model)
	if err != nil || len(page) < c.seen.size {
		return fmt.Errorf("read first page of a new database: %w", err)
	}
	page = page[:c.seen.size]
	file, err := os.Open(c.copied())
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	following := c.seen.nextTransaction(file)
	if err := file.Close(); err != nil {
		return fmt.Errorf("read copy: %w", err)
	}
	for n, of := range c.seen.own {
		if c.seen.kind[n] == pagePointers && of.relation == 0 && of.sequence == 0 {
			putLong(page, atPages, uint32(n))
		}
	}
	putLong(page, atOldest, 1)
	for _, at := range []int{atActive, atNext, atSnapshot} {
		putLong(page, at, following)
	}
	c.did("recovery.did_rebuild_header", nil)
	c.problem("recovery.header_lost", nil)
	return c.rewriteHeader(func(first []byte) { copy(first, page) })
}

// nextTransaction is the one after the last that the transaction inventory knows of.
func (s *survey) nextTransaction(file *os.File) uint32 {
	roles := s.roles(file)
	last := uint32(1)
	page := make([]byte, s.size)
	for n, r := range roles {
		if r.kind != pageTransactions || n >= s.pages || s.kind[n] != pageTransactions || !readAt(file, page, int64(n)*int64(s.size)) {
			continue
		}
		first := r.sequence * uint32(s.transactions())
		for i := s.transactions() - 1; i >= 0; i-- {
			if page[tipBegin+i/4]>>(2*(i%4))&3 != 0 {
				last = max(last, first+uint32(i))
				break
			}
		}
	}
	return last + 1
}
