package drive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/message"
)

// hold is a child that keeps a drive busy, and says so.
func hold(how, path string) {
	var err error
	switch how {
	case "file":
		_, err = os.Open(path)
	case "folder":
		err = os.Chdir(filepath.Dir(path))
	case "memory":
		var f *os.File
		if f, err = os.Open(path); err == nil {
			_, err = unix.Mmap(int(f.Fd()), 0, 1, unix.PROT_READ, unix.MAP_PRIVATE)
			err = errors.Join(err, f.Close())
		}
	}
	fmt.Println("holds", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func TestWhoHoldsADriveIsNamedAndThenItIsEjected(t *testing.T) {
	for _, how := range []string{"file", "folder", "memory", "program"} {
		s := newStick(t, "ext4", "AZUL", 16*megabyte)
		d := s.plug(t)
		path := filepath.Join(d.Path, "open.txt")
		file(t, path, "open")
		program := os.Args[0]
		if how == "program" {
			program = filepath.Join(d.Path, "program")
			if out, err := exec.Command("cp", "/bin/cat", program).CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
		}
		holder := exec.Command(program, "child", "hold", how, path)
		if how == "program" {
			holder = exec.Command(program)
		}
		stdin, err := holder.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := holder.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := holder.Start(); err != nil {
			t.Fatal(err)
		}
		if how == "program" {
			if _, err := io.WriteString(stdin, "holds <nil>\n"); err != nil {
				t.Fatal(err)
			}
		}
		if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "holds <nil>\n" {
			t.Fatalf("%s: %q, %v", how, line, err)
		}
		err = eject(t.Context(), d, time.Millisecond)
		if who := fmt.Sprintf("%s (%d)", filepath.Base(program)[:min(15, len(filepath.Base(program)))], holder.Process.Pid); message.Code(err) != "drive.busy" || !strings.Contains(err.Error(), who) {
			t.Errorf("%s: %v; %s holds it", how, err, who)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: refused, and gone: %v", how, err)
		}
		if err := errors.Join(stdin.Close(), holder.Wait()); err != nil {
			t.Fatal(err)
		}
		if err := Eject(t.Context(), d); err != nil {
			t.Errorf("%s: released: %v", how, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: ejected, and still there", how)
		}
		again := s.plug(t)
		if text, err := os.ReadFile(filepath.Join(again.Path, "open.txt")); string(text) != "open" {
			t.Errorf("%s: after the ejection there is %q, %v", how, text, err)
		}
	}
}

func TestEveryMountOfADriveGoesBeforeItMayBePulled(t *testing.T) {
	d := newStick(t, "ext4", "AZUL", 8*megabyte).plug(t)
	inner, elsewhere := filepath.Join(d.Path, "inner"), t.TempDir()
	if err := errors.Join(os.Mkdir(inner, 0o700), unix.Mount(d.Path, elsewhere, "", unix.MS_BIND, ""), unix.Mount(d.Path, inner, "", unix.MS_BIND, "")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(elsewhere, unix.MNT_DETACH) })
	if err := Eject(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{d.Path, elsewhere} {
		if of, err := Of(path); err != nil || of.Path == path {
			t.Errorf("%s is still mounted: %+v, %v", path, of, err)
		}
	}
}

func TestTheSystemsDiskAndWhatIsNoDeviceAreNotEjected(t *testing.T) {
	root, err := Of("/")
	if err != nil {
		t.Fatal(err)
	}
	small, err := Of(smallDrive(t, "64k"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []Drive{root, small} {
		if err := Eject(t.Context(), d); message.Code(err) != "drive.system" {
			t.Errorf("%s: %v", d.Path, err)
		}
	}
	if err := syscall.Access(small.Path, 0); err != nil {
		t.Error(err)
	}
}
