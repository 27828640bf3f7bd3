package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/djscript/djscript/host/message"
)

// Wanted is the drive of a destination: one that was enrolled for it, or any of that label. One of the two is set.
type Wanted struct {
	Enrolled string // what people call the drive, or the whole set: "AZUL"
	Label    string // of the volume
}

// Name is what a person is told to plug in.
func (w Wanted) Name() string {
	if w.Enrolled != "" {
		return w.Enrolled
	}
	return w.Label
}

// Slot is how a day of a set is written on its drive: "wed".
func Slot(day time.Weekday) string { return strings.ToLower(day.String()[:3]) }

// Share says whether the destination lies on another computer, at a path like \\server\folder.
func (d Destination) Share() bool { return d.Drive == nil && shareShape.MatchString(d.Path) }

// folder is the place of a destination that has one of its own; a drive's is wherever the drive is plugged in.
func (d Destination) folder() string {
	if d.Drive != nil {
		return ""
	}
	return d.Path
}

// usualFolder is where copies lie on a drive.
const usualFolder = "Copias"

func (t *table) destinations() []Destination {
	var all []Destination
	for name, in := range t.named("destination") {
		d := Destination{Name: name, Optional: in.flag("optional"), Keep: in.keep()}
		in.place(&d)
		in.absence(&d)
		in.share(&d)
		in.close()
		all = append(all, d)
	}
	return all
}

// place is a folder, or a drive and a folder on it.
func (t *table) place(d *Destination) {
	d.Drive = t.wanted()
	d.Set, d.Eject, d.Encrypt = t.weekdays("set"), t.flag("eject"), t.flag("encrypt")
	t.filled("set")
	if !t.has("drive") {
		t.require("path")
		d.Path = t.folder("path")
		t.together("drive", "set", "eject")
		return
	}
	d.Path = t.folderOnDrive("path")
	if d.Drive == nil {
		d.Drive = &Wanted{} // with a mistake of its own; it is no folder
	}
	if t.has("set") && d.Drive.Enrolled == "" && d.Drive.Label != "" {
		t.bad("set", message.New(codeValue, "config.set_label", nil))
	}
	if t.has("encrypt") && !d.Encrypt {
		t.bad("encrypt", message.New(codeValue, "config.drive_encrypted", nil))
	}
}

// together notes the keys that mean nothing without that one.
func (t *table) together(without string, names ...string) {
	for _, name := range names {
		if t.has(name) && !t.has(without) {
			t.bad(name, message.New("option.missing", "config.alone", message.Args{"key": without}))
		}
	}
}

// wanted is the drive; nil where there is none, or none that can be read.
func (t *table) wanted() *Wanted {
	value, ok := t.get("drive")
	if !ok {
		return nil
	}
	values, ok := value.(map[string]any)
	if !ok {
		t.bad("drive", mistyped("config.want_drive", value))
		return nil
	}
	in := &table{reader: t.reader, path: t.key("drive"), values: values}
	defer in.close()
	w := &Wanted{Enrolled: in.words("enrolled"), Label: in.words("label")}
	if in.has("enrolled") == in.has("label") {
		t.bad("drive", message.New(codeValue, "config.which_drive", nil))
	}
	return w
}

// What Windows takes in no name, and a drive is read on Windows.
var forbidden = regexp.MustCompile(`[<>:"|?*]`)

