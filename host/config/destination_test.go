package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// key is a public key whose secret key is nowhere.
const key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

const driven = `[store]
id = "a"
[database.loja]
path = "C:/Copias/loja.fdb"
[destination.local]
path = "D:/Copias"
[destination.pendrive]
drive = { enrolled = "AZUL" }
set = ["mon", "ter", "QUA"]
optional = true
max_absent = "3d"
eject = true
[destination.hd]
drive = { label = "DJ-BACKUP" }
path = 'Loja\Copias/'
[destination.rede]
path = '\\servidor\copias'
user = "backup"
password = "secret:rede"
encrypt = true
[encryption]
recipients = ["` + key + `"]
`

func TestADestinationIsADriveOrAFolder(t *testing.T) {
	c := loaded(t, driven, defaults(t))
	want := []Destination{
		{Name: "local", Path: "D:/Copias"},
		{
			Name: "pendrive", Path: "Copias", Drive: &Wanted{Enrolled: "AZUL"}, Set: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday},
			Optional: true, MaxAbsent: 72 * time.Hour, Eject: true,
		},
		{Name: "hd", Path: "Loja/Copias", Drive: &Wanted{Label: "DJ-BACKUP"}},
		{Name: "rede", Path: `\\servidor\copias`, User: "backup", Password: "secret:rede", Encrypt: true},
	}
	if diff := cmp.Diff(want, c.Destinations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{key}, c.Recipients); diff != "" {
		t.Error(diff)
	}
	if c.Destinations[1].Drive.Name() != "AZUL" || c.Destinations[2].Drive.Name() != "DJ-BACKUP" {
		t.Error("a drive has lost its name")
	}
	var shares []string
	for _, d := range c.Destinations {
		if d.Share() {
			shares = append(shares, d.Name)
		}
	}
	if diff := cmp.Diff([]string{"rede"}, shares); diff != "" {
		t.Error(diff)
	}
}

func TestASlipInADriveIsTold(t *testing.T) {
	const stick, folder, share = "drive = { enrolled = \"AZUL\" }", "path = 'Loja\\Copias/'", "path = '\\\\servidor\\copias'"
	for _, slip := range [][3]string{
		{stick, `drive = "AZUL"`, "pendrive.drive config.want_drive"},
		{stick, `drive = {}`, "pendrive.drive config.which_drive"},
		{stick, `drive = { enrolled = "A", label = "B" }`, "pendrive.drive config.which_drive"},
		{stick, `drive = { enroled = "A" }`, "pendrive.drive.enroled document.unknown_key+destination.pendrive.drive config.which_drive"},
		{stick, `drive = { enrolled = "" }`, "pendrive.drive.enrolled document.empty"},
		{stick, `drive = { enrolled = 7 }`, "pendrive.drive.enrolled document.want_text"},
		{folder, folder + "\n[destination.x]\ndrive = { enrolled = \"azul\" }", "x.drive config.same_drive"},
		{folder, folder + "\n[destination.x]\ndrive = { label = \"dj-backup\" }\npath = \"Outra\"", "x.drive config.same_drive"},
		{stick, `drive = { label = "AZUL" }`, "pendrive.set config.set_label"},
		{stick, `path = "/pen"`, "pendrive.set config.alone+destination.pendrive.eject config.alone+destination.pendrive.max_absent config.alone"},
		{`set = ["mon", "ter", "QUA"]`, `set = ["mon", "seg"]`, "pendrive.set document.repeated"},
		{`set = ["mon", "ter", "QUA"]`, `set = ["quarta"]`, "pendrive.set config.weekday"},
		{`set = ["mon", "ter", "QUA"]`, `set = []`, "pendrive.set document.empty_list"},
		{`set = ["mon", "ter", "QUA"]`, `set = "mon"`, "pendrive.set document.want_texts"},
		{`set = ["mon", "ter", "QUA"]`, `scrub_days = 90`, "pendrive.scrub_days document.unknown_key"},
		{`set = ["mon", "ter", "QUA"]`, `encrypt = false`, "pendrive.encrypt config.drive_encrypted"},
		{`optional = true`, ``, "pendrive.max_absent config.absent_alone"},
		{`optional = true`, `optional = false`, "pendrive.max_absent config.absent_alone"},
		{`max_absent = "3d"`, `max_absent = "90m"`, "pendrive.max_absent config.max_absent"},
		{`max_absent = "3d"`, `max_absent = "0h"`, "pendrive.max_absent config.max_absent"},
		{`max_absent = "3d"`, `max_absent = 3`, "pendrive.max_absent document.want_text"},
		{`eject = true`, `eject = "yes"`, "pendrive.eject document.want_flag"},
		{folder, `path = "E:/Copias"`, "hd.path config.drive_path"},
		{folder, `path = "/Copias"`, "hd.path config.drive_path"},
		{folder, `path = "Copias/../.."`, "hd.path config.drive_path"},
		{folder, `path = "."`, "hd.path config.drive_path"},
		{folder, `path = ".djscript"`, "hd.path config.drive_path"},
		{folder, `path = "a//b"`, "hd.path config.drive_path"},
		{folder, `path = "Copias."`, "hd.path config.drive_path"},
		{folder, `path = "aux.loja/x"`, "hd.path config.drive_path"},
		{folder, `path = "E:Copias"`, "hd.path config.drive_path"},
		{folder, `path = ""`, "hd.path document.empty"},
		{folder, `path = "Loja\temp"`, "hd.path document.escape"},
		{share, `path = "/mnt/rede"`, "rede.user config.no_share"},
		{folder, folder + "\n[destination.b]\npath = '\\\\SERVIDOR\\b'\nuser = \"b\"\npassword = \"secret:b\"", "rede.user config.two_users"},
		{`user = "backup"`, ``, "rede.user document.missing"},
		{`password = "secret:rede"`, ``, "rede.password document.missing"},
		{`password = "secret:rede"`, `password = "1234"`, "rede.password config.secret_in_clear"},
	} {
		slippedAlso(t, strings.Replace(driven, slip[0], slip[1], 1), slip[1], "destination."+slip[2])
	}
}

