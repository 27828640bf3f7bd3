package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/host/run"
)

// tellArrival tells what has come back, and what only a person can do now.
func (a *app) tellArrival(dir string, arrival *run.Arrival, r *restore.Result) error {
	for _, told := range r.Told {
		a.tellOne("cli.warning", told)
	}
	at := shortest(dir)
	if strings.Contains(at, " ") {
		at = `"` + at + `"`
	}
	next := afterArrival(at, arrival)
	if a.json {
		return a.printJSON(map[string]any{
			"dir": dir, "store": arrival.Config.Store.ID, "copy": arrival.Copy.ID, "sequence": arrival.Next, "restored": r, "next": next,
		})
	}
	store := arrival.Config.Store
	a.print("cli.arrived", message.Args{"name": store.Name, "id": store.ID, "dir": dir, "seq": arrival.Copy.Seq, "day": dayWord(arrival.Copy.Day)})
	a.print("cli.arrived_database", message.Args{
		"database": r.Database, "rows": total(r.Rows), "tables": len(r.Rows), "path": r.Path, "seconds": lasted(r.Seconds.Build + r.Seconds.Proof),
	})
	kinds := map[string]int{}
	for _, part := range arrival.Copy.Parts {
		kinds[part.Kind]++
	}
	fmt.Fprintln(a.out, message.Plural("cli.arrived_config", kinds[copies.PartConfig], nil))
	if n := kinds[copies.PartState]; n > 0 {
		fmt.Fprintln(a.out, message.Plural("cli.arrived_state", n, nil))
	}
	if n := kinds[copies.PartFiles]; n > 0 {
		fmt.Fprintln(a.out, message.Plural("cli.arrived_models", n, nil))
	}
	if r.KeptFiles != "" {
		a.print("cli.restored_kept_files", message.Args{"path": r.KeptFiles})
	}
	a.print("cli.arrived_sequence", message.Args{"next": arrival.Next + 1})
	a.print("cli.init_next", nil)
	for _, line := range next {
		fmt.Fprintln(a.out, "  "+line)
	}
	return nil
}

// afterArrival is what is left to do on the new PC, in the order in which one does it.
func afterArrival(at string, arrival *run.Arrival) (next []string) {
	c := arrival.Config
	for _, name := range secretsOf(c) {
		next = append(next, message.Text("cli.arrived_secret", message.Args{"dir": at, "name": name}))
	}
	for _, d := range c.Destinations {
		next = append(next, destinationHere(at, d)...)
	}
	for _, d := range c.Databases {
		if d.Name != arrival.Copy.Database {
			next = append(next, message.Text("cli.arrived_other", message.Args{"dir": at, "database": d.Name, "path": d.Path}))
		}
	}
	if len(c.Recipients) > 0 {
		next = append(next, message.Text("cli.arrived_keys", message.Args{"n": len(c.Recipients)}))
	}
	return append(next,
		message.Text("cli.arrived_doctor", message.Args{"dir": at}),
		message.Text("cli.init_next_backup", message.Args{"dir": at}),
		message.Text("cli.arrived_old", nil),
	)
}

// secretsOf are the names of the passwords that a djscript.toml speaks of, each once. No copy has any of them.
func secretsOf(c *config.Config) (names []string) {
	note := func(s config.Secret) {
		if name := s.Name(); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, d := range c.Databases {
		note(d.Password)
	}
	for _, d := range c.Destinations {
		note(d.Password)
	}
	for _, r := range c.Routes {
		note(r.URL)
	}
	return names
}

// destinationHere is what has to be done for copies to reach a destination from this PC.
func destinationHere(at string, d config.Destination) []string {
	args := message.Args{"dir": at, "destination": d.Name, "path": d.Path}
	if d.Drive != nil {
		args["drive"], args["enrolled"] = d.Drive.Name(), d.Drive.Enrolled != ""
		return []string{message.Text("cli.arrived_drive", args)}
	}
	if info, err := os.Stat(filepath.FromSlash(d.Path)); err == nil && info.IsDir() {
		return nil
	}
	return []string{message.Text("cli.arrived_folder", args)}
}
