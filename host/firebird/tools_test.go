package firebird_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

// program writes a shell script of that name into dir.
func program(t *testing.T, dir, name, script string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

const answers25 = "echo 'gbak:gbak version LI-V2.5.9.27139 Firebird 2.5'; exit 1"

func TestToolsOfThisMachineAreFound(t *testing.T) {
	tools, err := firebird.FindTools(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if tools.Version.Series() != "3.0" || tools.Source != "PATH" {
		t.Errorf("tools = %+v", tools)
	}
	for _, path := range []string{tools.Gbak, tools.Gfix, tools.Isql, tools.Server} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	home, err := tools.Home()
	if err != nil || !strings.HasSuffix(home, "3.0") {
		t.Errorf("home %s, %v", home, err)
	}
}

func TestToolsAreFoundInTheUsualPlacesWithoutAPath(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	tools, err := firebird.FindTools(t.Context(), "")
	if err != nil || tools.Source != "usual place" || tools.Dir != "/usr/bin" {
		t.Errorf("tools = %+v, %v", tools, err)
	}
}

func TestConfiguredFolderIsTheOnlyPlace(t *testing.T) {
	dir := t.TempDir()
	_, err := firebird.FindTools(t.Context(), dir)
	wantCode(t, err, "gbak.failed", dir)

	gbak := program(t, dir, "gbak", answers25, 0o755)
	program(t, dir, "gfix", "exit 0", 0o755)
	for _, configured := range []string{dir, gbak} {
		tools, err := firebird.FindTools(t.Context(), configured)
		if err != nil {
			t.Fatal(err)
		}
		if tools.Gbak != gbak || tools.Source != "configured" || tools.Version.String() != "2.5.9" || tools.Gfix == "" || tools.Isql != "" {
			t.Errorf("tools = %+v", tools)
		}
		err = tools.Serves(firebird.Version{Major: 3, Minor: 0, Patch: 11})
		wantCode(t, err, "db.version", gbak, "2.5.9", "3.0.11")
	}
}

func TestWhatIsNoGbakIsToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		script, code, says string
		mode               os.FileMode
	}{
		"not executable": {answers25, "gbak.failed", "executed", 0o644},
		"wrong program":  {"echo hello 3.0.11", "gbak.failed", "did not answer", 0o755},
		"too old":        {"echo 'gbak version LI-V2.1.7.18553 Firebird 2.1'", "db.version", "2.1.7", 0o755},
		"silent":         {"exit 0", "gbak.failed", "did not answer", 0o755},
		"floods":         {"while :; do echo gbak; done", "gbak.failed", "did not answer", 0o755},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := program(t, dir, "gbak", c.script, c.mode)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := firebird.FindTools(ctx, dir)
			if name == "floods" && errors.Is(err, context.DeadlineExceeded) {
				return
			}
			wantCode(t, err, c.code, c.says, path)
		})
	}
}

func TestBrokenGbakInThePathGivesWayToTheNextPlace(t *testing.T) {
	dir := t.TempDir()
	program(t, dir, "gbak", "echo nonsense", 0o755)
	t.Setenv("PATH", dir)
	tools, err := firebird.FindTools(t.Context(), "")
	if err != nil || tools.Dir != "/usr/bin" {
		t.Errorf("tools = %+v, %v", tools, err)
	}
}

func TestIsqlOfUnixODBCIsNotFirebirds(t *testing.T) {
	dir := t.TempDir()
	program(t, dir, "gbak", answers25, 0o755)
	isql := program(t, dir, "isql", "echo 'unixODBC 2.3.11'", 0o755)
	tools, err := firebird.FindTools(t.Context(), dir)
	if err != nil || tools.Isql != "" {
		t.Errorf("tools = %+v, %v", tools, err)
	}
	program(t, dir, "isql", "echo 'ISQL Version: LI-V2.5.9.27139 Firebird 2.5'", 0o755)
	tools, err = firebird.FindTools(t.Context(), dir)
	if err != nil || tools.Isql != isql {
		t.Errorf("tools = %+v, %v", tools, err)
	}
}

func TestFindToolsEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	program(t, dir, "gbak", "exec sleep 30", 0o755)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	begin := time.Now()
	_, err := firebird.FindTools(ctx, dir)
	if !errors.Is(err, context.Canceled) || time.Since(begin) > time.Second {
		t.Errorf("error %v after %v", err, time.Since(begin))
	}
}

func TestToolsNowhereNamesThePlaces(t *testing.T) {
	err := firebird.NoTools("PATH, /usr/bin")
	wantCode(t, err, "gbak.failed", "/usr/bin")
}

func TestVersionsAreRead(t *testing.T) {
	for text, want := range map[string]string{
		"gbak:gbak version LI-V3.0.11.33637 Firebird 3.0": "3.0.11", "gbak version WI-V2.5.9.27139 Firebird 2.5": "2.5.9",
		"LI-T5.0.0.1227 Firebird 5.0 RC": "5.0.0", "4.0.5": "4.0.5",
	} {
		v, ok := firebird.ParseVersion(text)
		if !ok || v.String() != want {
			t.Errorf("%q is %v, %v", text, v, ok)
		}
	}
	if v, ok := firebird.ParseVersion("Firebird"); ok {
		t.Errorf("found %v", v)
	}
	rapid.Check(t, func(t *rapid.T) {
		if v, ok := firebird.ParseVersion(rapid.String().Draw(t, "text")); ok && v.Text == "" {
			t.Errorf("a version without a text: %+v", v)
		}
	})
	if err := firebirdtest.Tools(t).Serves(firebird.Version{Major: 4}); err == nil {
		t.Error("a gbak of 3.0 serves a server of 4.0")
	}
}
