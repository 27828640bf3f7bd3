package primitive

import (
	"context"

	"github.com/djscript/djscript/lua"
)

// numArgs takes whatever a Decimal takes; its mistakes are those of the Decimal itself.
type numArgs struct {
	Value lua.Value `lua:"value,arg"`
}

func num(_ context.Context, a *numArgs) (d *lua.Decimal, err error) {
	err = a.Value.Decode(&d)
	return d, err
}
