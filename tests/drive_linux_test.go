package tests

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/drive/drivetest"
	"github.com/djscript/djscript/host/schedule"
)

// driveWords are what stories of pen drives say. A stick is a filesystem of its own in a file, behind a loop device: it takes
// root, and stands in for a drive in all that the program can see of one.
func driveWords() map[string]func(*testscript.TestScript, []string) {
	return map[string]func(*testscript.TestScript, []string){
		"stick": cmdStick, "mountimg": cmdMountImage, "unplug": cmdUnplug, "mark": cmdMark, "weekdays": cmdWeekdays, "mounted": cmdMounted, "alone": cmdAlone,
		"device": cmdDevice, "pull": cmdPull, "wear": cmdWear, "replug": cmdReplug, "removable": cmdRemovable, "pullcopy": cmdPullCopy, "pullprune": cmdPullPrune,
	}
}

// alone: SHOP and LABEL are names, and KEY a public key, that nobody else on this machine has. Plugged in is plugged in for everybody: stories that
// run at the same time see each other's sticks.
func cmdAlone(ts *testscript.TestScript, _ []string) {
	ts.Setenv("SHOP", "loja-"+strings.ToLower(rand.Text()[:8]))
	ts.Setenv("LABEL", "DJ-"+rand.Text()[:8])
	pair, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Setenv("KEY", pair.Recipient().String())
}

// stick NAME [LABEL [FILESYSTEM]]: an empty stick, of ext4 where nothing is said.
func cmdStick(ts *testscript.TestScript, args []string) {
	if len(args) < 1 || len(args) > 3 {
		ts.Fatalf("usage: stick NAME [LABEL [FILESYSTEM]]")
	}
	image := imageOf(ts, args[0])
	ts.Check(os.MkdirAll(filepath.Dir(image), 0o755))
	ts.Check(os.WriteFile(image, nil, 0o600))
	ts.Check(os.Truncate(image, 48<<20))
	args = append(args, "", "")
	label, kind := args[1], args[2]
	format(ts, image, label, kind)
}

func format(ts *testscript.TestScript, image, label, kind string) {
	switch kind {
	case "", "ext4":
		id := make([]byte, 16)
		_, _ = rand.Read(id)
		uuid := fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
		asRoot(ts, "/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-L", label, "-U", uuid, image)
	case "exfat":
		asRoot(ts, "/sbin/mkfs.exfat", "-n", label, image)
		ts.Check(os.WriteFile(image+".exfat", nil, 0o600))
	default:
		ts.Fatalf("a stick of %s is not known here", kind)
	}
}

func imageOf(ts *testscript.TestScript, name string) string {
	return filepath.Join(ts.Getenv("WORK"), ".sticks", name+".img")
}

// mountimg NAME DIR: plugs the stick in there; it is pulled out when the story ends.
func cmdMountImage(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: mountimg NAME DIR")
	}
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o755))
	plug(ts, args[0], dir)
	ts.Defer(func() { unmount(dir) })
}

func plug(ts *testscript.TestScript, name, dir string) {
	image, kind := imageOf(ts, name), "ext4"
	if _, err := os.Stat(image + ".exfat"); err == nil {
		kind = "exfat"
	}
	out, err := exec.Command("losetup", "--find", "--show", image).Output()
	if err != nil {
		ts.Fatalf("a story about drives needs root and loop devices: %v", err)
	}
	loop := strings.TrimSpace(string(out))
	unmount(filepath.Join("/sys/devices/virtual/block", filepath.Base(loop), "removable")) // left by a story that was killed
	err = drivetest.Mount(loop, dir, kind)
	asRoot(ts, "losetup", "--detach", loop) // when nothing is mounted of it any more
	ts.Check(err)
}

// unplug DIR: pulls out the stick that is plugged in there, after the system has let go of it.
func cmdUnplug(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: unplug DIR")
	}
	dir := ts.MkAbs(args[0])
	for range 100 { // whoever else looks at the disks of the machine holds it for a moment
		if unix.Unmount(dir, 0) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	asRoot(ts, "umount", dir)
}

// mounted DIR yes|no: whether a stick is plugged in there.
func cmdMounted(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: mounted DIR yes|no")
	}
	dir := ts.MkAbs(args[0])
	if is := !drive.SameDevice(dir, filepath.Dir(dir)); is != (args[1] == "yes") {
		ts.Fatalf("%s is mounted: %v", dir, is)
	}
}

// mark STORE DESTINATION SLOT DIR: enrols what is plugged in there as LABEL of that slot; "-" is no slot.
func cmdMark(ts *testscript.TestScript, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: mark STORE DESTINATION SLOT DIR")
	}
	store := ts.MkAbs(args[0])
	m := drive.Mark{Name: ts.Getenv("LABEL"), Store: args[0], Destination: args[1], Slot: strings.Trim(args[2], "-"), Created: time.Now().Format(time.RFC3339)}
	made, err := drive.Enrol(context.Background(), ts.MkAbs(args[3]), m, nil, func(int64, int64) {})
	ts.Check(err)
	known, err := drive.LoadKnown(store)
	ts.Check(err)
	known.Remember(made.Mark, time.Now(), "")
	ts.Check(known.Save())
}

// weekdays: TODAY and OTHER are the slots of the shop's day and of the day after it, DAY and OTHERDAY what a person calls
// them, ENDAY and ENOTHERDAY in English.
func cmdWeekdays(ts *testscript.TestScript, _ []string) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	ts.Check(err)
	today, err := time.Parse(time.DateOnly, schedule.BusinessDay(time.Now(), zone, 4*time.Hour))
	ts.Check(err)
	names := []string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"}
	other := today.AddDate(0, 0, 1).Weekday()
	ts.Setenv("TODAY", config.Slot(today.Weekday()))
	ts.Setenv("DAY", names[today.Weekday()])
	ts.Setenv("OTHER", config.Slot(other))
	ts.Setenv("OTHERDAY", names[other])
	ts.Setenv("ENDAY", today.Weekday().String())
	ts.Setenv("ENOTHERDAY", other.String())
}

func asRoot(ts *testscript.TestScript, name string, args ...string) {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		ts.Fatalf("a story about drives needs root, loop devices and mkfs.ext4: %s: %v\n%s", name, err, out)
	}
}
