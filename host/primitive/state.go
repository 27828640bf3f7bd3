package primitive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	recallArgs struct {
		Key     string     `lua:"key,arg"`
		Default *lua.Value `lua:"default,arg,optional"`
	}
	rememberArgs struct {
		Key   string     `lua:"key,arg"`
		Value *lua.Value `lua:"value,arg,optional"`
	}
	onceArgs struct {
		Key string        `lua:"key,arg"`
		Fn  *lua.Function `lua:"fn,arg"`
	}
)

func (h *Host) state() []lua.Func {
	return []lua.Func{
		flow("state.get", h.recall),
		flow("state.set", h.remember),
		bind("once", Flow, h.once),
	}
}

// OnlyInJobs tells of what directs the flow, but has no place where a script is only loaded: what was kept, what a person says.
func OnlyInJobs(f lua.Func) bool {
	switch f.Name {
	case "state.get", "state.set", "once", "confirm":
		return true
	}
	return false
}

func (h *Host) recall(c *lua.Call, a *recallArgs) (any, error) {
	if err := goodKey(a.Key); err != nil {
		return nil, err
	}
	if h.unsure[a.Key] {
		return lua.Unknown{}, nil
	}
	text, err := h.Env.Recall(a.Key)
	switch {
	case err != nil:
		return nil, err
	case text != "":
		return c.State.DecodeJSON(text)
	case a.Default != nil:
		return *a.Default, nil
	}
	return nil, nil
}

func (h *Host) remember(_ *lua.Call, a *rememberArgs) (any, error) {
	if err := goodKey(a.Key); err != nil {
		return nil, err
	}
	if h.Dry && a.Value != nil && a.Value.Unknown() {
		if h.unsure == nil {
			h.unsure = map[string]bool{}
		}
		h.unsure[a.Key] = true
		return nil, nil
	}
	delete(h.unsure, a.Key)
	if a.Value == nil || a.Value.IsNil() {
		return nil, h.Env.Remember(a.Key, "")
	}
	text, err := a.Value.JSON()
	if err != nil {
		return nil, err
	}
	return nil, h.Env.Remember(a.Key, text)
}

// maxKey is long for a name.
const maxKey = 200

func goodKey(key string) error {
	if key == "" || len(key) > maxKey {
		return message.New("option.value", "primitive.key", message.Args{"most": maxKey})
	}
	return nil
}

// once holds a lock, so that of two runs only one calls fn. The key is marked after fn: where the power goes between the two, fn
// is called again.
func (h *Host) once(ctx context.Context, a *onceArgs) (bool, error) {
	if err := goodKey(a.Key); err != nil {
		return false, err
	}
	release, err := h.Env.Lock(ctx, onceLock(a.Key), 0)
	if err != nil {
		return false, err
	}
	ran, err := h.unlessSeen(a)
	if released := release(); err == nil {
		err = released
	}
	return ran, err
}

// onceLock is a name that a file can have: the letters of the key, and its hash to tell it from others.
func onceLock(key string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, key)
	sum := sha256.Sum256([]byte(key))
	return "once-" + plain[:min(len(plain), 40)] + "-" + hex.EncodeToString(sum[:4])
}

func (h *Host) unlessSeen(a *onceArgs) (ran bool, err error) {
	seen, err := h.Env.Seen(a.Key)
	if err != nil || seen {
		return false, err
	}
	if _, err := a.Fn.Call(); err != nil {
		return true, err
	}
	if h.Dry {
		return true, nil
	}
	return true, h.Env.See(a.Key)
}
