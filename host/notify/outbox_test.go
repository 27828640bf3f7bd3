package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) { http.DefaultClient.CloseIdleConnections(); os.Exit(code) }))
}

// post is a Sender that keeps what it was given, and fails as it is told.
type post struct {
	mu   sync.Mutex
	sent []string
	err  map[string]error // by address
}

func (p *post) send(_ context.Context, address secret.Text, title, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.err[address.Reveal()]; err != nil {
		return err
	}
	p.sent = append(p.sent, address.Reveal()+" "+title)
	return nil
}

// box is an outbox with a clock of its own; the address of a route is its name.
type box struct {
	*Outbox
	post
	now time.Time
}

func newBox(t *testing.T) *box {
	t.Helper()
	b := &box{now: time.Date(2026, 11, 21, 22, 0, 0, 0, time.FixedZone("", -3*3600)), post: post{err: map[string]error{}}}
	b.Outbox = &Outbox{
		Dir: filepath.Join(t.TempDir(), "outbox"), Store: "Loja Centro", Send: b.send, Now: func() time.Time { return b.now }, Timeout: time.Minute,
		Address: func(route string) (secret.Text, error) { return secret.Text(route), nil },
	}
	return b
}

func (b *box) queue(t *testing.T, route string, titles ...string) {
	t.Helper()
	for _, title := range titles {
		b.now = b.now.Add(time.Millisecond)
		if err := b.Queue(Notice{Route: route, Level: "info", Title: title}); err != nil {
			t.Fatal(err)
		}
	}
}

// flushed sends, and wants this to have been sent and these codes to have been told.
func (b *box) flushed(t *testing.T, sent []string, codes ...string) {
	t.Helper()
	b.sent = nil
	var told []string
	for _, err := range b.Flush(t.Context()) {
		told = append(told, message.Code(err))
	}
	if !slices.Equal(b.sent, sent) || !slices.Equal(told, codes) {
		t.Errorf("sent %q and told %q, want %q and %q", b.sent, told, sent, codes)
	}
}

func (b *box) waiting(t *testing.T) int {
	t.Helper()
	names, err := b.list()
	if err != nil {
		t.Fatal(err)
	}
	return count(names, isWaiting)
}

var (
	dead    = message.New("notify.unreachable", "notify.unreachable", nil)
	refused = message.New("notify.refused", "notify.refused", nil)
)

func TestNoticesGoOutOldestFirstAndOnce(t *testing.T) {
	b := newBox(t)
	b.flushed(t, nil)
	if _, err := os.Stat(b.Dir); err == nil {
		t.Error("the folder was made for nothing")
	}
	b.queue(t, "dono", "b", "a", "c")
	b.flushed(t, []string{"dono b", "dono a", "dono c"})
	b.flushed(t, nil)
}

func TestTheSameNoticeIsToldOnceADay(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a", "a")
	b.flushed(t, []string{"dono a"})
	b.now = b.now.Add(23 * time.Hour)
	b.queue(t, "dono", "a")
	b.flushed(t, nil)
	b.queue(t, "suporte", "a")
	b.flushed(t, []string{"suporte a"})
	if err := b.Queue(Notice{Route: "dono", Level: "critical", Title: "a"}); err != nil {
		t.Fatal(err)
	}
	b.flushed(t, []string{"dono a"})
	b.now = b.now.Add(2 * time.Hour)
	b.queue(t, "dono", "a")
	b.flushed(t, []string{"dono a"})
	names, err := b.list()
	if err != nil || len(names) != 3 {
		t.Errorf("the folder holds %q, %v: what was sent a day ago is forgotten", names, err)
	}
}

func TestAFailureIsTriedAgainEachTimeLater(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.err["dono"] = dead
	for i, minutes := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		b.flushed(t, nil, "notify.unreachable")
		b.now = b.now.Add(time.Duration(minutes)*time.Minute - time.Second)
		b.flushed(t, nil)
		if b.now = b.now.Add(time.Second); b.waiting(t) != 1 {
			t.Fatalf("after %d tries it is gone", i+1)
		}
	}
	delete(b.err, "dono")
	b.flushed(t, []string{"dono a"})
	b.flushed(t, nil)
}

