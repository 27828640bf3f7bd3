package copies

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"filippo.io/age"

	"github.com/djscript/djscript/host/message"
)

// Keys open encrypted copies.
type Keys []age.Identity

// keyFileLimit is more than any file of keys takes.
const keyFileLimit = 1 << 20

// ReadKeys reads the keys of a file as age-keygen writes it, or as somebody typed it in Notepad: a line that begins with "#" is a
// remark, and beside a key there may stand whose it is. A file that holds none is copy.key, and so is one whose key was not
// typed as it is; what it does hold is never in the error.
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

// What a key looks like, and how many characters it has. A word that is nearly as long is a key whose beginning was mistyped.
const (
	keyPrefix = "AGE-SECRET-KEY-"
	keyLength = 74
	nearlyKey = 60
)

func parseKeys(text []byte, path string) (Keys, error) {
	var keys Keys
	none := message.New("copy.key", "copies.key_unreadable", message.Args{"path": path})
	n := 0
	for line := range strings.Lines(inUTF8(text)) {
		n++
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			word = strings.ToUpper(strings.Trim(word, `.,;:'"`))
			word = word[max(0, strings.Index(word, keyPrefix)):]
			switch {
			case strings.HasPrefix(word, "AGE1"):
				none = message.New("copy.key", "copies.key_public", message.Args{"path": path})
				continue
			case !strings.HasPrefix(word, keyPrefix) && utf8.RuneCountInString(word) < nearlyKey:
				continue
			}
			key, err := age.ParseX25519Identity(word)
			if err != nil { // its text may be a part of the key
				return nil, mistyped(word, message.Args{"path": path, "line": n})
			}
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, none
	}
	return keys, nil
}

// mistyped is the error of what was to be a key: it lacks some of it, has too much, or another letter.
func mistyped(word string, args message.Args) error {
	args["n"], args["want"] = utf8.RuneCountInString(word), keyLength
	if args["n"] != keyLength {
		return message.New("copy.key", "copies.key_length", args)
	}
	return message.New("copy.key", "copies.key_letter", args)
}

// inUTF8 is a text file as Notepad may have saved it: in UTF-8, or with two bytes a letter.
func inUTF8(text []byte) string {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return string(bytes.TrimPrefix(text, []byte("\ufeff")))
	}
	var letters []uint16
	for pair := range slices.Chunk(text[2:len(text)/2*2], 2) {
		letters = append(letters, order.Uint16(pair))
	}
	return string(utf16.Decode(letters))
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
