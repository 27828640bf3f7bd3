package child

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// asker asks twice, says what it was answered, and waits to be asked to end.
func asker() int {
	heard, asked := make(chan string), make(chan struct{})
	var name string
	if err := Request(os.Stdin, &name, func(line []byte) { heard <- string(line) }, func() { close(asked) }); err != nil {
		fmt.Println(err)
		return 9
	}
	for _, question := range []string{"first?", "second?"} {
		fmt.Println(question)
		fmt.Print("heard ", <-heard)
	}
	fmt.Println("enough")
	<-asked
	return 7
}

func TestAChildIsAnsweredWhatItAsks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answers := make(chan any, 1)
	var said []string
	c, err := Start(ctx, Options{
		Program: os.Args[0], Env: role("asker"), Request: "you", Grace: time.Minute, Answers: answers,
		Line: func(line []byte) {
			said = append(said, string(line))
			switch string(line) {
			case "first?":
				answers <- map[string]bool{"yes": true}
			case "second?":
				answers <- "não\nsei"
			case "enough":
				cancel()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ended, err := c.Wait()
	if err != nil {
		t.Fatal(err)
	}
	want := `first?|heard {"yes":true}|second?|heard "não\nsei"|enough`
	if got := strings.Join(said, "|"); got != want || ended.Exit != 7 {
		t.Errorf("it said %s, and ended with %d", got, ended.Exit)
	}
}

// Nobody answers; the end comes all the same, and the answer that comes too late harms nobody.
func TestAChildThatWaitsForAnAnswerCanBeEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answers := make(chan any, 1)
	c, err := Start(ctx, Options{
		Program: os.Args[0], Env: role("asker"), Request: "you", Answers: answers, Line: func([]byte) { cancel() },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	answers <- true
}
