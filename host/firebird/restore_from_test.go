package firebird_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestABackupThatCanNotBeReadToItsEndLeavesNoDatabase(t *testing.T) {
	fbk, _, err := backup(t, firebirdtest.Tools(t), firebirdtest.Demo(t), firebird.WayTCP, firebird.BackupOptions{WorkDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	e, dir := engine(t), t.TempDir()
	broken := errors.New("the stick was pulled out")
	half := io.MultiReader(bytes.NewReader(fbk[:len(fbk)/2]), iotest.ErrReader(broken))
	if _, err := e.RestoreFrom(t.Context(), half, filepath.Join(dir, "half.fdb"), firebird.RestoreOptions{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	log, err := e.RestoreFrom(t.Context(), bytes.NewReader(fbk), filepath.Join(dir, "whole.fdb"), firebird.RestoreOptions{})
	if err != nil || log.Rows["VENDA"] != 100 {
		t.Errorf("%v, %v", log.Rows["VENDA"], err)
	}
}
