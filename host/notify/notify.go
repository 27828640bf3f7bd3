// Package notify tells people: it keeps what is to be told in a folder, and sends it from there.
//
// A notice is on the disk before anybody tries to send it, so that a dead line, a slow service or a power cut costs time
// and no notice; whoever queues one never waits for the network. Each is delivered at least once: when the program dies,
// or the line breaks, between the service's taking it and this folder's knowing, it is sent again. The same words to the
// same route within a day are one notice. The folder holds no secret: the address of a service is asked for when it is
// needed, and no error of this package shows any part of it.
package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

const (
	repeatAfter = 24 * time.Hour     // the same words may be told again
	giveUpAfter = 7 * 24 * time.Hour // nobody wants last week's alarm
	mostWaiting = 200                // notices at most: a script in a loop must not fill a phone
)

// Services refuse what is longer: Telegram takes 4096 bytes, title and signature included.
const (
	titleRunes = 200
	bodyBytes  = 3000
)

// Notice is something that a person is to be told.
type Notice struct {
	Route string `json:"route"`
	Level string `json:"level"`
	Title string `json:"title"`
	Body  string `json:"body,omitempty"`
}

// Sender delivers a text to the service at that address. It keeps to the context, and its error shows no part of the
// address.
type Sender func(ctx context.Context, address secret.Text, title, body string) error

// Outbox is the folder of a store where notices wait. Several processes may use it at once.
type Outbox struct {
	Dir     string // made when the first notice is queued
	Store   string // the name that every notice is signed with
	Address func(route string) (secret.Text, error)
	Send    Sender
	Now     func() time.Time // as people of the store read a clock
	Timeout time.Duration    // for one notice
}

// Queue keeps a notice until it is delivered. It is cut to what services take; the same notice within a day is kept
// once. Fails with notify.full when too many wait already, or when the folder can not be written.
func (o *Outbox) Queue(n Notice) error {
	n.Title, n.Body = oneLine(n.Title), clip(n.Body)
	found, err := o.list()
	if err != nil {
		return err
	}
	now := o.Now()
	hash := n.hash()
	if slices.ContainsFunc(found, func(name string) bool { return hashOf(name) == hash && ageOf(name, now).Abs() < repeatAfter }) {
		return nil
	}
	if count(found, isWaiting) >= mostWaiting {
		return message.New("notify.full", "notify.full", message.Args{"path": o.Dir, "most": mostWaiting})
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return unusable(err, o.Dir)
	}
	return o.write(now.UTC().Format(stamp)+"-"+hash+waits, Waiting{Notice: n, Queued: now})
}

// Waiting is a notice that is not delivered yet, as its file holds it.
type Waiting struct {
	Notice
	Queued time.Time `json:"queued"`
	Tries  int       `json:"tries,omitempty"`
	Next   time.Time `json:"next,omitzero"` // no try before it
}

// Waiting are the notices that are not delivered yet, oldest first. One that can not be read is left out: Flush tells it.
func (o *Outbox) Waiting() ([]Waiting, error) {
	names, err := o.list()
	if err != nil {
		return nil, err
	}
	all := []Waiting{}
	for _, name := range names {
		if w, err := o.read(name); isWaiting(name) && err == nil {
			all = append(all, w)
		}
	}
	return all, nil
}

// A file's name tells when it was queued, what it says, and whether it was sent: TIME-HASH.json, TIME-HASH.sent. Names
// sort by time.
const (
	stamp = "20060102T150405.000000000"
	waits = ".json"
	sent  = ".sent"
)

var nameShape = regexp.MustCompile(`^(\d{8}T\d{6}\.\d{9})-([0-9a-f]{16})\.(json|sent)$`)

func isWaiting(name string) bool { return strings.HasSuffix(name, waits) }

func hashOf(name string) string { return nameShape.FindStringSubmatch(name)[2] }

// ageOf is how long ago a file was queued; negative where the clock was set back since.
func ageOf(name string, now time.Time) time.Duration {
	at, err := time.Parse(stamp, nameShape.FindStringSubmatch(name)[1])
	if err != nil {
		return 0
	}
	return now.Sub(at)
}

func (n Notice) hash() string {
	text, _ := json.Marshal(n) // four texts always marshal
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// list are the names of the notices, oldest first; what else lies in the folder is not ours.
func (o *Outbox) list() ([]string, error) {
	files, err := os.ReadDir(o.Dir)
	// Windows says the same of a file that lies in the folder's place.
	if _, gone := os.Stat(o.Dir); errors.Is(gone, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unusable(err, o.Dir)
	}
	var names []string
	for _, file := range files {
		if nameShape.MatchString(file.Name()) {
			names = append(names, file.Name())
		}
	}
	return names, nil
}

func (o *Outbox) read(name string) (Waiting, error) {
	var w Waiting
	text, err := os.ReadFile(filepath.Join(o.Dir, name))
	if err != nil {
		return w, unusable(err, o.Dir)
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return w, message.New("notify.dropped", "notify.unreadable", message.Args{"path": filepath.Join(o.Dir, name)})
	}
	return w, nil
}

// write makes a file that is there whole or not at all.
func (o *Outbox) write(name string, w Waiting) error {
	text, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("encode notice: %w", err)
	}
	temp, err := os.CreateTemp(o.Dir, "."+name+".*")
	if err != nil {
		return unusable(err, o.Dir)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(text)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return unusable(err, o.Dir)
	}
	if err := os.Rename(temp.Name(), filepath.Join(o.Dir, name)); err != nil {
		return unusable(err, o.Dir)
	}
	return nil
}

func unusable(err error, path string) error {
	return message.Wrap(err, "fs.denied", "notify.folder", message.Args{"path": path})
}

func count(names []string, is func(string) bool) int {
	n := 0
	for _, name := range names {
		if is(name) {
			n++
		}
	}
	return n
}

// oneLine is a title that fits the subject of a letter: a line break there would begin another header.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(text); len(runes) > titleRunes {
		return string(runes[:titleRunes-1]) + "…"
	}
	return text
}

func clip(text string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "?"))
	if len(text) <= bodyBytes {
		return text
	}
	end := bodyBytes
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
