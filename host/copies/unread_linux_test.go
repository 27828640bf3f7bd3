package copies

import (
	"fmt"
	"os"
	"testing"
)

// A folder that is there and can not be read is no empty one: what lay in it is not gone.
func TestAFolderThatCanNotBeReadIsTold(t *testing.T) {
	dir, err := os.MkdirTemp(t.TempDir(), "pen")
	if err != nil {
		t.Fatal(err)
	}
	held, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	d := Destination{Name: "pen", Path: fmt.Sprintf("/proc/self/fd/%d", held.Fd())}
	if all, problems := listed(t, catalogueOf(d)); len(all) > 0 || len(problems) > 0 {
		t.Fatalf("%v, %v", all, problems)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := d.There(); err != nil {
		t.Fatal(err)
	}
	if all, problems := listed(t, catalogueOf(d)); len(problems) != 1 {
		t.Errorf("%v, %v", all, problems)
	}
	s, err := openSequence(t.Context(), t.TempDir(), "loja", []Destination{d})
	if err != nil || len(s.problems) != 1 {
		t.Errorf("%v, %v", s, err)
	}
}
