package primitive

import "github.com/djscript/djscript/lua"

type (
	jsonEncodeArgs struct {
		Value *lua.Value `lua:"value,arg,optional"`
	}
	jsonDecodeArgs struct {
		Text string `lua:"text,arg"`
	}
)

func jsonEncode(_ *lua.Call, a *jsonEncodeArgs) (string, error) {
	if a.Value == nil {
		return "null", nil
	}
	return a.Value.JSON()
}

func jsonDecode(c *lua.Call, a *jsonDecodeArgs) (lua.Value, error) { return c.State.DecodeJSON(a.Text) }
