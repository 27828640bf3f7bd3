package cli

import (
	"testing"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

func TestAPlaceInASetIsNamedInEitherLanguage(t *testing.T) {
	c := &config.Config{Destinations: []config.Destination{
		{Name: "azuis", Drive: &config.Wanted{Enrolled: "AZUL"}, Set: []time.Weekday{time.Monday, time.Wednesday}},
		{Name: "uma", Drive: &config.Wanted{Enrolled: "UMA"}},
	}}
	for _, name := range []string{"wed", "qua", "QUA"} {
		if _, slot, err := enrolFor(c, "azuis", name); slot != "wed" || err != nil {
			t.Errorf("%s is %q, %v", name, slot, err)
		}
	}
	if _, slot, err := enrolFor(c, "uma", ""); slot != "" || err != nil {
		t.Errorf("a drive without a set is of %q, %v", slot, err)
	}
	for destination, name := range map[string]string{"azuis": "sex", "uma": "seg"} {
		if _, _, err := enrolFor(c, destination, name); message.Code(err) != "arg.value" {
			t.Errorf("%s --set %s: %v", destination, name, err)
		}
	}
}

// Whoever names a folder as a drive is told so, and not to plug it in.
func TestAFolderIsNoDriveToWipeOrEject(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.write("pasta/x", "")
	for _, command := range []string{"wipe", "eject"} {
		d.run("", "drives", command, "local").wants(t, 2, "the destination local is a folder, and no drive", "drive = {")
		d.run("", "drives", command, "/mnt/a/").wants(t, 2, "the destination local is a folder")
		d.run("", "drives", command, "pasta").wants(t, 2, "pasta is a folder, and no drive")
		d.run("", "drives", command, "AZUL").wants(t, 1, "no drive AZUL is plugged in")
	}
	d.run("", "drives", "enrol", "--help").wants(t, 0, "djscript drives enrol [PATH]")
}

func TestTheDiskOfTheSystemIsNotToldAsOneThatIsWell(t *testing.T) {
	if got := stateOf(drive.Drive{Path: drive.SystemFolder()}); got != "the system's" {
		t.Error(got)
	}
	if got := stateOf(drive.Drive{Path: drive.SystemFolder(), State: drive.Foreign}); got != "of another store" {
		t.Error(got)
	}
}

func TestAPlaceThatLeavesTheShopUnlockedIsWarnedOf(t *testing.T) {
	wanted := &config.Wanted{Enrolled: "AZUL"}
	for name, one := range map[string]struct {
		place run.Place
		want  string
	}{
		"a folder":            {run.Place{}, ""},
		"a folder on a stick": {run.Place{Destination: copies.Destination{Removable: true}}, levelWarning},
		"a drive":             {run.Place{Config: config.Destination{Drive: wanted}, Destination: copies.Destination{Removable: true}}, levelWarning},
		"a drive with keys":   {run.Place{Config: config.Destination{Drive: wanted}, Destination: copies.Destination{Recipients: []string{"age1"}}}, levelOK},
		"an encrypted pen":    {run.Place{Destination: copies.Destination{Removable: true, Recipients: []string{"age1"}}}, levelOK},
	} {
		d := &doctor{app: &app{json: true}}
		d.encrypted("x", one.place)
		got := ""
		if len(d.findings) > 0 {
			got = d.findings[0].Level
		}
		if got != one.want || len(d.findings) > 1 {
			t.Errorf("%s: %+v", name, d.findings)
		}
	}
}

func TestADestinationThatNoEntryNamesIsIdle(t *testing.T) {
	backup := &config.Backup{To: []string{"local"}}
	for _, one := range []struct {
		name string
		c    config.Config
		want bool
	}{
		{"nothing has a schedule", config.Config{}, false},
		{"another one gets all", config.Config{Backup: backup}, true},
		{"it gets them", config.Config{Backup: &config.Backup{To: []string{"local", "pendrive"}}}, false},
		{"an entry names it", config.Config{Backup: backup, Cron: []config.Cron{{Params: map[string]any{"to": []any{"pendrive"}}}}}, false},
		{"an entry names it alone", config.Config{Backup: backup, Cron: []config.Cron{{Params: map[string]any{"to": "pendrive"}}}}, false},
		{"an entry names another", config.Config{Backup: backup, Cron: []config.Cron{{Params: map[string]any{"to": []any{"local"}}}}}, true},
		{"an entry names none", config.Config{Backup: backup, Cron: []config.Cron{{}}}, false},
	} {
		if got := idle(&one.c, "pendrive"); got != one.want {
			t.Errorf("%s: %v", one.name, got)
		}
	}
}

func TestASuspectCopyIsNotToldAsOneThatNobodyRestored(t *testing.T) {
	told := map[string]string{}
	for _, state := range []string{copies.Sealed, copies.Suspect, copies.Bad} {
		told[sentenceOf(copies.Copy{Seq: "9", State: state, Database: "loja"})] = state
	}
	if want := message.Text("cli.copy_suspect", message.Args{"seq": "9", "database": "loja"}); len(told) != 3 || told[want] != copies.Suspect {
		t.Errorf("told %q", told)
	}
}
