package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/inbox"
	"github.com/djscript/djscript/host/message"
)

func (a *app) inboxCommand() *cobra.Command {
	var folder string
	var last int
	list := &cobra.Command{
		Use: "list", Short: message.Text("cli.inbox_list_short", nil), Args: exactly(0),
		Example: "  djscript inbox list\n  djscript inbox list --folder C:/DJ/Importa --json",
		RunE:    func(*cobra.Command, []string) error { return a.inboxList(folder, last) },
	}
	list.Flags().IntVarP(&last, "last", "n", 20, message.Text("cli.flag_inbox_last", nil))
	retry := &cobra.Command{
		Use: "retry [FILE...]", Short: message.Text("cli.inbox_retry_short", nil), Long: message.Text("cli.inbox_retry_long", nil), Args: between(0, -1),
		Example: "  djscript inbox retry 00000501.djp\n  djscript inbox retry",
		RunE:    func(c *cobra.Command, args []string) error { return a.inboxRetry(c.Context(), folder, args) },
	}
	for _, c := range []*cobra.Command{list, retry} {
		c.Flags().StringVar(&folder, "folder", "", message.Text("cli.flag_inbox_folder", nil))
	}
	c := group("inbox", "cli.inbox_short", list, retry)
	c.Example = "  djscript inbox list\n  djscript inbox retry 00000501.djp"
	return byDefault(c, list)
}

// inboxes are the folders that scripts of the store take files from, as their params say it: "inbox", "done", "rejected".
func (a *app) inboxes(folder string) ([]*inbox.Inbox, error) {
	places, err := a.inboxPlaces(folder)
	if err != nil {
		return nil, err
	}
	var all []*inbox.Inbox
	for _, o := range places {
		in, err := inbox.Open(o)
		if err != nil {
			return nil, err
		}
		all = append(all, in)
	}
	return all, nil
}

func (a *app) inboxPlaces(folder string) ([]inbox.Options, error) {
	usual := inbox.Options{Folder: folder, Match: "*", Done: "done", Rejected: "rejected", Now: a.now}
	if folder != "" {
		path, err := filepath.Abs(folder)
		usual.Folder = path
		known, _ := a.inboxPlaces("")
		for _, o := range known {
			if o.Folder == path {
				return []inbox.Options{o}, nil
			}
		}
		return []inbox.Options{usual}, err
	}
	c, err := a.load()
	if err != nil {
		return nil, err
	}
	var found []inbox.Options
	seen := map[string]bool{}
	for _, params := range paramsOf(c) {
		place, _ := params["inbox"].(string)
		if place == "" || seen[place] {
			continue
		}
		seen[place] = true
		o := usual
		o.Folder = filepath.Clean(place)
		if done, ok := params["done"].(string); ok {
			o.Done = done
		}
		if rejected, ok := params["rejected"].(string); ok {
			o.Rejected = rejected
		}
		found = append(found, o)
	}
	if len(found) == 0 {
		return nil, message.New("option.missing", "cli.inbox_none", nil)
	}
	return found, nil
}

// paramsOf are what djscript.toml gives to scripts, by entry and by script.
func paramsOf(c *config.Config) []map[string]any {
	var all []map[string]any
	for _, e := range c.Cron {
		all = append(all, e.Params)
	}
	for _, s := range c.Scripts {
		all = append(all, s.Params)
	}
	return all
}

// inboxFile is a file of an inbox in JSON.
type inboxFile struct {
	Name   string    `json:"name"`
	State  string    `json:"state"`
	At     time.Time `json:"at"`
	Holder string    `json:"holder,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Path   string    `json:"path,omitempty"`
}

func (a *app) inboxList(folder string, last int) error {
	all, err := a.inboxes(folder)
	if err != nil {
		return err
	}
	_, zone, err := a.past()
	if err != nil { // a folder without a store
		zone = time.Local
	}
	told := []map[string]any{}
	var errs []error
	for _, in := range all {
		listed, err := in.List(last)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		files := filesOfInbox(listed, zone)
		told = append(told, map[string]any{"folder": in.Folder, "files": files})
		if !a.json {
			fmt.Fprintln(a.out, in.Folder)
			errs = append(errs, a.inboxTable(files))
		}
	}
	if a.json {
		errs = append(errs, a.printJSON(map[string]any{"inboxes": told}))
	}
	return errors.Join(errs...)
}

func filesOfInbox(l inbox.Listed, zone *time.Location) []inboxFile {
	files := []inboxFile{}
	for _, f := range l.Waiting {
		files = append(files, inboxFile{Name: f.Name, State: "waiting", At: f.Changed})
	}
	for _, f := range l.Claimed {
		files = append(files, inboxFile{Name: f.Name, State: "claimed", At: f.Since, Holder: f.Holder, Path: f.Path})
	}
	for _, ended := range [][]inbox.Ended{l.Rejected, l.Done} {
		for _, f := range ended {
			one := inboxFile{Name: f.Name, State: string(f.Outcome), At: f.At, Path: f.Path}
			if f.Reason != nil {
				one.Reason = f.Reason.Error()
			}
			files = append(files, one)
		}
	}
	for i := range files {
		files[i].At = files[i].At.In(zone)
	}
	return files
}

func (a *app) inboxTable(files []inboxFile) error {
	if len(files) == 0 {
		a.print("cli.inbox_empty", nil)
		return nil
	}
	states := map[string]string{
		"waiting": message.Text("cli.inbox_waiting", nil), "claimed": message.Text("cli.inbox_claimed", nil), string(inbox.Done): message.Text("cli.inbox_done", nil),
		string(inbox.Repeated): message.Text("cli.inbox_repeated", nil), string(inbox.Rejected): message.Text("cli.inbox_rejected", nil),
	}
	var rows [][]string
	for _, f := range files {
		reason := f.Reason
		if f.Holder != "" {
			reason = f.Holder
		}
		rows = append(rows, []string{f.Name, states[f.State], moment(f.At, f.At.Location()), oneLine(reason)})
	}
	return table(a.out, columns("cli.inbox_columns"), rows)
}

// inboxRetry puts rejected files into their inbox again.
func (a *app) inboxRetry(ctx context.Context, folder string, names []string) error {
	all, err := a.inboxes(folder)
	if err != nil {
		return err
	}
	if len(all) > 1 {
		return message.New("option.missing", "cli.inbox_which", nil)
	}
	put, err := all[0].Retry(ctx, names...)
	if a.json {
		return errors.Join(a.printJSON(map[string]any{"folder": all[0].Folder, "put": append([]string{}, put...)}), err)
	}
	for _, name := range put {
		a.print("cli.inbox_put", message.Args{"file": name, "folder": all[0].Folder})
	}
	if len(put) == 0 && err == nil {
		a.print("cli.inbox_nothing", message.Args{"folder": all[0].Rejected})
	}
	return err
}
