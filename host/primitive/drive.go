package primitive

import (
	"context"
	"encoding/json"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	driveListArgs struct {
		Removable *bool    `lua:"removable"`
		MinFree   lua.Size `lua:"min_free"`
	}
	driveFindArgs struct {
		Enrolled string `lua:"enrolled"`
		Label    string `lua:"label"`
		Set      string `lua:"set"`
	}
	driveOfArgs struct {
		Path string `lua:"path,arg"`
	}
	driveCopyArgs struct {
		Path   string   `lua:"path,arg"`
		Drive  driveRef `lua:"drive,arg"`
		Folder string   `lua:"folder"`
		Name   string   `lua:"name"`
	}
	driveArgs struct {
		Drive driveRef `lua:"drive,arg"`
	}
)

// driveRef is a drive as a script names it: a dj.Drive, its path, or the name or id that it was enrolled by.
type driveRef struct{ ref string }

// MarshalJSON is the reference, for a journal.
func (r driveRef) MarshalJSON() ([]byte, error) { return json.Marshal(r.ref) }

// DecodeLua takes a text or a dj.Drive.
func (r *driveRef) DecodeLua(v any) error {
	switch v := v.(type) {
	case string:
		r.ref = v
	case map[string]any:
		r.ref, _ = v["path"].(string)
	}
	if r.ref == "" {
		return message.New("option.type", "primitive.not_a_drive", nil)
	}
	return nil
}

func (h *Host) drive() []lua.Func {
	return []lua.Func{
		bind("drive.list", Read, h.driveList),
		bind("drive.find", Read, h.driveFind),
		bind("drive.of", Read, func(_ context.Context, a *driveOfArgs) (drive.Drive, error) { return h.Drives.Of(a.Path) }),
		bind("drive.copy", Write, h.driveCopy),
		bind("drive.eject", Write, h.driveEject),
		bind("drive.wipe", Destroy, h.driveWipe),
	}
}

func (h *Host) driveList(ctx context.Context, a *driveListArgs) ([]drive.Drive, error) {
	all, err := h.Drives.List(ctx)
	if err != nil {
		return nil, err
	}
	found := []drive.Drive{}
	for _, d := range all {
		if d.State != drive.Locked && (a.Removable == nil || d.Removable == *a.Removable) && d.Free >= int64(a.MinFree) {
			found = append(found, d)
		}
	}
	return found, nil
}

// driveFind gives a drive that can be used. Where more than one is what was asked for, none of them is.
func (h *Host) driveFind(ctx context.Context, a *driveFindArgs) (*drive.Drive, error) {
	if a.Enrolled == "" && a.Label == "" && a.Set == "" {
		return nil, message.New("option.missing", "primitive.find_what", nil)
	}
	all, err := h.Drives.List(ctx)
	if err != nil {
		return nil, err
	}
	var found []drive.Drive
	for _, d := range all {
		named := a.Enrolled == "" || d.EnrolledAs(a.Enrolled)
		if d.State == "" && named && (a.Label == "" || d.Label == a.Label) && (a.Set == "" || d.Set == a.Set) {
			found = append(found, d)
		}
	}
	switch {
	case len(found) == 0:
		return nil, nil
	case len(found) > 1 && a.Enrolled == "" && a.Set == "":
		return nil, message.New("drive.clone", "drive.same_label", message.Args{"label": a.Label, "n": len(found)})
	}
	return &found[0], nil
}

// plugged is the drive that a script names.
func (h *Host) plugged(ctx context.Context, ref driveRef) (drive.Drive, error) {
	all, err := h.Drives.List(ctx)
	if err != nil {
		return drive.Drive{}, err
	}
	return drive.Plugged(all, ref.ref)
}

func (h *Host) driveCopy(ctx context.Context, a *driveCopyArgs) (drive.Laid, error) {
	d, err := h.plugged(ctx, a.Drive)
	if err != nil {
		return drive.Laid{}, err
	}
	if err := h.Env.Spend(FilesWritten, 1); err != nil {
		return drive.Laid{}, err
	}
	laid, err := h.Drives.Put(ctx, a.Path, d, a.Folder, a.Name)
	if err != nil {
		return drive.Laid{}, err
	}
	return laid, h.Env.Spend(BytesWritten, laid.Bytes)
}

func (h *Host) planDriveCopy(ctx context.Context, args any) (any, error) {
	a := args.(*driveCopyArgs)
	if _, err := h.plugged(ctx, a.Drive); err != nil {
		return nil, err
	}
	return map[string]any{"path": lua.Unknown{}, "bytes": lua.Unknown{}, "sha256": lua.Unknown{}, "read_back": lua.Unknown{}}, nil
}

func (h *Host) driveEject(ctx context.Context, a *driveArgs) (any, error) {
	d, err := h.plugged(ctx, a.Drive)
	if err != nil {
		return nil, err
	}
	return nil, h.Drives.Eject(ctx, d)
}

func (h *Host) planDriveEject(ctx context.Context, args any) (any, error) {
	_, err := h.plugged(ctx, args.(*driveArgs).Drive)
	return nil, err
}

// wiping is the destination that a drive is now, and what would go from it.
func (h *Host) wiping(ctx context.Context, ref driveRef) (d drive.Drive, plan copies.Wipe, err error) {
	if d, err = h.plugged(ctx, ref); err != nil {
		return d, plan, err
	}
	for _, to := range h.Destinations {
		if to.Drive != "" && to.Drive == d.Enrolled {
			plan, err = h.Drives.PlanWipe(ctx, to.Name, d)
			return d, plan, err
		}
	}
	return d, plan, message.New("drive.foreign", "primitive.wipe_no_destination", message.Args{"path": d.Path})
}

// driveWipe asks the person who started the run, and nobody else: no entry of the cron table, however it was confirmed
// beforehand, empties a drive.
func (h *Host) driveWipe(ctx context.Context, a *driveArgs) ([]copies.Copy, error) {
	if h.Env.Trigger() != "manual" {
		return nil, message.New("confirm.refused", "primitive.wipe_unattended", nil)
	}
	dropped := []copies.Copy{}
	err := h.one(ctx, func() error {
		d, plan, err := h.wiping(ctx, a.Drive)
		if err != nil || len(plan.Drop) == 0 {
			return err
		}
		if err := h.Env.Dropping(plan.IDs()); err != nil {
			return err
		}
		if err := h.Env.Spend(FilesDropped, int64(len(plan.Drop))); err != nil {
			return err
		}
		yes, err := h.Env.Ask(ctx, Question{ID: "wipe-" + plan.Destination, Text: plan.Question(d), Danger: true, Word: plan.Word})
		if err != nil {
			return err
		}
		if !yes {
			return message.New("confirm.refused", "copies.wipe_word", message.Args{"word": plan.Word, "n": len(plan.Foreign)})
		}
		gone, err := h.Drives.Wipe(ctx, plan.Destination, d, plan.Hash, plan.Word)
		dropped = append(dropped, gone...)
		return err
	})
	return dropped, err
}

func (h *Host) planDriveWipe(ctx context.Context, args any) (any, error) {
	_, plan, err := h.wiping(ctx, args.(*driveArgs).Drive)
	if err != nil {
		return nil, err
	}
	all, _, err := h.Copies.List(ctx, copies.Filter{Where: plan.Destination})
	if err != nil {
		return nil, err
	}
	goes := map[string]bool{}
	for _, id := range plan.IDs() {
		goes[id] = true
	}
	dropped := []copies.Copy{}
	for _, c := range all {
		if goes[c.ID] {
			dropped = append(dropped, c)
		}
	}
	return dropped, h.Env.Dropping(plan.IDs())
}
