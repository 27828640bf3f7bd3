package lua

import (
	"context"
	"slices"
)

// Names are what every script may name besides what its host lends it: the functions of Lua 5.1 that there are, one of a
// library with the library's name ("string.format"), and the libraries themselves; sorted.
func Names() []string {
	s := New(context.Background(), Options{})
	var all []string
	for _, name := range s.Complete("") {
		all = append(all, name)
		all = append(all, s.Complete(name+".")...)
	}
	slices.Sort(all)
	return all
}
