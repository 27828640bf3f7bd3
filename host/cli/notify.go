package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/notify"
	"github.com/djscript/djscript/host/run"
)

// notifyPatience is longer than that of a run: somebody is looking.
const notifyPatience = 30 * time.Second

func (a *app) notifyCommand() *cobra.Command {
	test := &cobra.Command{
		Use: "test NAME", Short: message.Text("cli.notify_test_short", nil), Args: exactly(1), Example: "  djscript notify test dono",
		RunE: func(c *cobra.Command, args []string) error { return a.notifyTest(c.Context(), args[0]) },
	}
	list := &cobra.Command{
		Use: "list", Short: message.Text("cli.notify_list_short", nil), Args: exactly(0), Example: "  djscript notify list\n  djscript notify list --json",
		RunE: func(*cobra.Command, []string) error { return a.notifyList() },
	}
	c := group("notify", "cli.notify_short", list, test)
	c.Long = message.Text("cli.notify_long", message.Args{"services": strings.Join(notify.Services(), ", ")})
	c.Example = "  djscript secret set telegram-dono\n  djscript notify test dono\n  djscript notify list"
	return c
}

// notifyTest sends at once, past the queue: what comes back is what the service says.
func (a *app) notifyTest(ctx context.Context, name string) error {
	store, err := a.host()
	if err != nil {
		return err
	}
	route, err := store.Config.Route(name)
	if err != nil {
		return err
	}
	address, err := store.Address(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, notifyPatience)
	defer cancel()
	body := store.Outbox().Sign(message.Text("cli.notify_body", nil), a.now().In(store.Config.Store.Location))
	if err := notify.Send(ctx, address, message.Text("cli.notify_title", nil), body); err != nil {
		return message.Wrap(err, message.Code(err), "cli.notify_failed", message.Args{"route": name, "secret": route.URL.Name()})
	}
	if a.json {
		return a.printJSON(map[string]any{"route": name, "sent": true})
	}
	a.print("cli.notify_sent", message.Args{"route": name})
	return nil
}

// routeRow is a route as it is listed.
type routeRow struct {
	Name    string   `json:"name"`
	Levels  []string `json:"levels"`
	Secret  string   `json:"secret"`
	Set     bool     `json:"set"`
	Waiting int      `json:"waiting"`
}

func (a *app) notifyList() error {
	store, err := a.host()
	if err != nil {
		return err
	}
	waiting, err := store.Outbox().Waiting()
	if err != nil {
		return err
	}
	routes, err := routeRows(store, waiting)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"routes": routes, "waiting": waiting})
	}
	if len(routes) == 0 {
		a.print("cli.notify_none", nil)
	} else if err := a.routeTable(routes); err != nil {
		return err
	}
	if len(waiting) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	zone := store.Config.Store.Location
	var rows [][]string
	for _, w := range waiting {
		next := "-"
		if !w.Next.IsZero() {
			next = moment(w.Next, zone)
		}
		rows = append(rows, []string{moment(w.Queued, zone), w.Route, strconv.Itoa(w.Tries), next, w.Title})
	}
	return table(a.out, columns("cli.notify_waiting_columns"), rows)
}

func routeRows(store *run.Host, waiting []notify.Waiting) ([]routeRow, error) {
	rows := []routeRow{}
	for _, r := range store.Config.Routes {
		row := routeRow{Name: r.Name, Levels: r.Levels, Secret: r.URL.Name()}
		_, err := store.Address(r.Name)
		if err != nil && message.Code(err) != "secret.missing" {
			return nil, err
		}
		row.Set = err == nil
		for _, w := range waiting {
			if w.Route == r.Name {
				row.Waiting++
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (a *app) routeTable(routes []routeRow) error {
	var rows [][]string
	for _, r := range routes {
		kept := r.Secret
		if !r.Set {
			kept = message.Text("cli.notify_not_set", message.Args{"secret": r.Secret})
		}
		rows = append(rows, []string{r.Name, strings.Join(r.Levels, ", "), kept, strconv.Itoa(r.Waiting)})
	}
	return table(a.out, columns("cli.notify_columns"), rows)
}
