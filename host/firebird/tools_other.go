//go:build !windows

package firebird

import (
	"path/filepath"
)

const exe = ""

func usualPlaces() []place {
	return globPlaces("usual place", "/usr/bin", "/opt/firebird/bin", "/usr/local/firebird/bin", "/usr/local/bin",
		"/opt/firebird*/bin", "/usr/lib/firebird*/bin", "/usr/lib64/firebird/bin")
}

func serverPlaces(dir string) []string {
	return []string{filepath.Join(dir, "firebird"), filepath.Join(dir, "../sbin/firebird"), "/usr/sbin/firebird"}
}

func homePlaces(t Tools) []string {
	places := []string{filepath.Dir(t.Dir)} // the official packages: /opt/firebird beside /opt/firebird/bin
	for _, p := range globPlaces("", "/usr/lib/*/firebird/"+t.Version.Series()) {
		places = append(places, p.dir)
	}
	return append(places, "/usr/lib64/firebird", "/usr/lib/firebird", "/usr/lib/firebird/"+t.Version.Series(),
		"/opt/firebird", "/usr/local/firebird")
}
