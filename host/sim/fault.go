package sim

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// planned is a failure that a test asked for with sim:fail.
type planned struct {
	op, code string
	left     int // times; below 0: for good
}

// Fault is a failure that nobody but the test is to blame for.
type Fault struct{ code string }

// Error says so.
func (f *Fault) Error() string { return message.Text("sim.fault", message.Args{"code": f.code}) }

// Code is what the test asked for.
func (f *Fault) Code() string { return f.code }

// Retryable is true of what goes away by itself.
func (f *Fault) Retryable() bool {
	return strings.HasPrefix(f.code, "lock.") || f.code == "db.busy"
}

// call is one call of a primitive in a run.
type call struct {
	op, effect, where string
	code              string // it failed with; "" where it did not
	injected          bool   // torture made it fail
	made, dropped     int    // copies that can be restored, and that were there before
}

// How torture treats a call.
const (
	failing   = "fail"
	cutBefore = "cut before"
	cutAfter  = "cut after"
)

// injection is what torture does to one call of a run: the nth.
type injection struct {
	nth  int
	kind string
	code string
	done bool
}

// These failures leave something behind: they happen within the engine, not in its place.
var within = map[[2]string]bool{
	{"copy.create", "copy.bad"}: true, {"copy.create", "copy.degraded"}: true, {"copy.prove", "copy.bad"}: true,
	{"copy.create", "copy.suspect"}: true, {"copy.prove", "copy.suspect"}: true,
}

// around stands around every call of a primitive in a run.
func (s *Store) around(c *lua.Call, next func() (any, error)) (any, error) {
	if s.dead {
		return nil, errPowerCut
	}
	if !counts(c.Func) {
		return next()
	}
	at := len(s.calls)
	s.calls = append(s.calls, call{op: c.Op, effect: c.Func.Effect, where: c.Where()})
	var before census
	if s.weighing {
		before = s.census()
	}
	result, err := s.struck(c.Op, next)
	this := &s.calls[at]
	if s.weighing {
		this.made, this.dropped = s.census().since(before)
	}
	if err != nil {
		this.code = orUnknown(message.Code(err))
	}
	return result, err
}

// counts tells whether a call can fail by what happens in the world: all but those that only direct the flow.
func counts(f lua.Func) bool { return f.Effect != primitive.Flow || f.Name == "lock" }

// struck is a call with what torture or the test does to it.
func (s *Store) struck(op string, next func() (any, error)) (any, error) {
	if i := s.injection; i != nil && i.nth == len(s.calls) && !i.done {
		i.done = true
		s.calls[len(s.calls)-1].injected = true
		return s.injected(op, i, next)
	}
	for _, f := range s.faults {
		if f.op == op && f.left != 0 && !within[[2]string{op, f.code}] {
			f.left--
			return nil, &Fault{f.code}
		}
	}
	return next()
}

func (s *Store) injected(op string, i *injection, next func() (any, error)) (any, error) {
	switch i.kind {
	case cutBefore:
		if op == "copy.create" || op == "copy.adopt" {
			s.halves++
		}
		s.powerCut()
		return nil, errPowerCut
	case cutAfter:
		result, err := next()
		s.powerCut()
		if err == nil {
			err = errPowerCut
		}
		return result, err
	}
	if within[[2]string{op, i.code}] {
		fault := &planned{op: op, code: i.code, left: 1}
		s.faults = append([]*planned{fault}, s.faults...)
		result, err := next()
		fault.left = 0
		return result, err
	}
	return nil, &Fault{i.code}
}

// takeFault uses up one planned failure of that kind, where there is one.
func (s *Store) takeFault(op, code string) bool {
	for _, f := range s.faults {
		if f.op == op && f.code == code && f.left != 0 {
			f.left--
			return true
		}
	}
	return false
}

// spoil spoils the bytes of a copy at one destination. Nobody knows before they are read.
func (s *Store) spoil(a *spoilArgs) error {
	if _, err := s.config.Destination(a.Where); err != nil {
		return err
	}
	for _, c := range slices.Backward(s.copies) {
		if a.Copy != "" && a.Copy != c.ID && a.Copy != c.Seq && a.Copy != c.Name {
			continue
		}
		if at := c.At(a.Where).Places; len(at) > 0 {
			s.spoilt[at[0].Path] = true
			return nil
		}
	}
	return message.New("copy.not_found", "sim.nothing_to_spoil", message.Args{"destination": a.Where})
}

// powerCut stops the run dead: from here on it changes nothing, whatever it still calls.
func (s *Store) powerCut() {
	s.dead = true
	s.cut(errPowerCut)
}

// errPowerCut ends a run that no power is left for; no pcall catches it.
var errPowerCut = &Fault{"run.power_cut"}

// census is what lies where: the state of each copy by its id and destination, and spoilt bytes are bad before anybody reads
// them.
type census map[string]string

func (s *Store) census() census {
	found := census{}
	for _, c := range s.copies {
		for _, p := range c.Places {
			state := c.At(p.Destination).State
			if state == copies.Trashed {
				continue
			}
			if s.spoilt[p.Path] {
				state = copies.Bad
			}
			found[c.ID+" "+p.Destination] = state
		}
	}
	return found
}

// verified is how many are proven.
func (c census) verified() int {
	n := 0
	for _, state := range c {
		if state == "verified" {
			n++
		}
	}
	return n
}

// since counts the sound copies that are new, and those that are gone.
func (c census) since(before census) (made, dropped int) {
	for id, state := range c {
		if _, known := before[id]; !known && state != "bad" {
			made++
		}
	}
	for id := range before {
		if _, still := c[id]; !still {
			dropped++
		}
	}
	return made, dropped
}

func orUnknown(code string) string {
	if code == "" {
		return "host.failed"
	}
	return code
}
