// Command bench measures djscript beside what it stands on and what it replaces, side by side in one run: bare gbak,
// and gbak, zip and cp one after the other as resellers do it today; restores beside gbak's; rotation beside restic's; and text
// files beside isql, the driver and external tables.
// It prints medians and ratios as tables for docs/performance.md.
//
//	go build -o bin/djscript . && go run ./tests/bench -program bin/djscript -size 300MB -rounds 5
//	go run ./tests/bench -program bin/djscript -only restore
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/lua"
)

func main() {
	if err := bench(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ground is what the contenders work on: one server, one database, one store.
type ground struct {
	dir     string
	program string
	tools   firebird.Tools
	server  *firebird.PrivateServer
	db      string
	round   int
	peak    int64 // kB, of djscript itself
}

// contender is one way of doing the work; run does it once.
type contender struct {
	name  string
	run   func(ctx context.Context) error
	times []time.Duration
}

func bench(ctx context.Context) (err error) {
	program := flag.String("program", "bin/djscript", "djscript to measure")
	size := flag.String("size", "300MB", "size of the database")
	rounds := flag.Int("rounds", 5, "rounds; each runs every contender once")
	only := flag.String("only", "", "copies, restore, rotation or text; all where it is not given")
	flag.Parse()
	bytes, err := lua.ParseSize(*size)
	if err != nil {
		return err
	}
	if *program, err = filepath.Abs(*program); err != nil {
		return err
	}
	for _, subject := range []struct {
		name string
		run  func() error
	}{
		{"copies", func() error { return benchCopies(ctx, *program, int64(bytes), *rounds) }},
		{"restore", func() error { return benchRestore(ctx, *program, int64(bytes), *rounds) }},
		{"rotation", func() error { return benchRotation(ctx, *program, *rounds) }},
		{"text", func() error { return benchText(ctx, *program, *rounds) }},
	} {
		if *only == "" || *only == subject.name {
			if err := subject.run(); err != nil {
				return err
			}
		}
	}
	return nil
}

func benchCopies(ctx context.Context, program string, bytes int64, rounds int) (err error) {
	g, err := prepare(ctx, program, bytes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.server.Stop(), os.RemoveAll(g.dir)) }()
	contenders := g.contenders()
	for g.round = 0; g.round <= rounds; g.round++ {
		for _, c := range contenders {
			began := time.Now()
			if err := c.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if g.round > 0 { // the first round warms the caches
				c.times = append(c.times, time.Since(began))
			}
			g.clear(ctx)
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", g.round, rounds)
	}
	return g.report(contenders, rounds)
}

func prepare(ctx context.Context, program string, bytes int64) (*ground, error) {
	dir, err := os.MkdirTemp("", "djscript-bench-")
	if err != nil {
		return nil, err
	}
	g := &ground{dir: dir, db: filepath.Join(dir, "LOJA.FDB"), program: program}
	if g.tools, err = firebird.FindTools(ctx, ""); err != nil {
		return nil, err
	}
	if g.server, err = firebird.StartPrivateServer(ctx, filepath.Join(dir, "server"), g.tools); err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "making the database")
	if err := demo.Create(ctx, g.server, g.db, demo.Options{Bytes: bytes}); err != nil {
		return nil, errors.Join(err, g.server.Stop())
	}
	return g, errors.Join(g.store(ctx), g.scripts())
}

// store makes the store that djscript works for, with its server's password kept as a secret.
func (g *ground) store(ctx context.Context) error {
	for _, sub := range []string{"store/scripts", "a", "b", "bare"} {
		if err := os.MkdirAll(g.path(sub), 0o755); err != nil {
			return err
		}
	}
	config := fmt.Sprintf(`[store]
id = "bench"
[firebird]
server = %q
[database.loja]
path = %q
system = "demo"
[destination.a]
path = %q
[destination.b]
path = %q
`, g.server.Address(), g.db, g.path("a"), g.path("b"))
	empty := `return dj.script { name = "empty", jobs = { nothing = function() end } }`
	if err := errors.Join(os.WriteFile(g.path("store/djscript.toml"), []byte(config), 0o644),
		os.WriteFile(g.path("store/scripts/empty.lua"), []byte(empty), 0o644)); err != nil {
		return err
	}
	set := g.djscript(ctx, "secret", "set", "firebird")
	set.Stdin = strings.NewReader(g.server.Database("").Password.Reveal() + "\n")
	if out, err := set.CombinedOutput(); err != nil {
		return fmt.Errorf("secret set: %w\n%s", err, out)
	}
	return nil
}

func (g *ground) path(name string) string { return filepath.Join(g.dir, filepath.FromSlash(name)) }

func (g *ground) djscript(ctx context.Context, args ...string) *exec.Cmd {
	return g.in(ctx, "store", args...)
}

func (g *ground) in(ctx context.Context, folder string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, g.program, append([]string{"-C", g.path(folder), "--lang", "en"}, args...)...)
	c.Env = append(os.Environ(), "DJSCRIPT_KEYS="+g.path("keys"))
	return c
}

