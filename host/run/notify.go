package run

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/notify"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/secret"
)

const (
	tellFor   = 20 * time.Second // at the end of a run, for all that waits
	noticeFor = 8 * time.Second  // for one notice
)

// Outbox takes what people are to be told, and sends it.
type Outbox interface {
	Queue(n notify.Notice) error
	Flush(ctx context.Context) []error
}

// Outbox is where the notices of the store wait.
func (h *Host) Outbox() *notify.Outbox {
	return &notify.Outbox{
		Dir: filepath.Join(h.dir(), "outbox"), Store: h.Config.Store.Name, Address: h.Address, Send: notify.Send, Now: h.now, Timeout: noticeFor,
	}
}

// Address is the address that a route of djscript.toml leads to.
func (h *Host) Address(route string) (secret.Text, error) {
	r, err := h.Config.Route(route)
	if err != nil {
		return "", err
	}
	return secret.Open(h.dir(), h.KeyDir).Get(r.URL.Name())
}

// Notify keeps a notice for each route that takes it. That it could not be kept is journaled, and fails nothing.
func (r *running) Notify(n primitive.Notice, dry bool) error {
	routes, err := r.routes(n)
	if err != nil || dry || r.engines.Outbox == nil {
		return err
	}
	if len(routes) == 0 {
		r.Log("info", message.Text("run.nobody_told", message.Args{"title": n.Title, "level": n.Level}), nil)
	}
	for _, route := range routes {
		err := r.engines.Outbox.Queue(notify.Notice{Route: route, Level: n.Level, Title: r.mask(n.Title), Body: r.mask(n.Body)})
		if err != nil {
			r.logFailure(err)
		}
	}
	return nil
}

// routes are those that a notice names, whatever they take, or those that take its level.
func (r *running) routes(n primitive.Notice) ([]string, error) {
	for _, name := range n.To {
		if _, err := r.host.Config.Route(name); err != nil {
			return nil, err
		}
	}
	if len(n.To) > 0 {
		return n.To, nil
	}
	var names []string
	for _, route := range r.host.Config.Routes {
		if slices.Contains(route.Levels, n.Level) {
			names = append(names, route.Name)
		}
	}
	return names, nil
}

// tell sends what waits, of this run and of those before. What does not go out waits for the next.
func (r *running) tell(ctx context.Context) {
	if r.request.Dry || r.engines == nil || r.engines.Outbox == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellFor)
	defer cancel()
	for _, err := range r.engines.Outbox.Flush(ctx) {
		r.logFailure(err)
	}
}

// logFailure journals what went wrong and is nobody's fault in this run.
func (r *running) logFailure(err error) {
	r.Log("warning", err.Error(), map[string]any{"code": message.Code(err), "hint": message.Hint(err)})
}