// slippedAlso is slipped for mistakes that come together: "key sentence+key sentence".
func slippedAlso(t *testing.T, text, name, want string) {
	t.Helper()
	wanted := strings.Split(want, "+")
	for _, m := range mistakesIn(t, text) {
		i := slices.IndexFunc(wanted, func(one string) bool {
			key, sentence, _ := strings.Cut(one, " ")
			return m.Key == key && errors.Is(m.Err, message.New(m.Code, sentence, nil))
		})
		if i < 0 || m.Hint() == "" || m.Line == 0 {
			t.Errorf("%s: told %s: %v (%s)", name, m.Key, m, m.Hint())
			continue
		}
		wanted = slices.Delete(wanted, i, i+1)
	}
	if len(wanted) > 0 {
		t.Errorf("%s: not told: %v", name, wanted)
	}
}

func TestOnlyRealPublicKeysEncrypt(t *testing.T) {
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	with := func(keys string) string { return strings.Replace(driven, `["`+key+`"]`, keys, 1) }
	c := loaded(t, with(fmt.Sprintf(`["%s", "%s"]`, key, pair.Recipient())), defaults(t))
	if diff := cmp.Diff([]string{key, pair.Recipient().String()}, c.Recipients); diff != "" {
		t.Error(diff)
	}
	swapped := strings.Replace(key, "ql3z", "qlz3", 1)
	for keys, want := range map[string]string{
		`["age1..."]`: "encryption.recipients config.recipient", `["` + swapped + `"]`: "encryption.recipients config.recipient",
		`["` + key + ` "]`: "encryption.recipients config.recipient", `["` + key + `", "` + key + `"]`: "encryption.recipients document.repeated",
		`"` + key + `"`: "encryption.recipients document.want_texts+destination.rede.encrypt config.encrypt_alone", `[7]`: "encryption.recipients document.want_text",
		`[]`: "destination.rede.encrypt config.encrypt_alone", `["` + pair.String() + `"]`: "encryption.recipients config.recipient_secret",
		`[" ` + strings.ToLower(pair.String()) + `"]`: "encryption.recipients config.recipient_secret",
		`[` + pair.String() + `]`:                     "encryption.recipients config.syntax_recipients",
		`[""]`:                                        "encryption.recipients document.empty",
	} {
		text := with(keys)
		slippedAlso(t, text, keys, want)
		for _, m := range mistakesIn(t, text) {
			if strings.Contains(strings.ToUpper(m.Error()+m.Hint()), pair.String()[20:40]) {
				t.Errorf("a secret key is repeated: %v", m)
			}
		}
	}
	slippedAlso(t, strings.Replace(driven, "[encryption]\nrecipients", "[encryption]\nrecipient", 1), "recipient",
		"encryption.recipient document.unknown_key+encryption.recipients document.missing+destination.rede.encrypt config.encrypt_alone")
}

// Whatever stands there, a folder on a drive stays below its root, on every system.
func TestAFolderOnADriveStaysOnIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[a.:/\\ ]{0,12}`), rapid.String()).Draw(t, "path")
		doc, _, _ := parse("djscript.toml", nil)
		r := document.NewReader(doc, nil)
		in := &table{r.Table("destination.a", map[string]any{"path": text})}
		got := in.folderOnDrive("path")
		if len(r.Mistakes) > 0 {
			return
		}
		for part := range strings.SplitSeq(got, "/") {
			if part == "" || strings.Trim(part, ". ") == "" || strings.ContainsAny(part, `\:`) {
				t.Fatalf("%q is taken as %q", text, got)
			}
		}
	})
}
