package inbox

import (
	"context"
	"time"

	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/message"
)

// alone tells whether no other program has the file open: who opens it for itself alone is refused otherwise. A file that is
// not there, or may not be read, is nobody's; whoever claims it finds out.
func alone(path string) bool {
	text, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return true
	}
	handle, err := windows.CreateFile(text, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return err != windows.ERROR_SHARING_VIOLATION //nolint:errorlint // what CreateFile gives is the number itself
	}
	_ = windows.CloseHandle(handle)
	return true
}

// patiently does it again for a while where Windows refuses because somebody has the file open: a virus scanner opens what was
// just written.
func patiently(ctx context.Context, try func() error) error {
	for pause := 20 * time.Millisecond; ; pause *= 2 {
		err := try()
		if message.Code(err) != "fs.denied" || pause > time.Second {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}
