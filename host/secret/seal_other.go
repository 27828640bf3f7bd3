//go:build !windows

package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

const (
	sealedName = "secrets.age"
	keyName    = "secrets.key"
)

// seal encrypts to the key of this machine, which is made when there is nothing yet that an older one would open.
func (s *Store) seal(plain []byte) ([]byte, error) {
	identity, err := s.identity()
	if errors.Is(err, fs.ErrNotExist) {
		identity, err = s.newIdentity()
	}
	if err != nil {
		return nil, err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, identity.Recipient())
	if err != nil {
		return nil, fmt.Errorf("encrypt secrets: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("encrypt secrets: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encrypt secrets: %w", err)
	}
	return sealed.Bytes(), nil
}

func (s *Store) unseal(sealed []byte) ([]byte, error) {
	identity, err := s.identity()
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, fmt.Errorf("decrypt secrets: %w", err)
	}
	return io.ReadAll(r)
}

func (s *Store) identity() (*age.X25519Identity, error) {
	text, err := os.ReadFile(s.keyPath())
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		// The cause may quote the key.
		return nil, fmt.Errorf("read key %s: not an age identity", s.keyPath())
	}
	return identity, nil
}

func (s *Store) newIdentity() (*age.X25519Identity, error) {
	if err := os.MkdirAll(s.keyDir, 0o700); err != nil {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	if err := replace(s.keyPath(), []byte(identity.String()+"\n")); err != nil {
		return nil, err
	}
	return identity, nil
}

func (s *Store) keyPath() string { return filepath.Join(s.keyDir, keyName) }

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
