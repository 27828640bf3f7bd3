package run

import (
	"os"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

var addConnection = windows.NewLazySystemDLL("mpr.dll").NewProc("WNetAddConnection2W")

// netResource is Windows' NETRESOURCEW.
type netResource struct {
	scope, kind, display, usage              uint32
	localName, remoteName, comment, provider *uint16
}

const (
	resourceDisk     = 1
	connectTemporary = 4 // gone when the user logs off: the next run opens it anew
)

// openShare opens a folder of another computer as the destination's user. Where Windows has it open already, as whomever,
// and the folder can be looked at, that will do.
func openShare(d config.Destination, password secret.Text) error {
	if d.User == "" {
		return nil
	}
	failed := connect(shareOf(d.Path), d.User, password.Reveal())
	if failed == nil {
		return nil
	}
	if _, err := os.Stat(d.Path); err == nil {
		return nil
	}
	return message.Wrap(failed, "drive.not_found", "run.share_refused", message.Args{"destination": d.Name, "path": d.Path, "user": d.User})
}

// shareOf is the \\server\share that a path lies in.
func shareOf(path string) string {
	parts := strings.Split(strings.TrimLeft(strings.ReplaceAll(path, "/", `\`), `\`), `\`)
	return `\\` + strings.Join(parts[:min(2, len(parts))], `\`)
}

func connect(share, user, password string) error {
	texts := make([]*uint16, 3)
	for i, text := range []string{share, user, password} {
		converted, err := windows.UTF16PtrFromString(text)
		if err != nil {
			return err
		}
		texts[i] = converted
	}
	resource := netResource{kind: resourceDisk, remoteName: texts[0]}
	code, _, _ := addConnection.Call(uintptr(unsafe.Pointer(&resource)), uintptr(unsafe.Pointer(texts[2])), uintptr(unsafe.Pointer(texts[1])), connectTemporary)
	if code == 0 {
		return nil
	}
	return syscall.Errno(code)
}
