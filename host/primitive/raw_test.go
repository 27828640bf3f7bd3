package primitive

import (
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

func TestTheOptionsOfARawRestoreAreThoseOfGbak(t *testing.T) {
	for _, c := range []struct {
		args rebuildArgs
		want firebird.RestoreOptions
		code string
	}{
		{rebuildArgs{Backup: "/a.fbk"}, firebird.RestoreOptions{}, ""},
		{rebuildArgs{Backup: "D:/a.fbk", PageSize: 8192, OneAtATime: true}, firebird.RestoreOptions{PageSize: 8192, OneAtATime: true}, ""},
		{rebuildArgs{Backup: `D:\a.fbk`, InactiveIndexes: true}, firebird.RestoreOptions{Inactive: true}, ""},
		{rebuildArgs{Backup: "/a.fbk", NoValidity: true}, firebird.RestoreOptions{NoValidity: true}, ""},
		{rebuildArgs{Backup: "a.fbk"}, firebird.RestoreOptions{}, "arg.value"},
		{rebuildArgs{Backup: "/a.fbk", PageSize: 5000}, firebird.RestoreOptions{}, "option.value"},
		{rebuildArgs{Backup: "/a.fbk", PageSize: -4096}, firebird.RestoreOptions{}, "option.value"},
	} {
		got, err := c.args.options()
		if message.Code(err) != c.code || err == nil && !same(got, c.want) {
			t.Errorf("%+v: %+v, %v", c.args, got, err)
		}
	}
}

func same(a, b firebird.RestoreOptions) bool {
	return a.PageSize == b.PageSize && a.OneAtATime == b.OneAtATime && a.Inactive == b.Inactive && a.NoValidity == b.NoValidity
}

// disk is a Firebird that looks at the real disk.
type disk struct{ Firebird }

func (disk) Vacant(path string) error { return drive.Vacant(path) }

// A live database that is away, or whose folder has another name too, still has its place.
func TestNoNewFileTakesThePlaceOfALiveDatabase(t *testing.T) {
	dir := t.TempDir()
	live := filepath.Join(dir, "LOJA.FDB")
	h := &Host{Firebird: disk{}, Databases: []copies.Database{{Name: "loja", At: firebird.Database{Server: "localhost", Path: live}}}}
	for path, code := range map[string]string{
		live: "guard.live_db",
		dir + "/../" + filepath.Base(dir) + "/LOJA.FDB": "guard.live_db",
		filepath.Join(dir, "LOJA.fbk"):                  "",
		"LOJA.FDB":                                      "arg.value",
		filepath.Join(dir, "none", "a.fbk"):             "drive.not_found",
		dir:                                             "fs.exists",
	} {
		if err := h.vacant(path); message.Code(err) != code {
			t.Errorf("%s: %v, want %q", path, err, code)
		}
	}
}