func TestANoticeIsGivenUpAfterAWeek(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.now = b.now.Add(9 * 365 * 24 * time.Hour)
	b.err["dono"] = dead
	b.flushed(t, nil, "notify.unreachable") // never without a try
	b.now = b.now.Add(time.Hour)
	b.flushed(t, nil, "notify.dropped")
	b.flushed(t, nil)
	if n := b.waiting(t); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestAClockThatIsSetBackHoldsNothingUp(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.err["dono"] = dead
	b.flushed(t, nil, "notify.unreachable")
	delete(b.err, "dono")
	b.now = b.now.Add(-10 * 365 * 24 * time.Hour)
	b.queue(t, "dono", "a")
	b.flushed(t, []string{"dono a", "dono a"})
}

func TestARouteThatIsDeadIsTriedOnceAndHoldsUpNoOther(t *testing.T) {
	b := newBox(t)
	b.err["dono"], b.err["suporte"] = dead, refused
	b.queue(t, "dono", "a", "b", "c")
	b.queue(t, "suporte", "a", "b")
	b.queue(t, "outro", "a")
	tried := map[string]int{}
	for _, err := range b.Flush(t.Context()) {
		tried[message.Code(err)]++
	}
	if diff := cmp.Diff(map[string]int{"notify.unreachable": 1, "notify.refused": 2}, tried); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(b.sent, []string{"outro a"}) || b.waiting(t) != 5 {
		t.Errorf("sent %q, %d wait", b.sent, b.waiting(t))
	}
}

func TestRoutesAreServedAtTheSameTime(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.queue(t, "suporte", "a")
	meeting := make(chan struct{})
	b.Timeout = 10 * time.Second
	b.Send = func(ctx context.Context, _ secret.Text, _, _ string) error {
		select {
		case meeting <- struct{}{}:
		case <-meeting:
		case <-ctx.Done():
			return dead
		}
		return nil
	}
	b.flushed(t, nil)
}

func TestARouteWithoutAddressKeepsItsNotices(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.Address = func(string) (secret.Text, error) { return "", message.New("secret.missing", "secret.missing", nil) }
	b.flushed(t, nil, "secret.missing")
	if b.waiting(t) != 1 {
		t.Error("it is gone")
	}
}

func TestAServiceThatFailsAndRecoversGetsEveryNotice(t *testing.T) {
	b := newBox(t)
	b.Send = Send
	status, got := http.StatusBadGateway, 0
	address := receiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); got++ })
	b.Address = func(string) (secret.Text, error) { return address, nil }
	b.queue(t, "dono", "a", "b")
	b.flushed(t, nil, "notify.unreachable")
	status = http.StatusOK
	b.now = b.now.Add(time.Hour)
	b.flushed(t, nil)
	if b.waiting(t) != 0 || got != 3 {
		t.Errorf("%d wait, asked %d times", b.waiting(t), got)
	}
}

func TestAServiceThatHangsCostsNoMoreThanItsTime(t *testing.T) {
	b := newBox(t)
	b.Send, b.Timeout = Send, 50*time.Millisecond
	release := make(chan struct{})
	address := receiver(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	b.Address = func(string) (secret.Text, error) { return address, nil }
	b.queue(t, "dono", "a", "b")
	b.flushed(t, nil, "notify.unreachable")
	if b.waiting(t) != 2 {
		t.Errorf("%d wait", b.waiting(t))
	}
}

func TestAFlushThatIsStoppedCountsNoTry(t *testing.T) {
	b := newBox(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.Send = func(ctx context.Context, _ secret.Text, _, _ string) error { cancel(); <-ctx.Done(); return dead }
	b.queue(t, "dono", "a", "b")
	if failed := b.Flush(ctx); len(failed) != 0 {
		t.Errorf("told %v", failed)
	}
	b.Send = b.send
	b.flushed(t, []string{"dono a", "dono b"})
}

// The program dies after the service took the notice, and before the folder knows.
func TestACrashBetweenSendingAndKnowingSendsAgain(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.Send = func(ctx context.Context, address secret.Text, title, body string) error {
		_ = b.send(ctx, address, title, body)
		panic("power cut")
	}
	took := letterOf(t, b)
	func() {
		defer func() { _ = recover() }()
		(&flush{Outbox: b.Outbox}).letter(t.Context(), took)
	}()
	if len(b.sent) != 1 {
		t.Fatalf("sent %q", b.sent)
	}
	b.Send = b.send
	b.flushed(t, []string{"dono a"})
}

func letterOf(t *testing.T, b *box) letter {
	t.Helper()
	names, err := b.list()
	if err != nil {
		t.Fatal(err)
	}
	for _, pile := range (&flush{Outbox: b.Outbox}).piles(names) {
		return pile[0]
	}
	t.Fatal("nothing waits")
	return letter{}
}

func TestTwoProcessesSendANoticeOnce(t *testing.T) {
	b := newBox(t)
	for i := range 20 {
		b.queue(t, "dono", fmt.Sprint(i))
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if failed := b.Flush(t.Context()); len(failed) > 0 {
				t.Errorf("told %v", failed)
			}
		})
	}
	both.Wait()
	if len(b.sent) != 20 || b.waiting(t) != 0 {
		t.Errorf("sent %d, %d wait", len(b.sent), b.waiting(t))
	}
}

