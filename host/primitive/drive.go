package primitive

import (
	"context"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/lua"
)

type (
	driveListArgs struct {
		Removable *bool    `lua:"removable"`
		MinFree   lua.Size `lua:"min_free"`
	}
	driveOfArgs struct {
		Path string `lua:"path,arg"`
	}
)

func (h *Host) drive() []lua.Func {
	return []lua.Func{
		bind("drive.list", Read, h.driveList),
		bind("drive.of", Read, func(_ context.Context, a *driveOfArgs) (drive.Drive, error) { return h.Drives.Of(a.Path) }),
	}
}

func (h *Host) driveList(ctx context.Context, a *driveListArgs) ([]drive.Drive, error) {
	all, err := h.Drives.List(ctx)
	if err != nil {
		return nil, err
	}
	found := []drive.Drive{}
	for _, d := range all {
		if (a.Removable == nil || d.Removable == *a.Removable) && d.Free >= int64(a.MinFree) {
			found = append(found, d)
		}
	}
	return found, nil
}
