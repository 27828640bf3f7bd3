package drivetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Mount mounts a device: by the kernel, or by the program that a filesystem is.
func Mount(device, dir, kind string) error {
	programs := map[string]string{"exfat": "/sbin/mount.exfat-fuse", "ntfs": "/bin/ntfs-3g"}
	program, ok := programs[kind]
	if !ok {
		options := ""
		if kind == "xfs" {
			options = "nouuid"
		}
		if err := unix.Mount(device, dir, kind, 0, options); err != nil {
			return fmt.Errorf("mount %s: %w", device, err)
		}
		return nil
	}
	// A story that looks for processes of its own by their folder does not find the program.
	cmd := exec.CommandContext(context.Background(), program, device, filepath.Base(dir))
	cmd.Dir, cmd.Env = filepath.Dir(dir), []string{"PATH=" + os.Getenv("PATH")}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("mount %s, which takes %s: %w\n%s", device, program, err, out)
	}
	return nil
}
