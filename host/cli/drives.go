package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

func (a *app) drivesCommand() *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: message.Text("cli.drives_list_short", nil), Args: exactly(0), Example: "  djscript drives list",
		RunE: func(c *cobra.Command, _ []string) error { return a.drives(c.Context()) },
	}
	c := group("drives", "cli.drives_short", list, a.drivesEnrolCommand(), a.drivesEjectCommand(), a.drivesWipeCommand())
	c.Example = "  djscript drives\n  djscript drives --json\n  djscript drives enrol E: --destination pendrive --set wed"
	return byDefault(c, list)
}

// drives lists what is plugged in.
func (a *app) drives(ctx context.Context) error {
	found, err := a.namedDrives(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"drives": append([]drive.Drive{}, found...)})
	}
	if len(found) == 0 {
		a.print("cli.drives_none", nil)
		return nil
	}
	var rows [][]string
	for _, d := range found {
		rows = append(rows, []string{
			d.Path, orDash(d.Label), orDash(d.Serial), d.Filesystem, yesNo(d.Removable), drive.Size(d.Free).String(), drive.Size(d.Total).String(), orDash(d.Shown()), stateOf(d),
		})
	}
	return table(a.out, columns("cli.drives_columns"), rows)
}

// namedDrives are those that are plugged in, as the store knows them. Outside of a store nobody knows which is which.
func (a *app) namedDrives(ctx context.Context) ([]drive.Drive, error) {
	found, err := drive.List(ctx)
	if err != nil {
		return nil, err
	}
	if h, known, err := a.drivesOfStore(); err == nil {
		facts, err := drive.Look(ctx, found)
		return drive.Named(h.Config.Store.ID, known, facts), err
	}
	return found, nil
}

// stateOf is what a person is told of a drive: of the system's own disk, that no copies are carried away on it.
func stateOf(d drive.Drive) string {
	if d.State == "" && drive.OnSystem(d.Path) {
		return message.Text("cli.drive_system", nil)
	}
	return stateText(d.State)
}

func stateText(state string) string {
	switch state {
	case drive.Locked:
		return message.Text("cli.drive_locked", nil)
	case drive.ReadOnly:
		return message.Text("cli.drive_read_only", nil)
	case drive.Foreign:
		return message.Text("cli.drive_foreign", nil)
	case drive.Clone:
		return message.Text("cli.drive_clone", nil)
	}
	return message.Text("cli.drive_ok", nil)
}

// drivesOfStore is the store, and what it remembers of its drives; of a memory that can not be read only the marks speak.
func (a *app) drivesOfStore() (*run.Host, *drive.Known, error) {
	h, err := a.host()
	if err != nil {
		return nil, nil, err
	}
	known, err := drive.LoadKnown(h.Config.Dir)
	if err != nil {
		a.tellOne("cli.warning", err)
	}
	return h, known, nil
}

func (a *app) drivesEnrolCommand() *cobra.Command {
	var destination, slot string
	c := &cobra.Command{
		Use: "enrol [PATH]", Short: message.Text("cli.drives_enrol_short", nil), Long: message.Text("cli.drives_enrol_long", nil), Args: between(0, 1),
		Example: "  djscript drives enrol E: --destination pendrive\n  djscript drives enrol /media/loja/AZUL --destination pendrive --set wed",
		RunE: func(c *cobra.Command, args []string) error {
			return a.enrol(c.Context(), strings.Join(args, ""), destination, slot)
		},
	}
	c.Flags().StringVar(&destination, "destination", "", message.Text("cli.flag_enrol_destination", nil))
	c.Flags().StringVar(&slot, "set", "", message.Text("cli.flag_enrol_set", nil))
	return c
}

