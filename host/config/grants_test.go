package config

import (
	"slices"
	"strings"
	"testing"
)

const lone = "[store]\nid = \"loja\"\n"

func TestGrantsThatAreNotWrittenAreNotGrantsOfNothing(t *testing.T) {
	c := loaded(t, lone+"\n[script.one]\nparams = {}\n[script.two]\ngrants = []\n[script.three]\ngrants = [\"db.read\", \"copy.write:local\"]\n", defaults(t))
	if grants := c.Scripts["one"].Grants; grants != nil {
		t.Errorf("one may do %q", *grants)
	}
	if grants := c.Scripts["two"].Grants; grants == nil || len(*grants) != 0 {
		t.Errorf("two may do %v", grants)
	}
	if grants := c.Scripts["three"].Grants; grants == nil || !slices.Equal(*grants, []string{"db.read", "copy.write:local"}) {
		t.Errorf("three may do %v", grants)
	}
}

func TestGrantsAreAListOfTexts(t *testing.T) {
	for line, want := range map[string]string{
		`grants = "db.read"`:              "script.one.grants: a list of texts was expected",
		`grants = [1]`:                    "script.one.grants: a text in quotes was expected",
		`grants = ["db.read", "db.read"]`: "script.one.grants: db.read appears twice",
		`grant = ["db.read"]`:             "did you mean grants?",
	} {
		mistakes := mistakesIn(t, lone+"\n[script.one]\n"+line+"\n")
		if len(mistakes) != 1 || !strings.Contains(mistakes.Error(), want) {
			t.Errorf("%s: %v, want %q", line, mistakes, want)
		}
	}
}
