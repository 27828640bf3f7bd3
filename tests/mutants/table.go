package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Mutant is a planted bug.
type Mutant struct {
	Invariant string `toml:"invariant"` // that it breaks, "I-8"; "F-15: ..." is of that fault; or in words what else it breaks
	File      string `toml:"file"`      // from the root of the tree, with slashes
	Old       string `toml:"old"`       // a text that stands there exactly once
	New       string `toml:"new"`       // what stands there instead
	Package   string `toml:"package"`   // whose tests find it, "./host/retention"; that of the file where it is left out
	Run       string `toml:"run"`       // which of them, as go test -run takes it: "TestStories/^restore$/^full$" is one story
}

// invariants are how many there are: I-1 to I-33.
const invariants = 33

// numbered is what a promise with a number looks like: an invariant, or one of the faults F-1 to F-34.
var numbered = regexp.MustCompile(`^(I-([1-9]|[12]\d|3[0-3])|F-([1-9]|[12]\d|3[0-4]): .+)$`)

// load reads the table, in the order of packages; everything that is wrong with it is told at once.
func load(root, name string) ([]Mutant, error) {
	var table struct {
		Mutant []Mutant `toml:"mutant"`
	}
	read, err := toml.DecodeFile(filepath.Join(root, filepath.FromSlash(name)), &table)
	if err != nil {
		return nil, err
	}
	var wrong []error
	for _, key := range read.Undecoded() {
		wrong = append(wrong, fmt.Errorf("%s: %s means nothing", name, key))
	}
	covered := map[string]bool{}
	for i, m := range table.Mutant {
		if m.Package == "" {
			m.Package = "./" + path.Dir(m.File)
			table.Mutant[i] = m
		}
		covered[m.Invariant] = true
		if err := m.check(root); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: mutant %d (%s %s): %w", name, i+1, m.Invariant, m.File, err))
		}
	}
	for n := range invariants {
		if invariant := fmt.Sprintf("I-%d", n+1); !covered[invariant] {
			wrong = append(wrong, fmt.Errorf("%s: %s has no planted bug", name, invariant))
		}
	}
	slices.SortStableFunc(table.Mutant, func(a, b Mutant) int { return strings.Compare(a.Package, b.Package) })
	return table.Mutant, errors.Join(wrong...)
}

// check tells why a bug can not be planted.
func (m Mutant) check(root string) error {
	switch {
	case m.Invariant == "" || (strings.HasPrefix(m.Invariant, "I-") || strings.HasPrefix(m.Invariant, "F-")) && !numbered.MatchString(m.Invariant):
		return errors.New("there is no such invariant")
	case m.Old == m.New || m.Run == "" || strings.Contains(m.Run, " "):
		return errors.New("it changes nothing, or names no test")
	}
	if _, err := regexp.Compile(m.Run); err != nil {
		return err
	}
	_, err := m.planted(root)
	return err
}

// planted is the file with the bug in it.
func (m Mutant) planted(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.File)))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.Old); m.Old == "" || n != 1 {
		return "", fmt.Errorf("its old text stands there %d times, not once", n)
	}
	return strings.Replace(string(text), m.Old, m.New, 1), nil
}
