package primitive

import (
	"sync"

	"github.com/djscript/djscript/lua"
)

// pure are the primitives that calculate from their arguments alone: any script may call them at any time, a policy function
// too, and the journal does not keep them.
func (h *Host) pure() []lua.Func {
	return []lua.Func{
		bind("num", Flow, num),
		bind("time.parse", Flow, h.timeParse),
		bind("time.format", Flow, h.timeFormat),
		bind("time.add", Flow, h.timeAdd),
		bind("time.days", Flow, h.timeDays),
		bind("time.weekday", Flow, h.timeWeekday),
		flow("json.encode", jsonEncode),
		flow("json.decode", jsonDecode),
		bind("text.upper", Flow, textUpper),
		bind("text.lower", Flow, textLower),
		bind("text.pad", Flow, textPad),
		bind("text.strip_accents", Flow, textStripAccents),
		bind("text.cnpj", Flow, textCNPJ),
		bind("text.cpf", Flow, textCPF),
	}
}

var pureNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, f := range (&Host{}).pure() {
		names[f.Name] = true
	}
	return names
})

// flow is bind for what has to do with Lua's own values.
func flow[T, R any](name string, fn func(c *lua.Call, args *T) (R, error)) lua.Func {
	f := lua.Bind(name, fn)
	f.Effect = Flow
	return f
}
