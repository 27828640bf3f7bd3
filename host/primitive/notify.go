package primitive

import (
	"context"

	"github.com/djscript/djscript/lua"
)

// Notice is something that people are to be told.
type Notice struct {
	Level string // "info", "warning", "critical"
	Title string
	Body  string
	To    []string // names of routes; empty: those that take the level
}

type notifyArgs struct {
	Level string   `lua:"level,arg" enum:"info,warning,critical"`
	Title string   `lua:"title,arg"`
	Body  string   `lua:"body"`
	To    []string `lua:"to"`
}

func (h *Host) notices() []lua.Func {
	notify := bind("notify", External, h.notify)
	notify.Power = "notify"
	return []lua.Func{notify}
}

func (h *Host) notify(_ context.Context, a *notifyArgs) (any, error) {
	return nil, h.Env.Notify(Notice{Level: a.Level, Title: a.Title, Body: a.Body, To: a.To}, h.Dry)
}

// planNotify tells nobody, and refuses the same names.
func (h *Host) planNotify(ctx context.Context, args any) (any, error) {
	return h.notify(ctx, args.(*notifyArgs))
}
