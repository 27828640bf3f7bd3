package layer

import "testing"

// Windows replaces no file that is being read, and reads none that is being replaced.
func TestAVersionIsPutInForceWhileOthersRead(t *testing.T) {
	a := Active{Dir: t.TempDir()}
	one, two := versionOf("one"), versionOf("two")
	if err := a.Activate(one); err != nil {
		t.Fatal(err)
	}
	stop, lost := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { lost <- n }()
		for {
			select {
			case <-stop:
				return
			default:
				if _, ok := a.Current(); !ok {
					n++
				}
			}
		}
	}()
	for range 50 {
		for _, v := range []Version{two, one} {
			if err := a.Activate(v); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	if n := <-lost; n > 0 {
		t.Errorf("%d times there was no version in force", n)
	}
}