func (g *ground) contenders() []*contender {
	return []*contender{
		{name: "gbak -se, to a file", run: func(ctx context.Context) error { return g.gbak(ctx, "-b", "-g", g.db, g.path("bare/bare.fbk")) }},
		{name: "djscript, sealed, two destinations", run: func(ctx context.Context) error { return g.watched(ctx, "run", "default:backup", "verify=never") }},
		{name: "gbak to a file, zip -6, cp", run: g.today},
		{name: "gbak -se, then gbak -c -se", run: g.bareBoth},
		{name: "djscript, proven, two destinations", run: func(ctx context.Context) error { return g.watched(ctx, "run", "default:backup", "verify=restore") }},
		{name: "djscript run of an empty job", run: func(ctx context.Context) error { return output(g.djscript(ctx, "run", "empty")) }},
		{name: "djscript check of 200 scripts", run: func(ctx context.Context) error { return output(g.in(ctx, "many", "check")) }},
		{name: "djscript test of 500 tests", run: func(ctx context.Context) error { return output(g.in(ctx, "tried", "test")) }},
	}
}

func (g *ground) gbak(ctx context.Context, args ...string) error {
	host, port, _ := strings.Cut(g.server.Address(), ":")
	c := exec.CommandContext(ctx, g.tools.Gbak, append([]string{"-se", host + "/" + port + ":service_mgr"}, args...)...)
	at := g.server.Database("")
	c.Env = append(os.Environ(), "ISC_USER="+at.User, "ISC_PASSWORD="+at.Password.Reveal())
	return output(c)
}

func (g *ground) today(ctx context.Context) error {
	if err := g.gbak(ctx, "-b", "-g", g.db, g.path("bare/today.fbk")); err != nil {
		return err
	}
	if err := output(exec.CommandContext(ctx, "zip", "-6", "-q", "-j", g.path("a/today.zip"), g.path("bare/today.fbk"))); err != nil {
		return err
	}
	return output(exec.CommandContext(ctx, "cp", g.path("a/today.zip"), g.path("b/today.zip")))
}

func (g *ground) bareBoth(ctx context.Context) error {
	if err := g.gbak(ctx, "-b", "-g", g.db, g.path("bare/both.fbk")); err != nil {
		return err
	}
	return g.gbak(ctx, "-c", g.path("bare/both.fbk"), g.path("bare/restored.fdb"))
}

// watched runs djscript and keeps the most memory that it and the process of the run ever had, and not gbak.
func (g *ground) watched(ctx context.Context, args ...string) error {
	c := g.djscript(ctx, args...)
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("%w\n%s", err, out.String())
			}
			return nil
		case <-time.After(20 * time.Millisecond):
			g.peak = max(g.peak, highWater(c.Process.Pid)+highWater(childOf(c.Process.Pid)))
		}
	}
}

// childOf is the one process that another started; 0 where there is none.
func childOf(pid int) int {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		if child, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			return child
		}
	}
	return 0
}

var vmHWM = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

func highWater(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	found := vmHWM.FindSubmatch(text)
	if found == nil {
		return 0
	}
	kb, _ := strconv.ParseInt(string(found[1]), 10, 64)
	return kb
}

func output(c *exec.Cmd) error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// clear takes away what a contender made and waits for the disk, so that nobody pays for what another left unwritten:
// djscript flushes what it wrote, gbak, zip and cp do not.
func (g *ground) clear(ctx context.Context) {
	for _, sub := range []string{"a", "b", "bare"} {
		_ = os.RemoveAll(g.path(sub))
		_ = os.MkdirAll(g.path(sub), 0o777)
	}
	_ = exec.CommandContext(ctx, "sync").Run()
}

func (g *ground) report(all []*contender, rounds int) error {
	info, err := os.Stat(g.db)
	if err != nil {
		return err
	}
	fmt.Printf("Firebird %s, database of %d MB, %d rounds, median (fastest to slowest)\n\n", g.tools.Version, info.Size()>>20, rounds)
	fmt.Println("| what | seconds |\n|---|---|")
	for _, c := range all {
		slices.Sort(c.times)
		fmt.Printf("| %s | %.3f (%.3f to %.3f) |\n", c.name, median(c), c.times[0].Seconds(), c.times[len(c.times)-1].Seconds())
	}
	fmt.Println("\n| ratio | measured | target |\n|---|---|---|")
	fmt.Printf("| (a) sealed copy : bare gbak -se to a file | %.2f | 1.2 or less |\n", median(all[1])/median(all[0]))
	fmt.Printf("| (b) gbak, zip -6, cp : sealed copy | %.2f | 3 or more |\n", median(all[2])/median(all[1]))
	fmt.Printf("| (c) proven copy : bare backup and restore | %.2f | 0.80 or less |\n", median(all[4])/median(all[3]))
	fmt.Printf("| (d) peak memory of djscript itself | %d MB | under 64 MB |\n", g.peak>>10)
	fmt.Printf("| (e) run of an empty job | %.0f ms | under 40 ms |\n", median(all[5])*1000)
	fmt.Printf("| (g) check of 200 scripts | %.2f s | under 2 s |\n", median(all[6]))
	fmt.Printf("| (h) 500 tests on simulated stores | %.2f s | under 5 s |\n", median(all[7]))
	return nil
}

func median(c *contender) float64 { return middle(c.times) }

// middle is the median of what is sorted.
func middle(times []time.Duration) float64 {
	n := len(times)
	return (times[(n-1)/2].Seconds() + times[n/2].Seconds()) / 2
}
