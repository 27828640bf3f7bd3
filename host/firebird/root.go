package firebird

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// root is a Firebird installation of our own inside one folder: configuration, locks, log and temporary files apart
// from those of the machine, and the engine itself borrowed from the installed tools. Nothing is written outside.
type root struct{ dir string }

// makeRoot lays out dir, which must be empty or absent, with these lines in firebird.conf and databases.conf.
func makeRoot(dir string, t Tools, firebirdConf, databasesConf string) (root, error) {
	r := root{dir: dir}
	home, err := t.Home()
	if err != nil {
		return r, err
	}
	for _, sub := range []string{r.home(), r.lock(), r.tmp()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return r, fmt.Errorf("make private Firebird: %w", err)
		}
	}
	files := map[string]string{"firebird.conf": firebirdConf, "databases.conf": databasesConf}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(r.home(), name), []byte(text), 0o600); err != nil {
			return r, fmt.Errorf("make private Firebird: %w", err)
		}
	}
	if err := r.borrow(home); err != nil {
		return r, fmt.Errorf("make private Firebird: %w", err)
	}
	return r, nil
}

func (r root) home() string { return filepath.Join(r.dir, "root") }
func (r root) lock() string { return filepath.Join(r.dir, "lock") }
func (r root) tmp() string  { return filepath.Join(r.dir, "tmp") }

// environ is what a program of this root needs to know. FIREBIRD_BOOT_BUILD is how Firebird's own build runs tools
// that are not installed yet: everything is looked for in the root, the log too, whose place is otherwise compiled in;
// as root we would create it there, and the machine's own server could not write to it any more.
func (r root) environ() map[string]string {
	return map[string]string{
		"FIREBIRD": r.home(), "FIREBIRD_LOCK": r.lock(), "FIREBIRD_TMP": r.tmp(),
		"TMPDIR": r.tmp(), "TEMP": r.tmp(), "TMP": r.tmp(), "LC_ALL": "C.UTF-8", "FIREBIRD_BOOT_BUILD": "1",
	}
}

// borrow takes the engine from an installed Firebird, some ten megabytes. It is copied: through a link the engine
// runs, and then knows no character set but UTF8 and no plugin.
func (r root) borrow(home string) error {
	for _, name := range []string{"plugins.conf", "firebird.msg"} {
		if err := copyFile(filepath.Join(home, name), filepath.Join(r.home(), name)); err != nil {
			return err
		}
	}
	for _, name := range []string{"intl", "plugins", "tzdata"} { // tzdata since Firebird 4
		if !isDir(filepath.Join(home, name)) {
			continue
		}
		if err := copyTree(filepath.Join(home, name), filepath.Join(r.home(), name)); err != nil {
			return err
		}
	}
	return nil
}

func copyTree(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		source := filepath.Join(from, entry.Name())
		target := filepath.Join(to, entry.Name())
		if isDir(source) {
			err = copyTree(source, target)
		} else {
			err = copyFile(source, target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closed := target.Close(); err == nil {
			err = closed
		}
	}()
	_, err = io.Copy(target, source)
	return err
}

// removeRoot removes what makeRoot made and what the engine left there; a folder that is gone already is no error.
func (r root) remove() error {
	for _, sub := range []string{r.home(), r.lock(), r.tmp()} {
		if err := os.RemoveAll(sub); err != nil {
			return err
		}
	}
	return nil
}

// emptyOrAbsent refuses a folder that holds anything.
func emptyOrAbsent(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if len(entries) > 0 {
		return &fs.PathError{Op: "use", Path: dir, Err: fs.ErrExist}
	}
	return nil
}

// confLines writes "key = value" lines.
func confLines(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%s = %s\n", pairs[i], pairs[i+1])
	}
	return b.String()
}
