package primitive

import (
	"context"

	"github.com/djscript/djscript/lua"
)

type logArgs struct {
	Message string         `lua:"message,arg"`
	Fields  map[string]any `lua:"fields,arg,optional"`
}

func (h *Host) log() []lua.Func {
	level := func(name, level string) lua.Func {
		return bind("log."+name, Flow, func(_ context.Context, a *logArgs) (any, error) {
			h.Env.Log(level, a.Message, a.Fields)
			return nil, nil
		})
	}
	return []lua.Func{level("info", "info"), level("warn", "warning"), level("error", "error")}
}