// enrol makes a drive one of the store's.
func (a *app) enrol(ctx context.Context, path, name, slot string) error {
	h, known, err := a.drivesOfStore()
	if err != nil {
		return err
	}
	d, slot, err := enrolFor(h.Config, name, slot)
	if err != nil {
		return err
	}
	one, err := a.chosen(ctx, path)
	if err != nil {
		return err
	}
	now := h.Now().In(h.Config.Store.Location)
	mark := drive.Mark{Name: d.Drive.Name(), Store: h.Config.Store.ID, Destination: d.Name, Slot: slot, Created: now.Format("2006-01-02T15:04:05Z07:00")}
	watcher := a.watcher()
	e, err := drive.Enrol(ctx, one.Path, mark, h.Apart(), watcher.far(enrolling, one.Path))
	watcher.end()
	if err != nil {
		return err
	}
	known.Remember(e.Mark, now, h.Today())
	if err := errors.Join(known.Save(), run.MakeFolder(one.Path, d.Path)); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(e)
	}
	args := message.Args{
		"name": e.Drive.Shown(), "path": e.Drive.Path, "destination": d.Name, "probed": drive.Size(e.Probed), "device": e.ReadBack == drive.FromDevice, "spread": e.Spread,
	}
	a.print("cli.enrolled", args)
	return nil
}

// enrolFor is the destination that a drive is to be enrolled for, and its place in the set, which a person may name in
// either language.
func enrolFor(c *config.Config, name, slot string) (config.Destination, string, error) {
	var wanting []string
	for _, d := range c.Destinations {
		if d.Drive != nil {
			wanting = append(wanting, d.Name)
		}
	}
	if name == "" && len(wanting) == 1 {
		name = wanting[0]
	}
	if name == "" {
		return config.Destination{}, "", message.New("arg.value", "cli.enrol_which", message.Args{"names": strings.Join(wanting, ", ")})
	}
	d, err := c.Destination(name)
	if err != nil {
		return d, "", err
	}
	if d.Drive == nil {
		return d, "", message.New("arg.value", "cli.enrol_folder", message.Args{"destination": name})
	}
	var slots, days []string
	for _, day := range d.Set {
		slots, days = append(slots, config.Slot(day)), append(days, message.Weekday(config.Slot(day)).String())
	}
	if day, ok := config.Weekday(slot); ok {
		slot = config.Slot(day)
	}
	if len(slots) == 0 && slot != "" || len(slots) > 0 && !slices.Contains(slots, slot) {
		return d, "", message.New("arg.value", "cli.enrol_slot", message.Args{"destination": name, "slots": strings.Join(days, ", "), "n": len(slots)})
	}
	return d, slot, nil
}

