package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/djscript/djscript/host/document"
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
		d := Destination{Name: name, Optional: in.Flag("optional"), Keep: in.keep()}
		in.place(&d)
		in.absence(&d)
		in.share(&d)
		in.Close()
		all = append(all, d)
	}
	return all
}

// place is a folder, or a drive and a folder on it.
func (t *table) place(d *Destination) {
	d.Drive = t.wanted()
	d.Set, d.Eject, d.Encrypt = t.weekdays("set"), t.Flag("eject"), t.Flag("encrypt")
	t.Filled("set")
	if !t.Has("drive") {
		t.Require("path")
		d.Path = t.folder("path")
		t.together("drive", "set", "eject")
		return
	}
	d.Path = t.folderOnDrive("path")
	if d.Drive == nil {
		d.Drive = &Wanted{} // with a mistake of its own; it is no folder
	}
	if t.Has("set") && d.Drive.Enrolled == "" && d.Drive.Label != "" {
		t.Bad("set", message.New(codeValue, "config.set_label", nil))
	}
	if t.Has("encrypt") && !d.Encrypt {
		t.Bad("encrypt", message.New(codeValue, "config.drive_encrypted", nil))
	}
}

// together notes the keys that mean nothing without that one.
func (t *table) together(without string, names ...string) {
	for _, name := range names {
		if t.Has(name) && !t.Has(without) {
			t.Bad(name, message.New("option.missing", "config.alone", message.Args{"key": without}))
		}
	}
}

// wanted is the drive; nil where there is none, or none that can be read.
func (t *table) wanted() *Wanted {
	value, ok := t.Get("drive")
	if !ok {
		return nil
	}
	values, ok := value.(map[string]any)
	if !ok {
		t.Bad("drive", document.Mistyped("config.want_drive", value))
		return nil
	}
	in := t.in(t.Key("drive"), values)
	defer in.Close()
	w := &Wanted{Enrolled: in.Words("enrolled"), Label: in.Words("label")}
	if in.Has("enrolled") == in.Has("label") {
		t.Bad("drive", message.New(codeValue, "config.which_drive", nil))
	}
	return w
}

// What Windows takes in no name, and a drive is read on Windows.
var forbidden = regexp.MustCompile(`[<>:"|?*]`)

// folderOnDrive is a path below the root of a drive, with slashes.
func (t *table) folderOnDrive(name string) string {
	if !t.Has(name) {
		t.Get(name)
		return usualFolder
	}
	text := t.Words(name)
	plain := strings.ReplaceAll(text, `\`, "/")
	parts := strings.Split(strings.TrimSuffix(plain, "/"), "/")
	switch {
	case strings.TrimSpace(text) == "" || document.HasControl(text):
	case absolute(text), forbidden.MatchString(text), slices.ContainsFunc(parts, noFolder):
		t.Bad(name, message.New(codeValue, "config.drive_path", message.Args{"path": text}))
	}
	return strings.Join(parts, "/")
}

// noFolder tells names that are no folder of ours on every system: none, hidden ones, "..", "con", and what Windows
// would cut the end of.
func noFolder(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	return name == "" || strings.HasPrefix(name, ".") || strings.TrimRight(name, ". ") != name || document.Device(stem)
}

// absence is how long the destination may be away.
func (t *table) absence(d *Destination) {
	most, ok := t.duration("max_absent")
	if ok && (most == 0 || most%time.Hour != 0) {
		t.Bad("max_absent", message.New(codeValue, "config.max_absent", nil))
	}
	d.MaxAbsent = most
	if t.Has("max_absent") && !t.Broken(t.Key("optional")) && !d.Optional {
		t.Bad("max_absent", message.New("option.missing", "config.absent_alone", nil))
	}
	t.together("drive", "max_absent")
}

// share is who a folder of another computer is opened as.
func (t *table) share(d *Destination) {
	d.User = t.Words("user")
	d.Password, _ = t.secret("password")
	if !t.Has("user") && !t.Has("password") {
		return
	}
	t.Require("user", "password")
	if t.Has("path") && d.Path != "" && !d.Share() {
		t.Bad("user", message.New(codeValue, "config.no_share", nil))
	}
}

// encryption are the public keys that copies which leave the shop are encrypted for.
func (t *table) encryption() []string {
	if !t.Has("encryption") {
		t.Get("encryption")
		return nil
	}
	in, _ := t.sub("encryption")
	defer in.Close()
	in.Require("recipients")
	all := in.Texts("recipients")
	for i, one := range all {
		_, isText := in.Values["recipients"].([]any)[i].(string)
		switch {
		case !isText: // told already
		case strings.TrimSpace(one) == "":
			in.BadElement("recipients", i, message.New(codeValue, "document.empty", nil))
		case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(one)), "AGE-SECRET-KEY-"):
			// Never repeated: with it everything can be read.
			in.BadElement("recipients", i, message.New(codeValue, "config.recipient_secret", nil))
		case slices.Contains(all[:i], one):
			in.BadElement("recipients", i, message.New(codeValue, "document.repeated", message.Args{"name": document.Clip(one)}))
		default:
			if _, err := age.ParseX25519Recipient(one); err != nil {
				in.BadElement("recipients", i, message.New(codeValue, "config.recipient", message.Args{"value": document.Clip(one)}))
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
			r.Wrong(document.Join("destination", d.Name)+".drive", message.New(codeValue, "config.same_drive",
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
			r.Wrong(document.Join("destination", d.Name)+".user", message.New(codeValue, "config.two_users",
				message.Args{"name": other.Name, "user": other.User, "server": server}))
		}
	}
}

// keysToEncrypt notes destinations that want to be encrypted, and nobody to encrypt for.
func (r *reader) keysToEncrypt(c *Config) {
	for _, d := range c.Destinations {
		if d.Encrypt && len(c.Recipients) == 0 && !r.Broken("encryption") && !r.Broken("encryption.recipients") {
			r.Wrong(document.Join("destination", d.Name)+".encrypt", message.New("option.missing", "config.encrypt_alone", nil))
		}
	}
}
