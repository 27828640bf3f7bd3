package firebird

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Version is a Firebird version; gbak and the server of one series (Major.Minor) go together.
type Version struct {
	Major, Minor, Patch, Build int
	// Text is the version as the program gave it: "LI-V3.0.11.33637", "3.0.11".
	Text string
}

var versionText = regexp.MustCompile(`(?:[A-Z]{2}-[A-Z])?(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?`)

// ParseVersion finds the first Firebird version in a text; false where there is none.
func ParseVersion(text string) (Version, bool) {
	m := versionText.FindStringSubmatch(text)
	if m == nil {
		return Version{}, false
	}
	v := Version{Text: m[0]}
	for i, field := range []*int{&v.Major, &v.Minor, &v.Patch, &v.Build} {
		n, err := strconv.Atoi(m[i+1])
		if err != nil && m[i+1] != "" {
			return Version{}, false
		}
		*field = n
	}
	return v, true
}

// Series is what decides whether two programs fit: "3.0".
func (v Version) Series() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// String is the version in numbers: "3.0.11".
func (v Version) String() string { return fmt.Sprintf("%s.%d", v.Series(), v.Patch) }

// AtLeast tells whether the version is that one or a later one.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// Tools are Firebird's own programs on this machine, as full paths; "" for one that was not found beside gbak.
type Tools struct {
	Dir, Gbak, Gfix, Gstat, Isql, Server string
	Version                              Version
	// Source tells how they were found: "configured", "PATH", "usual place" or "registry".
	Source string
}

// answerTime is how long a gbak may take to say its version; a scanner may hold up the first start of a program.
const answerTime = 20 * time.Second

// place is a folder in which tools may lie, and why we look there.
type place struct{ dir, source string }

// FindTools finds the tools in the configured folder (or by the configured gbak itself), and nowhere else when there
// is one; otherwise in PATH, then in the places where Firebird is usually installed. The first gbak that answers to
// -z wins. Errors are gbak.failed (missing, not executable, not a gbak) and db.version (older than 2.5).
func FindTools(ctx context.Context, configured string) (Tools, error) {
	if configured != "" {
		return configuredTools(ctx, configured)
	}
	var first error
	places := append(pathPlaces(), usualPlaces()...)
	for _, p := range places {
		if !isFile(filepath.Join(p.dir, "gbak"+exe)) {
			continue
		}
		tools, err := toolsIn(ctx, p.dir, p.source)
		if err == nil {
			return tools, nil
		}
		if ctx.Err() != nil {
			return Tools{}, ctx.Err()
		}
		if first == nil {
			first = err
		}
	}
	if first != nil {
		return Tools{}, first
	}
	return Tools{}, noTools(placeNames(places))
}

func noTools(places string) error {
	return message.New("gbak.failed", "firebird.tools_missing", message.Args{"places": places})
}

func configuredTools(ctx context.Context, configured string) (Tools, error) {
	dir := configured
	if isFile(dir) {
		dir = filepath.Dir(dir)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Tools{}, fmt.Errorf("resolve %s: %w", configured, err)
	}
	if !isFile(filepath.Join(dir, "gbak"+exe)) {
		return Tools{}, message.New("gbak.failed", "firebird.tools_configured", message.Args{"path": dir})
	}
	return toolsIn(ctx, dir, "configured")
}

func toolsIn(ctx context.Context, dir, source string) (Tools, error) {
	t := Tools{Dir: dir, Gbak: filepath.Join(dir, "gbak"+exe), Source: source}
	version, err := askVersion(ctx, t.Gbak)
	if err != nil {
		return Tools{}, err
	}
	if !version.AtLeast(2, 5) {
		return Tools{}, message.New("db.version", "firebird.tools_old", message.Args{"path": t.Gbak, "version": version})
	}
	t.Version = version
	t.Gfix = firstFile(filepath.Join(dir, "gfix"+exe))
	t.Gstat = firstFile(filepath.Join(dir, "gstat"+exe), filepath.Join(dir, "fbstat"+exe)) // the latter is Debian's
	t.Isql = isqlBeside(ctx, dir)
	t.Server = firstFile(serverPlaces(dir)...)
	return t, nil
}

// askVersion runs "gbak -z", which says its version and then complains that it was given nothing to do.
func askVersion(ctx context.Context, program string) (Version, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var out cappedBuffer
	p, err := start(ctx, child{path: program, args: []string{"-z"}, stdout: &out, stderr: &out})
	if err == nil {
		_ = p.wait() // it complains, and the exit code is 1
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return Version{}, ctx.Err()
	case errors.Is(err, fs.ErrPermission):
		return Version{}, message.Wrap(fs.ErrPermission, "gbak.failed", "firebird.tools_denied", message.Args{"path": program})
	}
	said := strings.ToLower(out.String())
	version, ok := ParseVersion(strings.ToUpper(said))
	if !ok || !strings.Contains(said, "version") {
		return Version{}, message.New("gbak.failed", "firebird.tools_strange", message.Args{"path": program})
	}
	return version, nil
}

// isqlBeside is Firebird's isql of that folder. On Linux unixODBC has an isql of its own, so that Debian calls
// Firebird's isql-fb, and a plain isql must say that it is Firebird's.
func isqlBeside(ctx context.Context, dir string) string {
	if path := firstFile(filepath.Join(dir, "isql-fb"+exe)); path != "" {
		return path
	}
	path := firstFile(filepath.Join(dir, "isql"+exe))
	if path == "" || exe != "" {
		return path
	}
	if _, err := askVersion(ctx, path); err != nil {
		return ""
	}
	return path
}

// Serves tells whether the gbak of these tools is the one for that server: backups are read and written only by the
// gbak of the server's own series. The error is db.version.
func (t Tools) Serves(server Version) error {
	if t.Version.Series() == server.Series() {
		return nil
	}
	return message.New("db.version", "firebird.tools_series", message.Args{
		"path": t.Gbak, "gbak": t.Version, "server": server, "series": server.Series(),
	})
}

// Home is the folder with the engine's plugins, character sets and messages, from which a private root is made.
// The error is gbak.failed.
func (t Tools) Home() (string, error) {
	for _, dir := range homePlaces(t) {
		if isFile(filepath.Join(dir, "firebird.msg")) && isDir(filepath.Join(dir, "intl")) {
			return dir, nil
		}
	}
	return "", message.New("gbak.failed", "firebird.engine_missing", message.Args{"version": t.Version, "path": t.Dir})
}

func pathPlaces() []place {
	path, err := exec.LookPath("gbak")
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return nil
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil
	}
	return []place{{filepath.Dir(path), "PATH"}}
}

func placeNames(places []place) string {
	names := []string{"PATH"}
	for _, p := range places {
		if p.source != "PATH" {
			names = append(names, p.dir)
		}
	}
	return strings.Join(names, ", ")
}

func globPlaces(source string, patterns ...string) []place {
	var places []place
	for _, pattern := range patterns {
		if !strings.ContainsRune(pattern, '*') {
			places = append(places, place{pattern, source})
			continue
		}
		found, _ := filepath.Glob(pattern)           // the only error is a bad pattern, and they are ours
		for _, dir := range slices.Backward(found) { // the newest version first
			places = append(places, place{dir, source})
		}
	}
	return places
}

func firstFile(paths ...string) string {
	for _, path := range paths {
		if isFile(path) {
			return path
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
