package drive

import (
	"context"
	"slices"
	"strings"
	"time"
)

// answer is how long one drive may take to say what it is.
const answer = 3 * time.Second

// gathered are the drives that answered, sorted by path.
func gathered(ctx context.Context, asked []chan Drive, patience time.Duration) ([]Drive, error) {
	drives, err := gather(ctx, asked, patience)
	slices.SortFunc(drives, func(a, b Drive) int { return strings.Compare(a.Path, b.Path) })
	return drives, err
}

// gather waits that long for all drives together, and leaves out those that give no answer.
func gather[T any](ctx context.Context, asked []chan T, patience time.Duration) ([]T, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	var drives []T
	expired := false
	for _, answered := range asked {
		var drive T
		ok := false
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
	return drives, nil
}
