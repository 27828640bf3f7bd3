package cli

import (
	"runtime/debug"
	"testing"
	"time"
)

func TestTheProgramIsAsOldAsItsCommit(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		build *debug.BuildInfo
		want  time.Time
	}{
		"no build info": {nil, time.Time{}},
		"a plain build": {&debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "GOOS", Value: "windows"}}}, time.Time{}},
		"a release": {&debug.BuildInfo{Settings: []debug.BuildSetting{
			{Key: "vcs", Value: "git"}, {Key: "vcs.time", Value: "2026-11-21T12:30:00Z"}, {Key: "vcs.modified", Value: "false"},
		}}, at},
		"a time that is none": {&debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.time", Value: "yesterday"}}}, time.Time{}},
	} {
		if got := BuiltAt(c.build); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
