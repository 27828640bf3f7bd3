package firebird_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// Every lie a gbak can tell, and what we make of it.
func TestNoLieOfGbakIsBelieved(t *testing.T) {
	path := oddFile(t)
	for behaviour, want := range map[string]string{
		"hang": "gbak.hang", "stop": "gbak.hang", "slow": "", "nothing": "gbak.empty", "header": "gbak.empty",
		"garbage": "gbak.header", "error0": "gbak.lied", "exit2": "gbak.exit", "truncated": "gbak.short",
		"crash": "gbak.killed", "flood": "gbak.flood", "longline": "gbak.flood", "question": "gbak.full", "grandchild": "",
	} {
		t.Run(behaviour, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			tools := firebirdtest.StandinTools(t, behaviour)
			o := firebird.BackupOptions{Silence: time.Minute, WorkDir: t.TempDir()}
			if want == "gbak.hang" {
				o.Silence = 2 * time.Second // the stand-in needs some time to come up
			}
			begin := time.Now()
			b, err := tools.Backup(t.Context(), firebird.Database{Path: path}, firebird.WayEmbedded, o)
			if err != nil {
				t.Fatal(err)
			}
			if behaviour == "slow" {
				slowIsNoHang(t, b)
				return
			}
			_, log, err := take(b)
			if took := time.Since(begin); took > 8*time.Second {
				t.Errorf("took %v", took)
			}
			t.Log(err)
			switch {
			case (err == nil) != (want == ""):
				t.Errorf("%v", err)
			case want != "" && !saysKey(err, want):
				t.Errorf("want %s: %v", want, err)
			case err == nil && log.Rows["BLOB"] != 12000:
				t.Errorf("%v", log.Rows)
			}
			mustEmpty(t, o.WorkDir)
		})
	}
}

// saysKey tells whether an error says the sentence of that key, by its hint, which has no places.
func saysKey(err error, key string) bool {
	return err != nil && strings.Contains(message.Hint(err), message.Text(key+".hint", nil))
}

func slowIsNoHang(t *testing.T, b *firebird.Backup) {
	t.Helper()
	if _, err := io.ReadFull(b, make([]byte, 4)); err != nil {
		t.Errorf("a slow gbak was killed: %v", err)
	}
	begin := time.Now()
	_ = b.Close()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("took %v to end", took)
	}
}

func TestAReaderThatTakesItsTimeIsNoHang(t *testing.T) {
	e := engine(t)
	b, err := e.Backup(t.Context(), oddFile(t), firebird.BackupOptions{Silence: 150 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(600 * time.Millisecond) // the disk that the copy goes to is busy
	if _, _, err := take(b); err != nil {
		t.Error(err)
	}
}

func TestNoLieOfARestoringGbakIsBelieved(t *testing.T) {
	real := engine(t)
	b, err := real.Backup(t.Context(), oddFile(t), firebird.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fbk, _, err := take(b)
	if err != nil {
		t.Fatal(err)
	}
	for behaviour, want := range map[string]string{
		"restore-hang": "gbak.hang", "restore-nothing": "gbak.unfinished", "restore-error0": "gbak.lied",
		"restore-exit2": "gbak.exit", "restore-flood": "gbak.flood", "restore-question": "gbak.truncated",
	} {
		t.Run(behaviour, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			e, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "e"), firebirdtest.StandinTools(t, behaviour))
			if err != nil {
				t.Fatal(err)
			}
			o := firebird.RestoreOptions{}
			if want == "gbak.hang" {
				o.Silence = 2 * time.Second
			}
			path, _, err := restore(t, e, fbk, o)
			if !saysKey(err, want) {
				t.Errorf("want %s: %v", want, err)
			}
			if _, err := os.Lstat(path); err == nil {
				t.Error("a database is left")
			}
			if err := e.Remove(); err != nil {
				t.Error(err)
			}
		})
	}
}
