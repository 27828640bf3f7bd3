package retention

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// The properties share the histories of a test run between them: in all, as many as HISTORIES says.
const (
	histories  = 10_200 // where HISTORIES does not say: what "make test" draws
	properties = 34     // TestI01 to TestI33, and the nights
)

func TestMain(m *testing.M) {
	all := histories
	if said := os.Getenv("HISTORIES"); said != "" {
		var err error
		if all, err = strconv.Atoi(said); err != nil || all < properties {
			fmt.Fprintf(os.Stderr, "HISTORIES=%s is no number of histories; %d at least\n", said, properties)
			os.Exit(2)
		}
	}
	// A failure is found again by the seed that it is told with; no file of it lies in the house.
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa((all + properties - 1) / properties), "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
