package tests

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/moby/sys/mountinfo"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/drive/drivetest"
)

func deviceChild() bool { return drivetest.Child() }

// devices are the sticks of all stories that lie or break, by their image.
var devices sync.Map

func deviceOf(ts *testscript.TestScript, name string) *drivetest.Device {
	d, ok := devices.Load(imageOf(ts, name))
	if !ok {
		ts.Fatalf("%s is no device", name)
	}
	return d.(*drivetest.Device)
}

// device NAME [FILESYSTEM] [loses|wraps|room=MEGABYTES] [spoils=TEXT]: a stick of 64 MB that can be pulled out while it is used. One that loses or wraps
// does so beyond that many; one with room takes no more; one that spoils turns a bit of what it keeps of that text.
func cmdDevice(ts *testscript.TestScript, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: device NAME [FILESYSTEM] [loses|wraps|room=MEGABYTES] [spoils=TEXT]")
	}
	d, kind := &drivetest.Device{Claimed: 64 << 20}, ""
	for _, word := range args[1:] {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "loses":
			d.Loses = int64(number(ts, value)) << 20
		case "wraps":
			d.Wraps = int64(number(ts, value)) << 20
		case "room":
			d.Room = int64(number(ts, value)) << 20
		case "spoils":
			d.Spoils = value
		default:
			kind = word
		}
	}
	image := imageOf(ts, args[0])
	served := strings.TrimSuffix(image, ".img")
	ts.Check(os.MkdirAll(served, 0o755))
	path, err := d.Serve(served)
	ts.Check(err)
	ts.Check(os.Symlink(path, image))
	devices.Store(image, d)
	ts.Defer(func() {
		devices.Delete(image)
		d.End()
	})
	format(ts, image, "", kind)
}

// pull NAME: takes the device out while the system still uses it.
func cmdPull(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: pull NAME")
	}
	ts.Check(deviceOf(ts, args[0]).Pull())
}

// wear NAME: from now on it takes nothing that is written.
func cmdWear(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: wear NAME")
	}
	ts.Check(deviceOf(ts, args[0]).Wear())
}

// replug NAME DIR: the system lets go of what was pulled out, and it is plugged in there again.
func cmdReplug(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: replug NAME DIR")
	}
	replug(ts, args[0], ts.MkAbs(args[1]))
}

func replug(ts *testscript.TestScript, name, dir string) {
	unmount(dir)
	letGo(ts, imageOf(ts, name))
	ts.Check(deviceOf(ts, name).Plug())
	plug(ts, name, dir)
}

// letGo waits until nobody holds what was pulled out: a filesystem that is a program of its own writes on its way out what
// it still had, and no drive is plugged back in before that.
func letGo(ts *testscript.TestScript, image string) {
	for range 500 {
		out, err := exec.Command("losetup", "--associated", image).Output()
		ts.Check(err)
		if len(out) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("the system does not let go of %s", image)
}

// removable DIR: the kernel says of the stick that is plugged in there that it can be taken out, which it does not say of
// a loop device by itself.
func cmdRemovable(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: removable DIR")
	}
	mounts, err := mountinfo.GetMounts(mountinfo.SingleEntryFilter(ts.MkAbs(args[0])))
	ts.Check(err)
	if len(mounts) != 1 {
		ts.Fatalf("nothing is plugged in at %s", args[0])
	}
	says := filepath.Join(ts.Getenv("WORK"), ".sticks", "removable")
	ts.Check(os.WriteFile(says, []byte("1\n"), 0o600))
	flag, err := filepath.EvalSymlinks(fmt.Sprintf("/sys/dev/block/%d:%d/removable", mounts[0].Major, mounts[0].Minor))
	ts.Check(err)
	ts.Check(unix.Mount(says, flag, "", unix.MS_BIND, ""))
	ts.Defer(func() { unmount(flag) })
}

// pulling has a device pulled out at random writes of what a command writes to it.
type pulling struct {
	ts      *testscript.TestScript
	device  *drivetest.Device
	moments *rand.Rand
	whole   int // writes of a whole one
	cut     int // how often it was pulled
}

func newPulling(ts *testscript.TestScript, name string) *pulling {
	seed := uint64(time.Now().UnixNano())
	ts.Logf("seed %d", seed)
	return &pulling{ts: ts, device: deviceOf(ts, name), moments: rand.New(rand.NewPCG(seed, 0))}
}

// measure does it once without pulling.
func (p *pulling) measure(do func()) {
	before, err := p.device.Writes()
	p.ts.Check(err)
	do()
	after, err := p.device.Writes()
	p.ts.Check(err)
	if p.whole = after - before; p.whole == 0 {
		p.ts.Fatalf("nothing is written")
	}
}