// chosen is the drive of that path; where none is given, the only one that can be carried away and is nobody's yet.
func (a *app) chosen(ctx context.Context, path string) (drive.Drive, error) {
	if path != "" {
		if len(path) == 2 && path[1] == ':' {
			path += `\`
		}
		return drive.Of(path)
	}
	all, err := drive.List(ctx)
	if err != nil {
		return drive.Drive{}, err
	}
	all = slices.DeleteFunc(all, func(d drive.Drive) bool { return !d.Removable })
	if len(all) == 1 {
		return all[0], nil
	}
	var paths []string
	for _, d := range all {
		paths = append(paths, d.Path)
	}
	return drive.Drive{}, message.New("arg.value", "cli.enrol_path", message.Args{"paths": strings.Join(paths, ", "), "n": len(all)})
}

func (a *app) drivesEjectCommand() *cobra.Command {
	return &cobra.Command{
		Use: "eject NAME|PATH", Short: message.Text("cli.drives_eject_short", nil), Long: message.Text("cli.drives_eject_long", nil), Args: exactly(1),
		Example: "  djscript drives eject AZUL\n  djscript drives eject E:",
		RunE:    func(c *cobra.Command, args []string) error { return a.eject(c.Context(), args[0]) },
	}
}

// eject says that a drive may be pulled out when it may, and not before.
func (a *app) eject(ctx context.Context, which string) error {
	d, err := a.plugged(ctx, which)
	if err != nil {
		return err
	}
	if err := drive.Eject(ctx, d); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"ejected": d})
	}
	a.print("cli.ejected", message.Args{"path": d.Path, "name": d.Shown()})
	return nil
}

// plugged is the drive that a person names. Whoever names none gets none, also where only one is plugged in.
func (a *app) plugged(ctx context.Context, which string) (drive.Drive, error) {
	all, err := a.namedDrives(ctx)
	if err != nil {
		return drive.Drive{}, err
	}
	one, err := drive.Plugged(all, which)
	if message.Code(err) == "drive.not_found" {
		return one, cmp.Or(a.folder(which), err)
	}
	return one, err
}

// folder is the error of what is named as a drive, and is a folder: a destination, or a path; nil where it is none.
func (a *app) folder(which string) error {
	if h, err := a.host(); err == nil {
		for _, d := range h.Config.Destinations {
			if d.Drive == nil && (d.Name == which || filepath.Clean(d.Path) == filepath.Clean(which)) {
				return message.New("arg.value", "cli.enrol_folder", message.Args{"destination": d.Name})
			}
		}
	}
	if info, err := os.Stat(a.within(which)); err == nil && info.IsDir() {
		return message.New("arg.value", "cli.folder_no_drive", message.Args{"path": which})
	}
	return nil
}

func (a *app) drivesWipeCommand() *cobra.Command {
	dry := false
	c := &cobra.Command{
		Use: "wipe NAME|PATH", Short: message.Text("cli.drives_wipe_short", nil), Long: message.Text("cli.drives_wipe_long", nil), Args: exactly(1),
		Example: "  djscript drives wipe AZUL --dry-run\n  djscript drives wipe AZUL",
		RunE:    func(c *cobra.Command, args []string) error { return a.wipe(c.Context(), args[0], dry) },
	}
	c.Flags().BoolVar(&dry, "dry-run", false, message.Text("cli.flag_wipe_dry", nil))
	return c
}

// wipe shows what would go from a drive, has the person at the terminal type the drive's label, and has it given up.
func (a *app) wipe(ctx context.Context, which string, dry bool) error {
	h, err := a.host()
	if err != nil {
		return err
	}
	d, err := a.plugged(ctx, which)
	if err != nil {
		return err
	}
	plan, err := h.PlanWipe(ctx, d)
	if err != nil {
		return err
	}
	if err := a.showWipe(d, plan, dry); err != nil || dry || len(plan.Drop) == 0 {
		return err
	}
	if _, sits := a.terminal(); !sits {
		return message.New("confirm.refused", "primitive.wipe_unattended", nil)
	}
	yes, err := a.confirm(ctx, bufio.NewReader(a.in), primitive.Question{Text: plan.Question(d), Danger: true, Word: plan.Word})
	if err != nil {
		return err
	}
	if !yes {
		return message.New("confirm.refused", "copies.wipe_word", message.Args{"word": plan.Word, "n": len(plan.Foreign)})
	}
	gone, err := h.Wipe(ctx, d, plan, plan.Word)
	if !a.json {
		a.print("cli.wiped", message.Args{"n": len(gone), "path": d.Path})
		return err
	}
	wiped := map[string]any{"plan": plan, "dropped": append([]copies.Copy{}, gone...)}
	if err != nil { // what went is told with why the rest did not
		wiped["error"] = describe(err)
		err = ended(run.ExitOf(err))
	}
	return errors.Join(a.printJSON(wiped), err)
}

func (a *app) showWipe(d drive.Drive, plan copies.Wipe, dry bool) error {
	undone := dry || len(plan.Drop) == 0
	out := a.shows(undone)
	if out == nil {
		if undone {
			return a.printJSON(map[string]any{"plan": plan, "dropped": []copies.Copy{}})
		}
		return nil
	}
	var rows [][]string
	for _, one := range plan.Drop {
		rows = append(rows, []string{message.Text("cli.wipe_goes", nil), one.Name, dayWord(one.Day), drive.Size(one.Bytes).String(), one.Why})
	}
	for _, one := range plan.Keep {
		rows = append(rows, []string{message.Text("cli.wipe_stays", nil), one.Name, dayWord(one.Day), drive.Size(one.Bytes).String(), one.Why})
	}
	if err := table(out, columns("cli.wipe_columns"), rows); err != nil {
		return err
	}
	fmt.Fprintln(out, message.Text("cli.wipe_sum", message.Args{"path": d.Path, "n": len(plan.Drop), "size": drive.Size(plan.Bytes), "keep": len(plan.Keep), "foreign": len(plan.Foreign)}))
	return nil
}

// byDefault makes a group do what one of its commands does when none is named.
func byDefault(group, command *cobra.Command) *cobra.Command {
	group.Flags().AddFlagSet(command.Flags())
	refuse, run := group.RunE, command.RunE
	group.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return refuse(c, args)
		}
		return run(c, args)
	}
	return group
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func yesNo(b bool) string {
	if b {
		return message.Text("cli.yes", nil)
	}
	return message.Text("cli.no", nil)
}