func TestWhoeverWaitsForAnotherProcessIsToldWhenItDoesNotEnd(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	unlock, err := b.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if failed := b.Flush(ctx); message.Code(errors.Join(failed...)) != "lock.timeout" || b.waiting(t) != 1 {
		t.Errorf("told %v", failed)
	}
}

func TestWhatIsQueuedFitsEveryService(t *testing.T) {
	b := newBox(t)
	title, body := "Cópia\r\nBcc:\x00 x@y.z\x1b\t"+strings.Repeat("ã", 300), " \xff"+strings.Repeat("ção ", 2000)
	if err := b.Queue(Notice{Route: "dono", Level: "info", Title: title, Body: body}); err != nil {
		t.Fatal(err)
	}
	n := letterOf(t, b)
	if utf8.RuneCountInString(n.Title) != titleRunes || !strings.HasPrefix(n.Title, "Cópia Bcc: x@y.z ã") || strings.ContainsAny(n.Title, "\x00\x1b\r\n\t") {
		t.Errorf("title is %q", n.Title)
	}
	if len(n.Body) > bodyBytes+len("…") || !utf8.ValidString(n.Body) || !strings.HasPrefix(n.Body, "?ção") || !strings.HasSuffix(n.Body, "…") {
		t.Errorf("body is %d bytes: %.20q", len(n.Body), n.Body)
	}
}

func TestANoticeIsSignedByTheStoreAndItsTime(t *testing.T) {
	b := newBox(t)
	if got, want := b.Sign("", b.now), "Loja Centro, 2026-11-21 22:00"; got != want {
		t.Errorf("Sign = %q, want %q", got, want)
	}
	var body string
	b.Send = func(_ context.Context, _ secret.Text, _, text string) error { body = text; return nil }
	if err := b.Queue(Notice{Route: "dono", Level: "info", Title: "t", Body: "corpo"}); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(48 * time.Hour)
	b.flushed(t, nil)
	if want := "corpo\n\nLoja Centro, 2026-11-21 22:00"; body != want {
		t.Errorf("body is %q, want %q", body, want)
	}
}

func TestTooManyNoticesAreRefused(t *testing.T) {
	b := newBox(t)
	for i := range mostWaiting {
		b.queue(t, "dono", fmt.Sprint(i))
	}
	if err := b.Queue(Notice{Route: "dono", Title: "more"}); message.Code(err) != "notify.full" || message.Hint(err) == "" {
		t.Errorf("Queue = %v", err)
	}
	if b.Flush(t.Context()); len(b.sent) != mostWaiting {
		t.Errorf("sent %d", len(b.sent))
	}
	b.queue(t, "dono", "more")
}

func TestWhatIsDamagedOrForeignStopsNothing(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a", "b")
	names, err := b.list()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.Dir, names[0]), []byte(`{"route":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.Dir, "leia-me.json"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.flushed(t, []string{"dono b"}, "notify.dropped")
	b.flushed(t, nil)
	if _, err := os.Stat(filepath.Join(b.Dir, "leia-me.json")); err != nil {
		t.Error("a foreign file is gone")
	}
}

func TestAFolderThatCanNotBeUsedIsTold(t *testing.T) {
	b := newBox(t)
	if err := os.WriteFile(b.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Queue(Notice{Route: "dono"}); message.Code(err) != "fs.denied" || message.Hint(err) == "" {
		t.Errorf("Queue = %v", err)
	}
	if failed := b.Flush(t.Context()); message.Code(errors.Join(failed...)) != "fs.denied" {
		t.Errorf("Flush = %v", failed)
	}
}

func TestNoTemporaryFileIsLeft(t *testing.T) {
	b := newBox(t)
	if err := os.MkdirAll(filepath.Join(b.Dir, "in the way", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := b.write("in the way", Waiting{}); message.Code(err) != "fs.denied" {
		t.Errorf("write = %v", err)
	}
	b.queue(t, "dono", "a", "b")
	b.err["dono"] = refused
	b.flushed(t, nil, "notify.refused", "notify.refused")
	files, err := os.ReadDir(b.Dir)
	if err != nil || len(files) != 3 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

func TestWhatWaitsCanBeRead(t *testing.T) {
	b := newBox(t)
	b.queue(t, "dono", "a")
	b.queue(t, "suporte", "b")
	b.err["suporte"] = refused
	b.flushed(t, []string{"dono a"}, "notify.refused")
	all, err := b.Waiting()
	if err != nil || len(all) != 1 {
		t.Fatalf("Waiting = %+v, %v", all, err)
	}
	want := Waiting{Notice: Notice{Route: "suporte", Level: "info", Title: "b"}, Queued: b.now, Tries: 1, Next: b.now.Add(time.Minute)}
	if diff := cmp.Diff(want, all[0]); diff != "" {
		t.Error(diff)
	}
}
