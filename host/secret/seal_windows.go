package secret

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

const sealedName = "secrets.dpapi"

// The service and the person at the desk are different users of one machine, so the machine's key seals, not the
// user's.
const protectFlags = windows.CRYPTPROTECT_LOCAL_MACHINE | windows.CRYPTPROTECT_UI_FORBIDDEN

func (s *Store) seal(plain []byte) ([]byte, error) {
	var out windows.DataBlob
	if err := windows.CryptProtectData(blob(plain), nil, nil, 0, nil, protectFlags, &out); err != nil {
		return nil, fmt.Errorf("protect secrets: %w", err)
	}
	return take(out), nil
}

func (s *Store) unseal(sealed []byte) ([]byte, error) {
	var out windows.DataBlob
	err := windows.CryptUnprotectData(blob(sealed), nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out)
	if err != nil {
		return nil, fmt.Errorf("unprotect secrets: %w", err)
	}
	return take(out), nil
}

func blob(data []byte) *windows.DataBlob {
	if len(data) == 0 {
		return &windows.DataBlob{}
	}
	return &windows.DataBlob{Size: uint32(len(data)), Data: &data[0]}
}

func take(out windows.DataBlob) []byte {
	defer func() { _, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(out.Data))) }()
	return append([]byte(nil), unsafe.Slice(out.Data, out.Size)...)
}

// A folder can not be flushed here; the rename itself is journaled by NTFS.
func syncFolder(string) error { return nil }
