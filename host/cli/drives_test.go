package cli

import (
	"testing"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
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
