package primitive

import (
	"context"

	"github.com/djscript/djscript/lua"
)

type calendarArgs struct {
	Name string `lua:"name,arg"`
	Day  string `lua:"day,arg"`
}

func (h *Host) calendar() []lua.Func {
	return []lua.Func{
		bind("calendar.on", Read, func(_ context.Context, a *calendarArgs) (bool, error) { return h.Env.Calendar(a.Name, a.Day) }),
	}
}
