package exchange

import "context"

// ahead reads rows while others are written.
type ahead struct {
	full, empty chan *batch
	last        *batch
	over        chan struct{}
	done        chan struct{}
}

type batch struct {
	rows []row
	n    int
	room []byte
	err  error
}

// batchSize is how many rows go from one hand to the other at once.
const batchSize = 512

func readAhead(ctx context.Context, f *feed) *ahead {
	a := &ahead{full: make(chan *batch, 2), empty: make(chan *batch, 2), over: make(chan struct{}), done: make(chan struct{})}
	for range 2 {
		b := &batch{rows: make([]row, batchSize)}
		for i := range b.rows {
			b.rows[i] = f.newRow()
		}
		a.empty <- b
	}
	go a.read(ctx, f)
	return a
}

func (a *ahead) read(ctx context.Context, f *feed) {
	defer close(a.done)
	defer close(a.full)
	for {
		var b *batch
		select {
		case b = <-a.empty:
		case <-a.over:
			return
		}
		b.n, b.room, b.err = 0, b.room[:0], ctx.Err()
		for b.err == nil && b.n < batchSize {
			var more bool
			if b.room, more, b.err = f.next(&b.rows[b.n], b.room); !more {
				break
			}
			b.n++
		}
		end := b.n < batchSize
		a.full <- b
		if end {
			return
		}
	}
}

// next are some rows, good until the next call; none after the last.
func (a *ahead) next() ([]row, error) {
	if a.last != nil {
		a.empty <- a.last
	}
	b, more := <-a.full
	if !more {
		a.last = nil
		return nil, nil
	}
	a.last = b
	if b.err != nil {
		return nil, b.err
	}
	if b.n == 0 {
		return nil, nil
	}
	return b.rows[:b.n], nil
}

func (a *ahead) stop() {
	close(a.over)
	for range a.full { //nolint:revive // what was read is let go
	}
	<-a.done
}
