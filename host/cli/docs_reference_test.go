package cli

import (
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/sim"
)

func TestTheReferenceOfTheManualSaysWhatTheStubsSay(t *testing.T) {
	for _, language := range []string{message.English, message.Portuguese} {
		page, err := os.ReadFile("../../docs/manual/" + language + "/reference.md")
		if err != nil {
			t.Fatal(err)
		}
		made := newDesk(t).run("", "docs", "--markdown", "--lang", language)
		made.wants(t, 0)
		if diff := cmp.Diff(string(page), made.out); diff != "" {
			t.Errorf("%s/reference.md is not what the stubs say; run make doc (-page +stubs):\n%s", language, diff)
		}
	}
}

func TestEveryStubExistsInBothLanguages(t *testing.T) {
	for _, stubs := range []func(string) fs.FS{primitive.Stubs, sim.Stubs} {
		english, err := fs.Glob(stubs(message.English), "*.lua")
		if err != nil || len(english) == 0 {
			t.Fatal(english, err)
		}
		portuguese, err := fs.Glob(stubs(message.Portuguese), "*.lua")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(english, portuguese) {
			t.Errorf("en %q, pt-BR %q", english, portuguese)
		}
	}
}
