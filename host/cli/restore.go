package cli

import (
	"bufio"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/host/run"
)

// restoreAsked is what `restore` was asked.
type restoreAsked struct {
	refs      []string
	to        string
	database  string
	key       string
	onBusy    string
	grace     time.Duration
	companies []string
	tables    []string
	from      int
	deep      bool
	set       bool
	files     bool
	config    bool
	eliminate bool
	other     bool
	dry       bool
	yes       bool
	undo      bool
	kept      bool
	discard   bool
	wait      *time.Duration
	given     []string // the options of its own that were written
}

func (a *app) restoreCommand() *cobra.Command {
	asked := restoreAsked{}
	c := &cobra.Command{
		Use: "restore [COPY...]", Short: message.Text("cli.restore_short", nil), Long: message.Text("cli.restore_long", nil), Args: between(0, -1),
		SuggestFor: []string{"restaurar", "voltar", "desfazer", "undo"},
		Example: "  djscript restore\n  djscript restore newest --dry-run\n  djscript restore 12 --yes --on-busy shutdown\n" +
			"  djscript restore 12 --companies 1,3\n  djscript restore 12 --tables PRODUTO,GRUPO\n  djscript restore E:/Copias/loja.zip --to C:/Temp/volta\n  djscript restore --undo",
		RunE: func(c *cobra.Command, args []string) error {
			asked.refs, asked.given = args, given(c)
			return a.restore(c.Context(), asked)
		},
	}
	f := c.Flags()
	f.StringVar(&asked.to, "to", "", message.Text("cli.flag_restore_to", nil))
	f.StringVar(&asked.database, "database", "", message.Text("cli.flag_restore_database", nil))
	f.BoolVar(&asked.set, "set", false, message.Text("cli.flag_restore_set", nil))
	f.BoolVar(&asked.files, "files", false, message.Text("cli.flag_restore_files", nil))
	f.BoolVar(&asked.config, "config", false, message.Text("cli.flag_restore_config", nil))
	f.StringSliceVar(&asked.companies, "companies", nil, message.Text("cli.flag_restore_companies", nil))
	f.StringSliceVar(&asked.tables, "tables", nil, message.Text("cli.flag_restore_tables", nil))
	f.IntVar(&asked.from, "archive-from", 0, message.Text("cli.flag_restore_archive_from", nil))
	f.BoolVar(&asked.deep, "deep", false, message.Text("cli.flag_restore_deep", nil))
	f.StringVar(&asked.onBusy, "on-busy", "fail", message.Text("cli.flag_on_busy", nil))
	f.DurationVar(&asked.grace, "grace", 30*time.Second, message.Text("cli.flag_grace", nil))
	f.BoolVar(&asked.eliminate, "eliminate-others", false, message.Text("cli.flag_eliminate", nil))
	f.BoolVar(&asked.other, "other-store", false, message.Text("cli.flag_other_store", nil))
	f.BoolVar(&asked.dry, "dry-run", false, message.Text("cli.flag_restore_dry", nil))
	f.BoolVar(&asked.yes, "yes", false, message.Text("cli.flag_restore_yes", nil))
	f.BoolVar(&asked.undo, "undo", false, message.Text("cli.flag_undo", nil))
	f.BoolVar(&asked.kept, "kept", false, message.Text("cli.flag_kept", nil))
	f.BoolVar(&asked.discard, "discard", false, message.Text("cli.flag_discard", nil))
	keyFlag(c, &asked.key)
	asked.wait = waits(c)
	return c
}

func (a *app) restore(ctx context.Context, asked restoreAsked) error {
	if err := errors.Join(asked.check(), a.wantsStore(asked)); err != nil {
		return err
	}
	if asked.old() {
		return a.restoreOld(ctx, asked)
	}
	keys, err := keysIn(asked.key)
	if err != nil {
		return err
	}
	talk := bufio.NewReader(a.in)
	wanted, err := a.toRestore(ctx, asked, keys, talk)
	if err != nil {
		return err
	}
	if len(asked.refs) == 0 && !asked.set && asked.companies == nil && asked.tables == nil {
		if asked.companies, err = a.pickCompanies(ctx, wanted[0], talk); err != nil {
			return err
		}
	}
	r := primitive.Restoring{
		Copies: wanted, To: asked.to, Database: asked.database, Companies: asked.companies, Tables: asked.tables, From: asked.from, Eliminate: asked.eliminate,
		Files: asked.files, Config: asked.config, Other: asked.other, Deep: asked.deep,
		Force: asked.onBusy == "shutdown", Grace: asked.grace, Keys: keys,
	}
	if asked.to != "" {
		return a.restoreTo(ctx, asked, r)
	}
	return a.restoreLive(ctx, asked, r, talk)
}

