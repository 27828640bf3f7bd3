package primitive

import (
	"context"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/lua"
)

type (
	restoreArgs struct {
		Copy        copyRef  `lua:"copy,arg"`
		Database    string   `lua:"database"`
		Companies   []string `lua:"companies,single"`
		Tables      []string `lua:"tables,single"`
		ArchiveFrom int      `lua:"archive_from"`
		Eliminate   bool     `lua:"eliminate_others"`
		Files       bool     `lua:"files"`
		Config      bool     `lua:"config"`
		To          string   `lua:"to"`
		OnBusy      string   `lua:"on_busy" enum:"fail,shutdown"`
	}
	previewArgs struct {
		Copy        copyRef  `lua:"copy,arg"`
		Database    string   `lua:"database"`
		Companies   []string `lua:"companies,single"`
		Tables      []string `lua:"tables,single"`
		ArchiveFrom int      `lua:"archive_from"`
		Eliminate   bool     `lua:"eliminate_others"`
		Files       bool     `lua:"files"`
		Config      bool     `lua:"config"`
		Deep        bool     `lua:"deep"`
	}
)

// restoring are the primitives that bring a copy back. Who may restore a copy may do anything to the data of the shop, so it
// is a power of its own.
func (h *Host) restoring() []lua.Func {
	one := bind("copy.restore", Destroy, h.restore)
	one.Power = "restore"
	return []lua.Func{one, bind("copy.preview", Read, h.preview)}
}

func (h *Host) preview(ctx context.Context, a *previewArgs) (*restore.Preview, error) {
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return nil, err
	}
	return h.Restores.Preview(ctx, found, restore.Options{
		Database: a.Database, Companies: a.Companies, Tables: a.Tables, ArchiveFrom: a.ArchiveFrom, Eliminate: a.Eliminate, Files: a.Files, Config: a.Config, Deep: a.Deep,
	})
}

// restore restores one copy, to a folder or in the place of the live database.
func (h *Host) restore(ctx context.Context, a *restoreArgs) (*restore.Result, error) {
	found, o, err := h.restorable(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := h.sacrificed(ctx, a, found, o); err != nil {
		return nil, err
	}
	var done []*restore.Result
	err = h.one(ctx, func() error {
		if a.To != "" {
			result, err := h.Restores.To(ctx, found, a.To, o)
			done = []*restore.Result{result}
			return err
		}
		done, err = h.Restores.Restore(ctx, []copies.Copy{found}, o)
		return err
	})
	h.restored(done)
	if err != nil || len(done) == 0 {
		return nil, err
	}
	return done[0], nil
}

// restorable is the copy, and how it is restored. The safety copy is a file that the run writes.
func (h *Host) restorable(ctx context.Context, a *restoreArgs) (copies.Copy, restore.Options, error) {
	closing := firebird.Closing{}
	if a.OnBusy == "shutdown" {
		closing = firebird.Closing{Force: true, Wait: courtesy}
	}
	o := restore.Options{
		Database: a.Database, Companies: a.Companies, Tables: a.Tables, ArchiveFrom: a.ArchiveFrom, Eliminate: a.Eliminate, Files: a.Files, Config: a.Config,
		Gate: h.gates(closing),
	}
	if a.Config && a.To != "" {
		return copies.Copy{}, o, message.New("option.value", "primitive.config_to", nil)
	}
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return found, o, err
	}
	return found, o, h.Env.Spend(FilesWritten, 1)
}

// sacrificed asks the person who started the run for the companies that would be ELIMINATED, with a word to type.
func (h *Host) sacrificed(ctx context.Context, a *restoreArgs, c copies.Copy, o restore.Options) error {
	if !a.Eliminate || a.To != "" {
		return nil
	}
	p, err := h.Restores.Preview(ctx, c, o)
	if err != nil {
		return err
	}
	gone := p.Sacrifices()
	if len(gone) == 0 {
		return nil
	}
	word := message.Text("primitive.eliminate_word", nil)
	q := Question{
		ID: "eliminate-" + p.Database, Danger: true, Word: word,
		Text: message.Text("primitive.eliminate_ask", message.Args{"database": p.Database, "gone": "\n  " + strings.Join(gone, "\n  ")}),
	}
	yes, err := h.Env.Ask(ctx, q)
	if err == nil && !yes {
		err = message.New("confirm.refused", "primitive.not_eliminated", message.Args{"database": p.Database, "id": q.ID, "word": word})
	}
	return err
}

// restored notes what is to be said of restores that were done.
func (h *Host) restored(all []*restore.Result) {
	for _, r := range all {
		if r == nil {
			continue
		}
		for _, told := range r.Told {
			h.Env.Degrade(told)
		}
		if r.PreRestore != nil {
			h.made(copies.Set{Copies: []copies.Copy{*r.PreRestore}})
		}
	}
}

// planRestore answers with what is known of a restore before it is done, and meets what would refuse it, as far as a look
// at the copy tells.
func (h *Host) planRestore(ctx context.Context, args any) (any, error) {
	a := args.(*restoreArgs)
	found, o, err := h.restorable(ctx, a)
	if err != nil {
		return nil, err
	}
	planned := map[string]any{
		"database": found.Database, "copy": found.ID, "seq": found.Seq, "path": lua.Unknown{}, "companies": lua.Unknown{}, "rows": lua.Unknown{},
		"files": []any{}, "seconds": lua.Unknown{},
	}
	if a.To != "" {
		return planned, nil
	}
	p, err := h.Restores.Preview(ctx, found, o)
	if err != nil {
		return nil, err
	}
	if p.Refused != nil {
		return nil, p.Refused
	}
	h.warnOf(p)
	planned["database"] = p.Database
	planned["kept_old"], planned["pre_restore"] = lua.Unknown{}, lua.Unknown{}
	return planned, nil
}

func (h *Host) warnOf(p *restore.Preview) {
	for _, warning := range p.Warnings {
		h.Env.Log("warning", warning, nil)
	}
}
