package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

func (a *app) copiesCommand() *cobra.Command {
	list := a.copiesListCommand()
	c := group("copies", "cli.copies_short", list, a.copiesShowCommand(), a.copiesCheckCommand(), a.copiesProveCommand(), a.copiesExtractCommand(),
		a.copiesWhyCommand(), a.copiesPlanCommand(), a.copiesPruneCommand(), a.copiesPinCommand(), a.copiesUnpinCommand(),
		a.copiesUntrashCommand(), a.copiesAcceptCommand(), a.copiesSendCommand())
	c.Long = message.Text("cli.copies_long", nil)
	c.Example = "  djscript copies\n  djscript copies show newest\n  djscript copies prove 12\n  djscript copies check E:/Copias/loja.zip"
	return byDefault(c, list)
}

func (a *app) copiesListCommand() *cobra.Command {
	var f copies.Filter
	var trash bool
	c := &cobra.Command{
		Use: "list", Short: message.Text("cli.copies_list_short", nil), Args: exactly(0),
		Example: "  djscript copies list\n  djscript copies list --state verified --since 2026-11-01\n  djscript copies list --trash",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.listCopies(c.Context(), f, trash)
		},
	}
	c.Flags().BoolVar(&trash, "trash", false, message.Text("cli.flag_trash", nil))
	c.Flags().StringVar(&f.Where, "where", "", message.Text("cli.flag_where", nil))
	c.Flags().StringVar(&f.Database, "database", "", message.Text("cli.flag_of_database", nil))
	c.Flags().StringVar(&f.Class, "class", "", message.Text("cli.flag_of_class", nil))
	c.Flags().StringVar(&f.State, "state", "", message.Text("cli.flag_state", nil))
	c.Flags().StringVar(&f.Company, "company", "", message.Text("cli.flag_company", nil))
	c.Flags().Var((*dayFlag)(&f.Since), "since", message.Text("cli.flag_since", nil))
	return c
}

// listCopies lists what lies at the destinations, or in the trash of each.
func (a *app) listCopies(ctx context.Context, f copies.Filter, trash bool) error {
	store, err := a.host()
	if err != nil {
		return err
	}
	f.State, f.Class = calledBy(f.State, copyStates, stateWord), calledBy(f.Class, copyClasses, classWord)
	from, none, show := copies.Filter{}, "cli.copies_none", showCopies
	var wrong error
	if trash {
		from, none, show = copies.Filter{State: copies.Trashed}, "cli.trash_none", showTrash
		if f.State != "" {
			wrong, f.State = message.New("arg.value", "cli.trash_state", nil), ""
		}
	}
	catalogue := store.Catalogue()
	all, problems, err := catalogue.List(ctx, from)
	if err != nil {
		return err
	}
	for _, d := range catalogue.Destinations {
		if short := catalogue.Standstill(d.Name); message.Code(short) == "guard.ledger" && (f.Where == "" || f.Where == d.Name) {
			problems = append(problems, short)
		}
	}
	if err := errors.Join(wrong, checkFilter(f, store.Config, all)); err != nil {
		return err
	}
	found := slices.DeleteFunc(slices.Clone(all), func(c copies.Copy) bool { return !lets(f, c) })
	if a.json {
		told := []failure{}
		for _, p := range problems {
			told = append(told, describe(p))
		}
		return a.printJSON(map[string]any{"copies": append([]copies.Copy{}, found...), "problems": told})
	}
	if len(all) == 0 {
		a.print(none, nil)
	} else if len(found) == 0 {
		a.print("cli.copies_none_such", nil)
	} else if err := show(a.out, found, f.Where); err != nil {
		return err
	}
	for _, d := range catalogue.Destinations {
		if d.There() != nil && d.Away == nil && (f.Where == "" || f.Where == d.Name) {
			a.print("cli.copies_unseen", message.Args{"where": d.Name})
		}
	}
	for _, p := range problems {
		a.tellOne("cli.warning", p)
	}
	return nil
}

// lets is Filter.Lets, but that a copy which is bad at one place is bad too: whoever asks for those wants to mend them.
func lets(f copies.Filter, c copies.Copy) bool {
	damaged := func(p copies.Place) bool {
		return p.State == copies.Bad && (f.Where == "" || f.Where == p.Destination)
	}
	if f.State == copies.Bad && slices.ContainsFunc(c.Places, damaged) {
		f.State = c.State
	}
	return f.Lets(c)
}

var (
	copyClasses = []string{copies.Routine, copies.Intraday, copies.Extra, copies.PreUpdate, copies.PreRestore, copies.Closing}
	copyStates  = []string{copies.Verified, copies.Sealed, copies.Suspect, copies.Bad, copies.Missing}
)

