package cli

import (
	"fmt"

	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/message"
)

// windowsTen is the first version that Go's programs run on; Server 2016 says the same of itself.
const windowsTen = 10

// system looks at the version of Windows.
func (d *doctor) system() {
	v := windows.RtlGetVersion()
	args := message.Args{"version": fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber)}
	if v.MajorVersion < windowsTen {
		d.bad("system", levelError, message.New("api.version", "cli.doctor_windows_old", args))
		return
	}
	d.ok("system", "cli.doctor_windows", args)
}
