package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// The child of these tests is this test binary, told by the environment what to do.
const roleVariable = "DJSCRIPT_TEST_CHILD"

const memory = 128 << 20

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(roles[role]())
	}
	os.Exit(m.Run())
}

var roles = map[string]func() int{
	"echo":   echo,
	"deaf":   func() int { fmt.Println("listening"); time.Sleep(time.Hour); return 0 },
	"heap":   func() int { request(); return fillHeap() },
	"stack":  func() int { request(); return deeper(0) },
	"panic":  func() int { request(); panic("a word\nand another") },
	"loud":   loud,
	"parent": parent,
	"asker":  asker,
}

func request() (name string, asked chan struct{}) {
	asked = make(chan struct{})
	if err := Request(os.Stdin, &name, func([]byte) {}, func() { close(asked) }); err != nil {
		fmt.Println(err)
		os.Exit(9)
	}
	return name, asked
}

// echo says what it was handed, waits to be asked to end, and says that it was.
func echo() int {
	name, asked := request()
	fmt.Printf("hello %s\n\nlast", name)
	fmt.Println()
	<-asked
	fmt.Println("asked")
	return 7
}

var kept [][]byte

func fillHeap() int {
	for range 1 << 20 {
		block := make([]byte, 1<<16)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		kept = append(kept, block)
	}
	return 0
}

func deeper(n int) int {
	if n < 0 {
		return n
	}
	var room [1 << 10]byte
	room[n%len(room)] = byte(n)
	return deeper(n+1) + int(room[(n+1)%len(room)])
}

func loud() int {
	request()
	line := strings.Repeat("x", 1000) + "\n"
	for range 1000 {
		fmt.Fprint(os.Stderr, line)
	}
	fmt.Println(line)
	return 0
}

// parent has a child of its own, says its number, and waits for the end that somebody gives it.
func parent() int {
	c, err := Start(context.Background(), Options{
		Program: os.Args[0], Env: role("deaf"), Line: func([]byte) { fmt.Println("child") },
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(c.cmd.Process.Pid)
	_, _ = c.Wait()
	return 0
}

func role(name string) []string { return append(os.Environ(), roleVariable+"="+name) }

// start starts a child in that role; first is closed when it has said a word.
func start(t *testing.T, ctx context.Context, name string, o Options) (c *Child, said *[]string, first chan struct{}) {
	t.Helper()
	said, first = new([]string), make(chan struct{})
	o.Program, o.Env = os.Args[0], role(name)
	o.Request = "you"
	o.Line = func(line []byte) {
		if len(*said) == 0 {
			close(first)
		}
		*said = append(*said, string(line))
	}
	c, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return c, said, first
}

func wait(t *testing.T, c *Child) Ended {
	t.Helper()
	ended, err := c.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return ended
}

func TestAChildIsHandedItsRequestAnswersInLinesAndEndsWhenItIsAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, said, first := start(t, ctx, "echo", Options{Memory: memory, Grace: time.Minute})
	<-first
	cancel()
	ended := wait(t, c)
	if ended.Exit != 7 || ended.Signal != "" || ended.OutOfMemory || ended.PeakMemory < 1<<20 {
		t.Errorf("ended %+v", ended)
	}
	if want := []string{"hello you", "", "last", "asked"}; !slices.Equal(*said, want) {
		t.Errorf("said %q, want %q", *said, want)
	}
}

func TestAChildThatDoesNotListenIsKilledAfterItsGrace(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, _, first := start(t, ctx, "deaf", Options{Grace: 50 * time.Millisecond})
	<-first
	cancel()
	if ended := wait(t, c); ended.Exit == 0 || ended.OutOfMemory {
		t.Errorf("ended %+v", ended)
	}
}

func TestAChildThatTakesTooMuchMemoryDiesOfIt(t *testing.T) {
	for _, name := range []string{"heap", "stack"} {
		c, _, _ := start(t, t.Context(), name, Options{Memory: memory})
		ended := wait(t, c)
		if !ended.OutOfMemory || ended.Exit == 0 {
			t.Errorf("%s ended with %d, %q, out of memory: %v\n%.500s", name, ended.Exit, ended.Cause(), ended.OutOfMemory, ended.LastWords)
		}
		if ended.PeakMemory < memory/4 || ended.PeakMemory > memory*2 {
			t.Errorf("%s had %d bytes of %d", name, ended.PeakMemory, memory)
		}
	}
}

func TestAPanicIsADeathWithACauseInOneLine(t *testing.T) {
	c, _, _ := start(t, t.Context(), "panic", Options{Memory: memory})
	if ended := wait(t, c); ended.OutOfMemory || ended.Exit != 2 || ended.Cause() != "panic: a word" {
		t.Errorf("ended %+v", ended)
	}
}

func TestOfLongLastWordsTheBeginningIsKept(t *testing.T) {
	c, said, _ := start(t, t.Context(), "loud", Options{})
	if ended := wait(t, c); ended.Exit != 0 || len(ended.LastWords) != maxWords || len((*said)[0]) != 1000 || ended.Cause() != "" {
		t.Errorf("exit %d, %d bytes, said %.20q", ended.Exit, len(ended.LastWords), *said)
	}
}

func TestAProgramThatDoesNotExistIsAnError(t *testing.T) {
	if _, err := Start(t.Context(), Options{Program: t.TempDir() + "/none"}); !errors.Is(err, os.ErrNotExist) && !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("Start: %v", err)
	}
}

func TestARequestThatIsNoneIsAnError(t *testing.T) {
	for _, text := range []string{"", "{}", "not json\n", "{}\n", `{"request":{}}` + "\n", `{"request":"x"}`} {
		var into string
		if err := Request(strings.NewReader(text), &into, func([]byte) {}, func() { t.Error("asked") }); err == nil {
			t.Errorf("%q passed", text)
		}
	}
	asked := make(chan struct{})
	in, out := io.Pipe()
	var into map[string]int
	go func() {
		_ = json.NewEncoder(out).Encode(map[string]any{"request": map[string]int{"n": 1}})
		_, _ = out.Write([]byte("more"))
		_ = out.Close()
	}()
	if err := Request(in, &into, func([]byte) {}, func() { close(asked) }); err != nil || into["n"] != 1 {
		t.Fatalf("%v, %v", into, err)
	}
	<-asked
}

func TestWantOfMemoryIsToldFromOtherDeaths(t *testing.T) {
	for words, want := range map[string]bool{
		"runtime: VirtualAlloc of 65536 bytes failed with errno=1455\nfatal error: out of memory\n":                           true,
		"runtime: VirtualAlloc of 2048 bytes failed with errno=1816\nfatal error: runtime: failed to commit pages\n":          true,
		"runtime: failed to create new OS thread (have 9 already; errno=1455)\nfatal error: runtime.newosproc\n":              true,
		"fatal error: runtime: cannot allocate memory\n":                                                                      true,
		"runtime: failed to create new OS thread\nruntime: may need to increase max user processes\nfatal error: newosproc\n": false,
		"panic: out of memory\n": false,
		"":                       false,
	} {
		if got := noMemory.MatchString(words); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}
