package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const dropCaches = "/proc/sys/vm/drop_caches"

// canCool tells whether the page cache can be emptied.
func canCool() bool {
	file, err := os.OpenFile(dropCaches, os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	return file.Close() == nil
}

// settle waits until everything is written, and where it is to be cold takes all that was read out of the memory.
func settle(ctx context.Context, cold bool) error {
	if err := exec.CommandContext(ctx, "sync").Run(); err != nil || !cold {
		return err
	}
	return os.WriteFile(dropCaches, []byte("3"), 0)
}

// processorTime is how long processors have worked for this process and those that it waited for.
func processorTime() (all time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			panic(fmt.Sprint("getrusage: ", err)) // of oneself it never fails
		}
		all += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return all
}
