package lua

import (
	"context"
	"reflect"

	glua "github.com/yuin/gopher-lua"
)

// Iterator is what "for ... in" goes through: Next gives the values of each round, and none when there are no more. A loop may
// be left at any round, and nobody tells the iterator: it may hold nothing between two rounds that has to be closed.
type Iterator struct {
	Op   string // what errors call it
	Next func(ctx context.Context) (Results, error)
}

var iteratorType = reflect.TypeFor[Iterator]()

// iterator is the function that a loop calls. When there is nothing more, or Next has failed, there is nothing ever after.
func (s *State) iterator(it Iterator) *glua.LFunction {
	ended := false
	return s.l.NewFunction(func(l *glua.LState) int {
		if ended {
			return 0
		}
		results, err := s.round(l, it)
		if ended = err != nil || len(results) == 0; err != nil {
			s.raiseIn(l, it.Op, err)
		}
		return s.pushResult(l, it.Op, results)
	})
}

func (s *State) round(l *glua.LState, it Iterator) (results Results, err error) {
	if ctx := s.counter.parent; ctx.Err() != nil {
		return nil, over(ctx)
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			err = s.recovered(l, it.Op, panicked)
		}
	}()
	return it.Next(s.counter.parent)
}
