package copies

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/djscript/djscript/host/message"
)

// Keys open encrypted copies.
type Keys []age.Identity

// keyFileLimit is more than any file of keys takes.
const keyFileLimit = 1 << 20

// ReadKeys reads a file of keys as age-keygen writes it, or as somebody typed it in Notepad: one key a line, "#" begins
// a remark. A file that holds none is copy.key; what it does hold is never in the error.
func ReadKeys(path string) (Keys, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, message.Wrap(err, "copy.key", "copies.key_file", message.Args{"path": path})
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, keyFileLimit))
	if err != nil {
		return nil, message.Wrap(err, "copy.key", "copies.key_file", message.Args{"path": path})
	}
	return parseKeys(text, path)
}

func parseKeys(text []byte, path string) (Keys, error) {
	var keys Keys
	for line := range strings.Lines(string(bytes.TrimPrefix(text, []byte("\ufeff")))) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := age.ParseX25519Identity(strings.ToUpper(line))
		if err != nil { // its text may be a part of the key
			return nil, message.New("copy.key", "copies.key_unreadable", message.Args{"path": path})
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, message.New("copy.key", "copies.key_unreadable", message.Args{"path": path})
	}
	return keys, nil
}

// NewKeyPair makes the pair of a store: the recipient stands in djscript.toml, and the key opens what was encrypted for
// it. Nothing else does.
func NewKeyPair() (recipient, key string, err error) {
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make key pair: %w", err)
	}
	return pair.Recipient().String(), pair.String(), nil
}

func parseRecipient(text string) (age.Recipient, error) {
	recipient, err := age.ParseX25519Recipient(strings.TrimSpace(text))
	if err != nil && strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), "AGE-SECRET-KEY-") {
		return nil, message.New("copy.key", "copies.recipient_secret", nil) // and is not told again
	}
	if err != nil {
		return nil, message.New("copy.key", "copies.recipient_unreadable", message.Args{"recipient": text})
	}
	return recipient, nil
}

// marksOf are hashes by which recipients are known again, in order: of one that nobody gave, nothing is learnt by them.
func marksOf(recipients []string) ([]string, error) {
	var marks []string
	for _, text := range recipients {
		recipient, err := age.ParseX25519Recipient(strings.TrimSpace(text))
		if err != nil {
			return nil, message.New("copy.key", "copies.recipient_unreadable", message.Args{"recipient": text})
		}
		marks = append(marks, sumOf([]byte(recipient.String())))
	}
	slices.Sort(marks)
	return slices.Compact(marks), nil
}

func parseRecipients(all []string) ([]age.Recipient, error) {
	var found []age.Recipient
	for _, one := range all {
		recipient, err := parseRecipient(one)
		if err != nil {
			return nil, err
		}
		found = append(found, recipient)
	}
	return found, nil
}