// folderOnDrive is a path below the root of a drive, with slashes.
func (t *table) folderOnDrive(name string) string {
	if !t.has(name) {
		t.get(name)
		return usualFolder
	}
	text := t.words(name)
	plain := strings.ReplaceAll(text, `\`, "/")
	parts := strings.Split(strings.TrimSuffix(plain, "/"), "/")
	switch {
	case strings.TrimSpace(text) == "" || hasControl(text):
	case absolute(text), forbidden.MatchString(text), slices.ContainsFunc(parts, noFolder):
		t.bad(name, message.New(codeValue, "config.drive_path", message.Args{"path": text}))
	}
	return strings.Join(parts, "/")
}

// noFolder tells names that are no folder of ours on every system: none, hidden ones, "..", "con", and what Windows
// would cut the end of.
func noFolder(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	return name == "" || strings.HasPrefix(name, ".") || strings.TrimRight(name, ". ") != name || device.MatchString(stem)
}

// absence is how long the destination may be away.
func (t *table) absence(d *Destination) {
	most, ok := t.duration("max_absent")
	if ok && (most == 0 || most%time.Hour != 0) {
		t.bad("max_absent", message.New(codeValue, "config.max_absent", nil))
	}
	d.MaxAbsent = most
	if t.has("max_absent") && !t.broken[t.lines.written(t.key("optional"))] && !d.Optional {
		t.bad("max_absent", message.New("option.missing", "config.absent_alone", nil))
	}
	t.together("drive", "max_absent")
}

// share is who a folder of another computer is opened as.
func (t *table) share(d *Destination) {
	d.User = t.words("user")
	d.Password, _ = t.secret("password")
	if !t.has("user") && !t.has("password") {
		return
	}
	t.require("user", "password")
	if t.has("path") && d.Path != "" && !d.Share() {
		t.bad("user", message.New(codeValue, "config.no_share", nil))
	}
}

// encryption are the public keys that copies which leave the shop are encrypted for.
func (t *table) encryption() []string {
	if !t.has("encryption") {
		t.get("encryption")
		return nil
	}
	in, _ := t.sub("encryption")
	defer in.close()
	in.require("recipients")
	all := in.texts("recipients")
	for i, one := range all {
		_, isText := in.values["recipients"].([]any)[i].(string)
		switch {
		case !isText: // told already
		case strings.TrimSpace(one) == "":
			in.badElement("recipients", i, message.New(codeValue, "config.empty", nil))
		case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(one)), "AGE-SECRET-KEY-"):
			// Never repeated: with it everything can be read.
			in.badElement("recipients", i, message.New(codeValue, "config.recipient_secret", nil))
		case slices.Contains(all[:i], one):
			in.badElement("recipients", i, message.New(codeValue, "config.repeated", message.Args{"name": clip(one)}))
		default:
			if _, err := age.ParseX25519Recipient(one); err != nil {
				in.badElement("recipients", i, message.New(codeValue, "config.recipient", message.Args{"value": clip(one)}))
			}
		}
	}
	return all
}

// Encrypts tells whether copies at the destination are encrypted where there is a key: those that leave the shop are.
func (d Destination) Encrypts() bool { return d.Drive != nil || d.Encrypt }

// EncryptsNothing tells whether there are keys and no destination whose copies are encrypted for them.
func (c *Config) EncryptsNothing() bool {
	return len(c.Recipients) > 0 && len(c.Destinations) > 0 && !slices.ContainsFunc(c.Destinations, Destination.Encrypts)
}

// oneDriveEach refuses a drive that two destinations want: two copies on one drive are lost together.
func (r *reader) oneDriveEach(all []Destination) {
	for i, d := range all {
		for _, other := range all[:i] {
			if d.Drive == nil || other.Drive == nil || !sameDrive(*d.Drive, *other.Drive) {
				continue
			}
			r.wrong(join("destination", d.Name)+".drive", message.New(codeValue, "config.same_drive",
				message.Args{"name": other.Name, "drive": d.Drive.Name()}))
			break
		}
	}
}

func sameDrive(a, b Wanted) bool {
	same := func(a, b string) bool { return a != "" && strings.EqualFold(a, b) }
	return same(a.Enrolled, b.Enrolled) || same(a.Label, b.Label)
}

// oneUserEach refuses two users for one computer: Windows opens its folders as one of them and refuses the other.
func (r *reader) oneUserEach(all []Destination) {
	first := map[string]Destination{}
	for _, d := range all {
		if !d.Share() || d.User == "" {
			continue
		}
		server, _, _ := strings.Cut(strings.TrimLeft(placeOf(d.Path).clean, "/"), "/")
		other, there := first[server]
		switch {
		case !there:
			first[server] = d
		case !strings.EqualFold(other.User, d.User):
			r.wrong(join("destination", d.Name)+".user", message.New(codeValue, "config.two_users",
				message.Args{"name": other.Name, "user": other.User, "server": server}))
		}
	}
}

// keysToEncrypt notes destinations that want to be encrypted, and nobody to encrypt for.
func (r *reader) keysToEncrypt(c *Config) {
	for _, d := range c.Destinations {
		if d.Encrypt && len(c.Recipients) == 0 && !r.broken["encryption"] && !r.broken["encryption.recipients"] {
			r.wrong(join("destination", d.Name)+".encrypt", message.New("option.missing", "config.encrypt_alone", nil))
		}
	}
}
