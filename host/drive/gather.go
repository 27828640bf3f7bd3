package drive

import (
	"context"
	"slices"
	"strings"
	"time"
)

// gather waits that long for all drives together, and leaves out those that give no answer.
func gather(ctx context.Context, asked []chan Drive, patience time.Duration) ([]Drive, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	var drives []Drive
	expired := false
	for _, answered := range asked {
		drive, ok := Drive{}, false
		if expired {
			select {
			case drive, ok = <-answered:
			default:
			}
		} else {
			select {
			case drive, ok = <-answered:
			case <-late.C:
				expired = true
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if ok {
			drives = append(drives, drive)
		}
	}
	slices.SortFunc(drives, func(a, b Drive) int { return strings.Compare(a.Path, b.Path) })
	return drives, nil
}
