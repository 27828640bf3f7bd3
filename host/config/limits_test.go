package config

import (
	"testing"
	"time"
)

func TestMemoryIsASizeWithAUnit(t *testing.T) {
	for text, want := range map[string]int64{"64MB": 64 << 20, "512 MB": 512 << 20, "2GB": 2 << 30, "999999GB": 999999 << 30} {
		if n, ok := parseSize(text); !ok || n != want {
			t.Errorf("%q is %d, %v", text, n, ok)
		}
	}
	for _, text := range []string{"", "512", "512mb", "MB", "-1MB", "0MB", "1.5GB", "1TB", "512MB ", "9999999GB"} {
		if n, ok := parseSize(text); ok {
			t.Errorf("%q is %d", text, n)
		}
	}
}

func TestLimitsHaveDefaultsAndAreReadOneByOne(t *testing.T) {
	want := Limits{
		Steps: 200_000_000, Memory: 512 << 20, Timeout: 12 * time.Hour, FilesWritten: 10_000, FilesDropped: 200, Silence: 10 * time.Minute,
	}
	for setting, expect := range map[string]func(*Limits){
		`memory = "1GB"`:          func(l *Limits) { l.Memory = 1 << 30 },
		`timeout = "90m"`:         func(l *Limits) { l.Timeout = 90 * time.Minute },
		`files_written = "3"`:     func(l *Limits) { l.FilesWritten = 3 },
		`files_dropped = "2k"`:    func(l *Limits) { l.FilesDropped = 2000 },
		`steps = "1M"`:            func(l *Limits) { l.Steps = 1_000_000 },
		`silence = "1h"`:          func(l *Limits) { l.Silence = time.Hour },
		`# nothing is said of it`: func(*Limits) {},
	} {
		expected := want
		expect(&expected)
		if got := loaded(t, "[store]\nid = \"a\"\n[limits]\n"+setting+"\n", defaults(t)).Limits; got != expected {
			t.Errorf("%s: %+v, want %+v", setting, got, expected)
		}
	}
}

func TestLimitsThatCanNotBe(t *testing.T) {
	for setting, key := range map[string]string{
		`memory = "63MB"`: "limits.memory", `memory = "512"`: "limits.memory", `memory = 512`: "limits.memory",
		`timeout = "0s"`: "limits.timeout", `files_written = "none"`: "limits.files_written", `files_dropped = "0"`: "limits.files_dropped",
	} {
		mistakes := mistakesIn(t, "[store]\nid = \"a\"\n[limits]\n"+setting+"\n")
		if len(mistakes) != 1 || mistakes[0].Key != key {
			t.Errorf("%s: %v", setting, mistakes)
		}
	}
}
