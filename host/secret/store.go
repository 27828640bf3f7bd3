package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"github.com/djscript/djscript/host/message"
)

// Names is what a secret may be called: what stands after "secret:" in djscript.toml.
var Names = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Another writer holds the lock for the time of one small file.
const patience = 10 * time.Second

// Store is the secrets of one store. It may be used by several processes at once.
type Store struct {
	dir      string
	keyDir   string
	patience time.Duration
}

// Open is the secrets that lie in dir, opened by the key in keyDir. Nothing is read or made before it is needed.
// keyDir must not be carried along with dir: whoever has both has the secrets. On Windows it is not used.
func Open(dir, keyDir string) *Store { return &Store{dir: dir, keyDir: keyDir, patience: patience} }

// Get is the value of a secret; "secret.missing" where it was never set.
func (s *Store) Get(name string) (Text, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	values, err := s.read()
	if err != nil {
		return "", err
	}
	value, ok := values[name]
	if !ok {
		return "", missing(name)
	}
	return Text(value), nil
}

// Set keeps a value under that name, in place of the one it had. dir is made if need be, and so is the key.
func (s *Store) Set(name string, value Text) error {
	if err := checkName(name); err != nil {
		return err
	}
	if value == "" {
		return message.New("arg.value", "secret.empty", message.Args{"name": name})
	}
	return s.change(func(values map[string]string) error {
		values[name] = value.Reveal()
		return nil
	})
}

// Remove forgets a secret; "secret.missing" where there is none.
func (s *Store) Remove(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	return s.change(func(values map[string]string) error {
		if _, ok := values[name]; !ok {
			return missing(name)
		}
		delete(values, name)
		return nil
	})
}

// List is the names of the secrets, sorted.
func (s *Store) List() ([]string, error) {
	values, err := s.read()
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(values)), nil
}

func (s *Store) read() (map[string]string, error) {
	values := map[string]string{}
	sealed, err := os.ReadFile(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return values, nil
	}
	if err != nil {
		return nil, unusable(err, s.path())
	}
	plain, err := s.unseal(sealed)
	if err != nil {
		return nil, message.Wrap(err, "secret.closed", "secret.closed", message.Args{"path": s.path()})
	}
	if err := json.Unmarshal(plain, &values); err != nil {
		// The cause would quote what it could not read.
		return nil, message.New("secret.closed", "secret.closed", message.Args{"path": s.path()})
	}
	return values, nil
}

func (s *Store) change(edit func(map[string]string) error) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return unusable(err, s.dir)
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	values, err := s.read()
	if err != nil {
		return err
	}
	if err := edit(values); err != nil {
		return err
	}
	plain, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("encode secrets: %w", err)
	}
	sealed, err := s.seal(plain)
	if err != nil {
		return unusable(err, s.path())
	}
	if err := replace(s.path(), sealed); err != nil {
		return unusable(err, s.path())
	}
	return nil
}

func (s *Store) lock() (unlock func(), err error) {
	path := filepath.Join(s.dir, "secrets.lock")
	file := flock.New(path, flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), s.patience)
	defer cancel()
	if _, err := file.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, message.New("lock.timeout", "secret.busy", message.Args{"path": path})
		}
		return nil, unusable(err, path)
	}
	return func() { _ = file.Unlock() }, nil
}

func (s *Store) path() string { return filepath.Join(s.dir, sealedName) }

// replace writes a file that is either the old one whole or the new one whole, readable by its owner only.
func replace(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(0o600), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func checkName(name string) error {
	if Names.MatchString(name) {
		return nil
	}
	return message.New("arg.value", "secret.name", message.Args{"name": name})
}

func missing(name string) error {
	return message.New("secret.missing", "secret.missing", message.Args{"name": name})
}

func unusable(err error, path string) error {
	return message.Wrap(err, "fs.denied", "secret.file", message.Args{"path": path})
}
