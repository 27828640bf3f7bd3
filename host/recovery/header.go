package recovery

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// What stands where in the first page of a database (Firebird's on-disk structure 12 and 13: Firebird 3.0 to 5.0).
const (
	atPageSize   = 16
	atODS        = 18
	atPages      = 20 // the first pointer page of RDB$PAGES
	atOldest     = 28
	atActive     = 32
	atNext       = 36
	atFlags      = 42
	atODSMinor   = 64
	atSnapshot   = 72
	atItemsEnd   = 66
	ofFirebird   = 0x8000 // set in the number of the structure by every Firebird
	headerLength = 1024   // the smallest page that ever was
)

// Flags of the first page.
const (
	flagEncrypted   = 0x40
	flagReadOnly    = 0x20
	flagBackup      = 0xC00
	flagBackupLock  = 0x400
	flagBackupMerge = 0x800
	flagShutdown    = 0x1080
)

// Items that may follow in the first page: a kind, a length, and so many bytes.
const (
	itemEnd        = 0
	itemFile       = 2
	itemDifference = 6
)

// Header is what the first page of a database says of it, read without Firebird.
type Header struct {
	PageSize int    `json:"page_size"`
	ODS      string `json:"ods"` // "12.0"
	// BackupState is 0; 1 while a physical backup goes on, or has never been ended; 2 while what was written meanwhile is
	// brought back.
	BackupState int  `json:"backup_state"`
	Shutdown    bool `json:"shutdown"` // closed to users
	ReadOnly    bool `json:"read_only"`
	Encrypted   bool `json:"encrypted"`

	major      int
	next       uint32 // transaction
	difference string // where the database writes during a physical backup, where it says so
	more       string // the next file of a database in several
}

// pageSizes are those that there are since Firebird 3.0.
var pageSizes = []int{4096, 8192, 16384, 32768}

// readHeader reads the first page; false for what can be none.
func readHeader(page []byte) (Header, bool) {
	var h Header
	if len(page) < headerLength || page[0] != pageHeader {
		return h, false
	}
	ods := binary.LittleEndian.Uint16(page[atODS:])
	h.PageSize = int(binary.LittleEndian.Uint16(page[atPageSize:]))
	h.major = int(ods &^ ofFirebird)
	h.ODS = fmt.Sprintf("%d.%d", h.major, binary.LittleEndian.Uint16(page[atODSMinor:]))
	known := slices.Contains(pageSizes, h.PageSize) || h.PageSize == 1024 || h.PageSize == 2048
	if !known || ods&ofFirebird == 0 || h.major < 10 || h.major > 30 {
		return Header{}, false
	}
	flags := binary.LittleEndian.Uint16(page[atFlags:])
	h.next = binary.LittleEndian.Uint32(page[atNext:])
	h.Shutdown, h.ReadOnly, h.Encrypted = flags&flagShutdown != 0, flags&flagReadOnly != 0, flags&flagEncrypted != 0
	switch flags & flagBackup {
	case flagBackupLock:
		h.BackupState = 1
	case flagBackupMerge:
		h.BackupState = 2
	}
	for _, one := range items(page) {
		switch one.kind {
		case itemFile:
			h.more = string(one.data)
		case itemDifference:
			h.difference = string(one.data)
		}
	}
	return h, true
}

type item struct {
	kind byte
	data []byte
	at   int // of its kind
}

// items are those that follow in the first page. Where they begin differs between versions; where they end is written
// there.
func items(page []byte) []item {
	for _, begin := range []int{132, 128} {
		if found, ok := itemsFrom(page, begin); ok {
			return found
		}
	}
	return nil
}

// itemsFrom are the items from there on, where they end where they have to.
func itemsFrom(page []byte, begin int) (found []item, ok bool) {
	at := begin
	for at+2 <= len(page) && page[at] != itemEnd {
		length := int(page[at+1])
		if at+2+length > len(page) {
			return nil, false
		}
		found = append(found, item{page[at], page[at+2 : at+2+length], at})
		at += 2 + length
	}
	return found, at == int(short(page, atItemsEnd))
}

// unlock takes the state of a physical backup out of a first page, as `nbackup -F` does.
func unlock(page []byte) {
	flags := binary.LittleEndian.Uint16(page[atFlags:])
	binary.LittleEndian.PutUint16(page[atFlags:], flags&^flagBackup)
}

// forgetDifference has the database write beside itself during a physical backup, not where its first page says: that
// would be the live one's file. The item stays, under a kind that nobody knows.
func forgetDifference(page []byte) {
	const unknown = 0xFE
	for _, one := range items(page) {
		if one.kind == itemDifference {
			page[one.at] = unknown
		}
	}
}

// Kinds of files that a person takes for a database.
const (
	kindZip    = "zip"
	kindBackup = "fbk"
	kindEmpty  = "empty"
	kindOther  = "other"
)

// notDatabase says of each what it is.
var notDatabase = map[string]string{kindZip: "recovery.is_zip", kindBackup: "recovery.is_backup", kindEmpty: "recovery.is_empty", kindOther: "recovery.is_other"}

// kindOf tells what a file is that has no first page of a database.
func kindOf(head []byte) string {
	switch {
	case len(head) == 0:
		return kindEmpty
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return kindZip
	case bytes.HasPrefix(head, []byte{0x00, 0x02, 0x04}):
		return kindBackup
	}
	return kindOther
}