// calledBy is what a person calls by the word that the tables print for it.
func calledBy(word string, known []string, say func(string) string) string {
	for _, one := range known {
		if strings.EqualFold(word, say(one)) {
			return one
		}
	}
	return word
}

// checkFilter refuses what no copy can be: names that neither djscript.toml nor any copy has.
func checkFilter(f copies.Filter, c *config.Config, all []copies.Copy) error {
	known := map[string][]string{
		"class": slices.Clone(copyClasses), "state": slices.Clone(copyStates),
	}
	for _, d := range c.Destinations {
		known["where"] = append(known["where"], d.Name)
	}
	for _, d := range c.Databases {
		known["database"] = append(known["database"], d.Name)
	}
	for _, one := range all {
		known["database"] = append(known["database"], one.Database)
		for _, company := range one.Companies {
			known["company"] = append(known["company"], company.ID)
		}
	}
	wrong := func(kind, name string) (message.Args, bool) {
		slices.Sort(known[kind])
		names := slices.Compact(known[kind])
		return message.Args{"name": name, "near": lua.Nearest(name, names), "known": strings.Join(names, ", ")}, name != "" && !slices.Contains(names, name)
	}
	var mistakes []error
	if _, err := time.Parse(time.DateOnly, f.Since); f.Since != "" && err != nil {
		mistakes = append(mistakes, message.New("arg.value", "cli.no_day", message.Args{"day": f.Since}))
	}
	if args, is := wrong("where", f.Where); is {
		mistakes = append(mistakes, message.New("option.value", "config.no_such_destination", args))
	}
	if args, is := wrong("database", f.Database); is {
		mistakes = append(mistakes, message.New("option.value", "config.no_such_database", args))
	}
	if args, is := wrong("class", f.Class); is {
		mistakes = append(mistakes, message.New("option.value", "cli.no_class", args))
	}
	if args, is := wrong("state", f.State); is {
		mistakes = append(mistakes, message.New("option.value", "cli.no_state", args))
	}
	if args, is := wrong("company", f.Company); is && len(known["company"]) > 0 {
		mistakes = append(mistakes, message.New("option.value", "cli.no_company", args))
	}
	return errors.Join(mistakes...)
}

func showCopies(out io.Writer, found []copies.Copy, _ string) error {
	var rows [][]string
	for _, c := range found {
		rows = append(rows, []string{c.Seq, c.Database, dayOf(c), hourOf(c), orDash(classWord(c.Class)), stateWord(c.State), size(bytesOf(c)), whereOf(c)})
	}
	return table(out, columns("cli.copies_columns"), rows)
}

// dayOf is the business day for a person; a copy that only a ledger remembers has none.
func dayOf(c copies.Copy) string {
	day, err := time.Parse(time.DateOnly, c.Day)
	if err != nil {
		return "-"
	}
	return dayText(day)
}

func dayText(day time.Time) string {
	if message.Language() == message.Portuguese {
		return day.Format("02/01/2006")
	}
	return day.Format(time.DateOnly)
}

// hourOf is the time on the store's clock when the copy was made.
func hourOf(c copies.Copy) string {
	at, err := time.Parse(time.RFC3339, c.Created)
	if err != nil {
		return "-"
	}
	return at.Format("15:04")
}

func stateWord(state string) string {
	switch state {
	case copies.Verified:
		return message.Text("cli.state_verified", nil)
	case copies.Sealed:
		return message.Text("cli.state_sealed", nil)
	case copies.Bad:
		return message.Text("cli.state_bad", nil)
	case copies.Suspect:
		return message.Text("cli.state_suspect", nil)
	case copies.Missing, copies.Trashed:
		return placeWord(state)
	}
	return state
}

func placeWord(state string) string {
	switch state {
	case copies.Present:
		return message.Text("cli.place_present", nil)
	case copies.Missing:
		return message.Text("cli.place_missing", nil)
	case copies.Bad:
		return message.Text("cli.state_bad", nil)
	case copies.Offline:
		return message.Text("cli.place_offline", nil)
	case copies.Trashed:
		return message.Text("cli.place_trashed", nil)
	}
	return state
}

// bytesOf is the size of the zip, wherever it lies.
func bytesOf(c copies.Copy) int64 {
	var most int64
	for _, p := range c.Places {
		most = max(most, p.Bytes)
	}
	return most
}

// whereOf names the destinations, and says of each that has not the copy as it should be what it has.
func whereOf(c copies.Copy) string {
	var all []string
	for _, p := range c.Places {
		name := p.Destination
		if name == "" {
			name = p.Path
		}
		if p.State != copies.Present {
			name = fmt.Sprintf("%s (%s)", name, placeWord(p.State))
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}
