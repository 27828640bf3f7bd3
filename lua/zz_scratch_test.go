package lua

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var prog = flag.String("prog", "", "")
var reh = flag.Bool("reh", false, "")

func TestScratch(t *testing.T) {
	if *prog == "" {
		return
	}
	for _, f := range strings.Split(*prog, ",") {
		src, _ := os.ReadFile(f)
		chunk, err := Parse("p.lua", src)
		if err != nil {
			fmt.Println(f, "PARSE", err)
			continue
		}
		ctx, c := context.WithTimeout(t.Context(), 2*time.Second)
		began := time.Now()
		_, err = New(ctx, Options{Rehearse: *reh, Print: func(l string) {
			if len(l) > 300 {
				l = l[:300]
			}
			fmt.Println(l)
		}, Modules: map[string][]Func{"dj": demo()}}).Run(chunk)
		c()
		if err != nil {
			m := err.Error()
			if len(m) > 300 {
				m = m[:300]
			}
			fmt.Println("ERR", m)
		}
		if strings.Contains(f, "bomb") {
			fmt.Println(f, "TOOK", time.Since(began).Round(10*time.Millisecond))
		}
	}
}