// toRestore are the copies that a person named, or picks.
func (a *app) toRestore(ctx context.Context, asked restoreAsked, keys copies.Keys, talk *bufio.Reader) (found []copies.Copy, err error) {
	for _, ref := range asked.refs {
		var c copies.Copy
		if ref == "newest" {
			c, err = a.newestProven(ctx, asked)
		} else {
			c, err = a.findCopy(ctx, ref, keys)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if len(asked.refs) == 0 {
		c, err := a.pickCopy(ctx, asked, talk)
		if err != nil {
			return nil, err
		}
		found = []copies.Copy{c}
	}
	if asked.set {
		return a.sets(ctx, found)
	}
	return found, nil
}

// sets are all copies that were made together with these.
func (a *app) sets(ctx context.Context, some []copies.Copy) ([]copies.Copy, error) {
	all, err := a.listed(ctx)
	if err != nil {
		return nil, err
	}
	found := slices.Clone(some)
	for _, one := range all {
		same := func(c copies.Copy) bool { return c.Set == one.Set && one.Set != "" }
		known := func(c copies.Copy) bool { return c.ID == one.ID }
		if slices.ContainsFunc(some, same) && !slices.ContainsFunc(found, known) {
			found = append(found, one)
		}
	}
	return found, nil
}

// listed are the copies of the store, newest first; what could not be read is told.
func (a *app) listed(ctx context.Context) ([]copies.Copy, error) {
	store, err := a.host()
	if err != nil {
		return nil, err
	}
	all, problems, err := store.Catalogue().List(ctx, copies.Filter{})
	for _, p := range problems {
		a.tellOne("cli.warning", p)
	}
	return all, err
}

// restorable are the copies that can be restored, the proven ones first, each kind newest first. What was copied before a
// restore is restored by its number only: it is always the newest, and seldom what anybody wants.
func restorable(all []copies.Copy, database string) (found []copies.Copy) {
	for _, state := range []string{copies.Verified, copies.Suspect, copies.Sealed} {
		for _, c := range all {
			if c.State == state && c.Class != copies.PreRestore && (database == "" || c.Database == database) {
				found = append(found, c)
			}
		}
	}
	return found
}

// newestProven is the newest proven copy, or where none is proven the newest. Where the store has several databases the newest
// copy may be of any of them: which one is meant has to be said.
func (a *app) newestProven(ctx context.Context, asked restoreAsked) (copies.Copy, error) {
	all, err := a.listed(ctx)
	if err != nil {
		return copies.Copy{}, err
	}
	found := restorable(all, asked.database)
	if len(found) == 0 {
		return copies.Copy{}, noneToRestore(all, asked.database)
	}
	other := func(c copies.Copy) bool { return c.Database != found[0].Database }
	if !asked.set && slices.ContainsFunc(found, other) {
		return copies.Copy{}, message.New("arg.missing", "cli.restore_newest_of", nil)
	}
	return found[0], nil
}

// noneToRestore says that there is no copy to choose; where there are those that restores have made, which is the newest.
func noneToRestore(all []copies.Copy, database string) error {
	for _, c := range all {
		if c.Class == copies.PreRestore && c.State != copies.Bad && c.State != copies.Missing && (database == "" || c.Database == database) {
			return message.New("copy.not_found", "cli.restore_only_before", message.Args{"seq": c.Seq, "day": dayOf(c), "hour": hourOf(c)})
		}
	}
	return message.New("copy.not_found", "cli.restore_none", nil)
}

// restoreLive shows what would be done, asks, and has it done.
func (a *app) restoreLive(ctx context.Context, asked restoreAsked, r primitive.Restoring, talk *bufio.Reader) error {
	offers := a.offersModels(asked)
	r.Files = r.Files || offers
	previews, looked, err := a.previews(ctx, r)
	if err == nil {
		err = looked.Err
	}
	if err == nil && offers {
		r.Files, err = a.wantsModels(ctx, previews, talk)
	}
	if err != nil {
		return err
	}
	refused := refusals(previews)
	if wrong := mistakes(refused); wrong != nil { // what it would do instead is of no use to anybody
		return wrong
	}
	if asked.dry && a.json {
		return a.tellPreviewsJSON(previews, refused)
	}
	if refused != nil && !asked.dry {
		return refused
	}
	if out := a.shows(asked.dry || asked.yes); out != nil {
		if err := tellPreviews(out, previews); err != nil {
			return err
		}
		for _, p := range previews {
			for _, warning := range p.Doubts() {
				a.tellWarning(warning)
			}
		}
	}
	if asked.dry {
		return refused
	}
	if err := a.sendsAway(ctx, asked, &r, previews, talk); err != nil {
		return err
	}
	if err := a.agreedToRestore(ctx, asked, previews, talk); err != nil {
		return err
	}
	return a.changes(ctx, run.Errand{Name: "restore", Params: restoreParams(asked), Tools: true, Wait: *asked.wait, Do: func(ctx context.Context, desk *primitive.Desk) (any, error) {
		return nonNil(desk.Restore(ctx, r))
	}}, a.tellRestored)
}

// refusals are what is known to refuse the restores: nobody is asked for what will not be done.
func refusals(all []*restore.Preview) error {
	var refused []error
	for _, p := range all {
		refused = append(refused, p.Refused)
	}
	return errors.Join(refused...)
}

// mistakes are what of it was asked wrongly, so that no copy and no database could make it right.
func mistakes(refused error) error {
	var wrong []error
	for _, err := range flatten(refused) {
		if code := message.Code(err); code == "option.value" || code == "company.not_found" || code == "company.profile" {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

// nonNil is a result for an errand: nothing at all where there is none.
func nonNil[T any](all []T, err error) (any, error) {
	if len(all) == 0 {
		return nil, err
	}
	return all, err
}

// restoreParams are what the journal keeps of what was asked.
func restoreParams(asked restoreAsked) map[string]any {
	return map[string]any{
		"copies": asked.refs, "to": asked.to, "database": asked.database, "companies": asked.companies, "tables": asked.tables, "archive_from": asked.from,
		"eliminate_others": asked.eliminate, "files": asked.files, "config": asked.config, "on_busy": asked.onBusy,
	}
}

// previews looks at what each restore would do. A deep look begins with how long it will take.
func (a *app) previews(ctx context.Context, r primitive.Restoring) (found []*restore.Preview, looked *run.Outcome, err error) {
	if r.Deep {
		r.Deep = false
		shallow, looked, err := a.previews(ctx, r)
		if err != nil || looked.Err != nil {
			return shallow, looked, err
		}
		for _, p := range shallow {
			a.tell("cli.deep_takes", message.Args{"database": p.Database, "seconds": lasted(p.DeepSeconds)})
		}
		r.Deep = true
	}
	return a.looksAt(ctx, r)
}

func (a *app) looksAt(ctx context.Context, r primitive.Restoring) (found []*restore.Preview, looked *run.Outcome, err error) {
	looked, err = a.errand(ctx, run.Errand{Name: "restore", Look: true, Tools: true, Do: func(ctx context.Context, desk *primitive.Desk) (any, error) {
		for _, c := range r.Copies {
			p, err := desk.Preview(ctx, c, r)
			if err != nil {
				return nil, err
			}
			found = append(found, p)
		}
		return nil, nil
	}})
	return found, looked, err
}

// agreedToRestore asks the person to type a word, unless the answer was given beforehand. What would be lost decides which.
func (a *app) agreedToRestore(ctx context.Context, asked restoreAsked, all []*restore.Preview, talk *bufio.Reader) error {
	if asked.yes {
		return nil
	}
	if _, sits := a.terminal(); sits {
		q := primitive.Question{Text: restoreQuestion(all), Danger: true, Word: restoreWord(asked, all)}
		yes, err := a.confirm(ctx, talk, q)
		if err != nil || yes {
			return err
		}
	}
	return message.New("confirm.refused", "cli.restore_unconfirmed", nil)
}

func restoreQuestion(all []*restore.Preview) string {
	var names []string
	for _, p := range all {
		names = append(names, p.Database)
	}
	return message.Text("cli.restore_ask", message.Args{"databases": strings.Join(names, ", ")})
}

func restoreWord(asked restoreAsked, all []*restore.Preview) string {
	if asked.eliminate && slices.ContainsFunc(all, func(p *restore.Preview) bool { return len(p.Sacrifices()) > 0 }) {
		return message.Text("primitive.eliminate_word", nil)
	}
	return message.Text("cli.restore_word", nil)
}
