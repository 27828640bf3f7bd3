package retention

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// The properties share the histories of a test run between them: in all, as many as HISTORIES says.
const (
	histories  = 10_200 // where HISTORIES does not say: what "make test" draws
	properties = 34     // TestI01 to TestI33, and the nights
)

// chance is where the drawing of all properties begins: SEED draws the same histories again. It is 0 where -rapid.seed says
// where a property begins, as a failure tells.
var chance uint64

func TestMain(m *testing.M) {
	all, err := number("HISTORIES", histories)
	seed, wrong := number("SEED", 1+rand.Uint64()>>1)
	if err = errors.Join(err, wrong); err != nil || all < properties {
		fmt.Fprintf(os.Stderr, "HISTORIES and SEED are numbers, and HISTORIES is %d at least: %v\n", properties, err)
		os.Exit(2)
	}
	// A failure is found again by the seed that it is told with; no file of it lies in the house.
	for name, value := range map[string]string{"rapid.checks": fmt.Sprint((all + properties - 1) / properties), "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		chance = seed
	}
	code := m.Run()
	if os.Getenv("HISTORIES") != "" {
		fmt.Printf("%d histories were drawn; SEED=%d draws them again\n", drawings.Load(), seed)
	}
	os.Exit(code)
}

// number is what the environment says, or else what is given.
func number(name string, otherwise uint64) (uint64, error) {
	if said := os.Getenv(name); said != "" {
		return strconv.ParseUint(said, 10, 64)
	}
	return otherwise, nil
}

var (
	drawings atomic.Int64 // how many histories the properties have seen
	seeding  sync.Mutex   // held until a property has read where its drawing begins
)

// always holds a property against as many histories as TestMain says, other ones for each property, beside the others.
func always(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	t.Parallel()
	seeding.Lock()
	begun := sync.OnceFunc(seeding.Unlock)
	defer begun()
	if chance > 0 {
		own := fnv.New64a()
		fmt.Fprint(own, t.Name(), chance)
		if err := flag.Set("rapid.seed", fmt.Sprint(own.Sum64())); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		begun()
		drawings.Add(1)
		property(t)
	})
}
