package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// repository is restic's, with one real snapshot of one small file, and as many more of the same tree at other times: they
// are encrypted as restic does it (its doc/design.rst) and read by restic itself. Made by `restic backup` one after the
// other, each would wait a second for the password's hash.
type repository struct {
	dir     string
	version string
}

// masterKey is what restic keeps under the password.
type masterKey struct {
	MAC struct {
		K []byte `json:"k"`
		R []byte `json:"r"`
	} `json:"mac"`
	Encrypt []byte `json:"encrypt"`
}

func newRepository(ctx context.Context, dir string, snapshots int) (*repository, error) {
	r := &repository{dir: dir}
	version, err := r.command(ctx, "version").Output()
	if err != nil {
		return nil, fmt.Errorf("restic: %w", err)
	}
	r.version, _, _ = strings.Cut(string(version), " compiled")
	file := filepath.Join(dir, "LOJA.txt")
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(file, []byte("loja"), 0o600)); err != nil {
		return nil, err
	}
	if err := output(r.command(ctx, "init")); err != nil {
		return nil, err
	}
	if err := output(r.command(ctx, "backup", file)); err != nil {
		return nil, err
	}
	return r, r.fill(ctx, file, snapshots-1)
}

func (r *repository) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "restic", append([]string{"-r", filepath.Join(r.dir, "repo"), "--cache-dir", filepath.Join(r.dir, "cache")}, args...)...)
	c.Env = append(os.Environ(), "RESTIC_PASSWORD=bench")
	return c
}

// forget rehearses the rotation, and makes sure that it is that of all snapshots.
func (r *repository) forget(ctx context.Context) error {
	out, err := r.command(ctx, append([]string{"forget", "--dry-run"}, strings.Fields(keepsRestic)...)...).CombinedOutput()
	if err == nil && !bytes.Contains(out, []byte("Would have removed")) {
		err = errors.New("nothing would be removed")
	}
	if err != nil {
		return fmt.Errorf("%w\n%.500s", err, out)
	}
	return nil
}

// fill writes snapshots that differ from the real one in nothing but their time.
func (r *repository) fill(ctx context.Context, file string, n int) error {
	var key masterKey
	var real []struct{ Tree, Hostname, Username string }
	if err := errors.Join(r.ask(ctx, &key, "cat", "masterkey"), r.ask(ctx, &real, "snapshots", "--json")); err != nil {
		return err
	}
	for seq := 1; seq <= n; seq++ {
		text, err := json.Marshal(map[string]any{
			"time": madeAt(seq).Format(time.RFC3339Nano), "tree": real[0].Tree, "paths": []string{file},
			"hostname": real[0].Hostname, "username": real[0].Username,
		})
		if err != nil {
			return err
		}
		sealed, err := key.seal(text)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(r.dir, "repo", "snapshots", hashOf(sealed)), sealed, 0o600); err != nil {
			return err
		}
	}
	var all []any
	if err := r.ask(ctx, &all, "snapshots", "--json"); err != nil {
		return err
	}
	if len(all) != n+1 {
		return fmt.Errorf("restic has %d snapshots, not %d", len(all), n+1)
	}
	return nil
}

// ask reads what restic answers as JSON.
func (r *repository) ask(ctx context.Context, into any, args ...string) error {
	out, err := r.command(ctx, args...).Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		return fmt.Errorf("restic %s: %w", args[0], err)
	}
	return nil
}

// seal is AES-256 in counter mode behind its nonce, and Poly1305-AES of it at the end.
func (k *masterKey) seal(text []byte) ([]byte, error) {
	block, err := aes.NewCipher(k.Encrypt)
	if err != nil {
		return nil, err
	}
	sealed := make([]byte, aes.BlockSize+len(text))
	nonce := sealed[:aes.BlockSize]
	_, _ = rand.Read(nonce) // it never fails
	cipher.NewCTR(block, nonce).XORKeyStream(sealed[aes.BlockSize:], text)
	pad, err := aes.NewCipher(k.MAC.K)
	if err != nil {
		return nil, err
	}
	var s [16]byte
	pad.Encrypt(s[:], nonce)
	return append(sealed, poly1305(sealed[aes.BlockSize:], k.MAC.R, s[:])...), nil
}

// poly1305 is RFC 8439, 2.5.
func poly1305(text, r, s []byte) []byte {
	little := func(b []byte) *big.Int {
		b = slices.Clone(b)
		slices.Reverse(b)
		return new(big.Int).SetBytes(b)
	}
	clamp, _ := new(big.Int).SetString("0ffffffc0ffffffc0ffffffc0fffffff", 16)
	prime := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))
	factor, sum := clamp.And(clamp, little(r)), new(big.Int)
	for chunk := range slices.Chunk(text, 16) {
		sum.Add(sum, little(append(slices.Clone(chunk), 1)))
		sum.Mod(sum.Mul(sum, factor), prime)
	}
	sum.Add(sum, little(s))
	tag := make([]byte, 17)
	sum.FillBytes(tag)
	tag = tag[1:]
	slices.Reverse(tag)
	return tag
}