// pull runs the command, and gives how it ended.
func (p *pulling) pull(args ...string) (exit, said string) {
	n := p.moments.IntN(p.whole)
	p.ts.Check(p.device.PullAfter(n))
	r := start(p.ts, append([]string{"djscript"}, args...)...)
	<-r.over
	exit, said = exitOf(r.exit), r.err.String()
	p.ts.Logf("pulled at write %d of %d: exit %s", n, p.whole, exit)
	if exit != "0" {
		p.cut++
	}
	return exit, said
}

// pullcopy STORE NAME DIR ROUNDS: makes copies, and each time the stick is pulled out at a random write. Whatever the moment, the
// other destination holds the copy and the run says what was missed; plugged back in, the next run finds all that was there
// whole, and leaves nothing half.
func cmdPullCopy(ts *testscript.TestScript, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: pullcopy STORE NAME DIR ROUNDS")
	}
	store, dir := args[0], ts.MkAbs(args[2])
	p := newPulling(ts, args[1])
	p.measure(func() { runToEnd(ts, store) })
	for range number(ts, args[3]) {
		here, there := lying(ts, store, "local", ""), lying(ts, store, "pendrive", "")
		exit, said := p.pull("-C", store, "backup")
		if exit != "0" && (exit != "3" || !strings.Contains(said, "pendrive")) {
			ts.Fatalf("exit code %s\n%s", exit, said)
		}
		replug(ts, args[1], dir)
		if lies := lying(ts, store, "local", ""); len(lies) != len(here)+1 {
			ts.Fatalf("at local lie %v, before it were %v", lies, here)
		}
		runToEnd(ts, store)
		if lies := lying(ts, store, "pendrive", ""); len(lies) < len(there)+1 || len(lies) > len(there)+2 || strings.Join(lies[len(lies)-len(there):], " ") != strings.Join(there, " ") {
			ts.Fatalf("on the stick lie %v, before it were %v", lies, there)
		}
		ended(ts, "-C", store, "copies", "check", "--all")
		cmdLeftovers(ts, []string{store})
		halves(ts, filepath.Join(dir, "Copias"))
	}
	if p.cut == 0 {
		ts.Fatalf("it was never pulled out midway")
	}
}

// halves fails where something lies among copies that none should leave.
func halves(ts *testscript.TestScript, dir string) {
	left, err := filepath.Glob(filepath.Join(dir, ".*.part-*"))
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("left behind: %v", left)
	}
}

// pullprune STORE NAME DIR ROUNDS: drops what rotation drops on the stick, and each time it is pulled out at a random write.
// Plugged back in, the next run finishes what was begun: each copy lies there once, in its place or in the trash, and the
// newest three in their place. All that went comes back from the trash for another round.
func cmdPullPrune(ts *testscript.TestScript, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: pullprune STORE NAME DIR ROUNDS")
	}
	store, dir := args[0], ts.MkAbs(args[2])
	all := lying(ts, store, "pendrive", "")
	p := newPulling(ts, args[1])
	p.measure(func() { ended(ts, "-C", store, "copies", "prune", "pendrive", "--yes") })
	for range number(ts, args[3]) {
		for _, id := range lying(ts, store, "pendrive", "--trash") {
			ended(ts, "-C", store, "copies", "untrash", id, "--from", "pendrive")
		}
		if back := lying(ts, store, "pendrive", ""); !slices.Equal(back, all) {
			ts.Fatalf("back are %v, and not %v", back, all)
		}
		if exit, said := p.pull("-C", store, "copies", "prune", "pendrive", "--yes"); exit != "0" && exit != "1" && exit != "3" {
			ts.Fatalf("exit code %s\n%s", exit, said)
		}
		replug(ts, args[1], dir)
		runToEnd(ts, store)
		ended(ts, "-C", store, "copies", "check", "--all")
		all = lying(ts, store, "local", "")
		here, trash := lying(ts, store, "pendrive", ""), lying(ts, store, "pendrive", "--trash")
		lies := slices.Concat(here, trash)
		slices.SortFunc(lies, func(a, b string) int { return number(ts, b) - number(ts, a) })
		if !slices.Equal(lies, all) || !slices.Equal(here[:3], all[:3]) {
			ts.Fatalf("in their place lie %v and in the trash %v; made were %v", here, trash, all)
		}
		cmdLeftovers(ts, []string{store})
		halves(ts, filepath.Join(dir, "Copias"))
	}
	if p.cut == 0 {
		ts.Fatalf("it was never pulled out midway")
	}
}
