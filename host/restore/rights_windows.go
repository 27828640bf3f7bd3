package restore

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/message"
)

// giveRights gives a new file the access list of another, and its owner where this user may. Without another it has those
// of its folder, as every new file.
func giveRights(path, like string) error {
	if _, err := os.Stat(like); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	const dacl = windows.DACL_SECURITY_INFORMATION
	from, err := windows.GetNamedSecurityInfo(like, windows.SE_FILE_OBJECT, dacl|windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	list, _, err := from.DACL()
	if err != nil {
		return err
	}
	if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, dacl, nil, nil, list, nil); err != nil {
		return err
	}
	if owner, _, err := from.Owner(); err == nil { // who may open it, the list says
		_ = windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION, owner, nil, nil, nil)
	}
	return nil
}

// freeTries is how often it is looked whether a file is free: an antivirus looks through one that was just closed, and that
// of a shop takes it a while.
const freeTries = 300

// free tells that nobody has a file open, and so that it can be renamed.
func free(path string) error {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return message.New("db.busy", "restore.in_use", message.Args{"path": path})
	}
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	return windows.CloseHandle(handle)
}
