package recovery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func TestCancelEndsItAndLeavesNothing(t *testing.T) {
	p := newPatient(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	path := p.with(func(file []byte) { clear(p.page(file, p.of(pageData, p.relation("PRE_VENDA_ITEM"))[2])) })
	for _, step := range []string{Taking, Examining, Saving, Rebuilding, Mending, Placing} {
		ctx, cancel := context.WithCancel(t.Context())
		work, to := t.TempDir(), filepath.Join(t.TempDir(), "x.fdb")
		r := Recovery{Tools: firebirdtest.Tools(t), Work: work, Now: time.Now, Tell: func(now Progress) {
			if now.Step == step {
				cancel()
			}
		}}
		_, err := r.Recover(ctx, path, Options{To: to})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", step, err)
		}
		if left, _ := os.ReadDir(work); len(left) > 0 {
			t.Errorf("%s: left behind: %v", step, left)
		}
		if _, err := os.Stat(to); err == nil {
			t.Errorf("%s: a database is there", step)
		}
		cancel()
	}
}

// Whatever is damaged: it never fails but by saying that nothing could be saved, what it saved is sound, each row is
// accounted for, and a table that no damaged page belongs to is whole.
func TestRandomDamageIsAccountedFor(t *testing.T) {
	p := newPatient(t)
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			p.t = t
			random := rand.New(rand.NewPCG(seed, 99))
			hurt, system := map[string]bool{}, false
			path := p.with(func(file []byte) {
				for range 1 + random.IntN(6) {
					n := 1 + random.IntN(p.seen.pages-1)
					of := p.seen.own[n]
					switch p.seen.kind[n] {
					case pageData, pagePointers:
						hurt[p.names[of.relation]], system = true, system || of.relation < firstOwn
					case pageBlob:
						hurt["CLIENTE"], system = true, true // nobody knows whose
					case pageIndex:
						system = system || short(p.page(file, n), atIndexRelation) < firstOwn
					case pageIndexRoot:
						system = system || short(p.page(file, n), atIndexRootRelation) < firstOwn
					case 0:
						continue
					default:
						system = true
					}
					if random.IntN(2) == 0 {
						clear(p.page(file, n))
					} else {
						scribble(random.Uint64())(p.page(file, n))
					}
				}
			})
			report, err := p.recover(path, Options{Known: p.known()})
			if err != nil {
				if message.Code(err) != "db.corrupt" || !system {
					t.Fatalf("%v, hurt: %v\n%s", err, hurt, strings.Join(report.Steps, "\n"))
				}
				return
			}
			p.accounts(report)
			if !system {
				p.wholeBut(report, keys(hurt)...)
			}
		})
	}
}

func keys(m map[string]bool) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}
