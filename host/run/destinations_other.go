//go:build !windows

package run

import (
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// openShare refuses a path that only Windows can open: here the system mounts such folders, and keeps the password.
func openShare(d config.Destination, _ secret.Text) error {
	if !strings.HasPrefix(d.Path, `\\`) {
		return nil
	}
	return message.New("drive.not_found", "run.share_unmounted", message.Args{"destination": d.Name, "path": d.Path})
}
