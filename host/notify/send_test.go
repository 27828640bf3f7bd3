package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// receiver is a service as generic:// knows it: it takes JSON, and answers as it is told.
func receiver(t *testing.T, answer http.HandlerFunc) (address secret.Text) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return secret.Text("generic://" + server.Listener.Addr().String() + "/hook-7f3a?disabletls=yes&template=json")
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func TestANoticeArrivesAsItWasWritten(t *testing.T) {
	var got map[string]string
	address := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
	})
	if err := Send(t.Context(), address, `Cópia "boa"`, "linha 1\nção"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"title": `Cópia "boa"`, "message": "linha 1\nção"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAServiceAnswersIsToldByItsCode(t *testing.T) {
	for status, code := range map[int]string{
		200: "", 204: "", 400: "notify.refused", 401: "notify.auth", 403: "notify.auth", 404: "notify.refused", 413: "notify.refused",
		429: "notify.unreachable", 500: "notify.unreachable", 503: "notify.unreachable",
	} {
		err := Send(t.Context(), receiver(t, answers(status)), "t", "b")
		if message.Code(err) != code || err != nil && message.Hint(err) == "" {
			t.Errorf("%d: %v, code %q, want %q", status, err, message.Code(err), code)
		}
	}
	for text, want := range map[string]int{
		"535 5.7.8 Username and Password not accepted": 535, "unexpected status: 401 Unauthorized": 401, "(HTTP 404)": 404,
		"dial tcp 10.0.0.1:443: connect: connection refused": 0, "lookup a404.b: no such host": 0, "": 400, "took 4010 ms": 400,
		"at a.b:587": 400, "tls: alert(401)": 0, "read tcp 1.2.3.4:5->6.7.8.9:443: wsarecv: 500": 0,
	} {
		if got := status(text); got != want {
			t.Errorf("status(%q) = %d, want %d", text, got, want)
		}
	}
	if err := failure("smtp", 535, "x"); message.Code(err) != "notify.auth" {
		t.Errorf("535 of SMTP: %v", err)
	}
	if err := failure("smtp", 550, "x"); message.Code(err) != "notify.refused" {
		t.Errorf("550 of SMTP: %v", err)
	}
}

func TestAnAddressThatIsWrongIsToldAndNotShown(t *testing.T) {
	for _, address := range []secret.Text{
		"", "hunter2", "123:hunter2", "hunter2:x", "://hunter2", "http://hunter2.example", "logger://hunter2", "telegram://hunter2",
		"telegram://hunter2@telegram?chats=1", "telegram://1:hunter2@telegram", "smtp://u:hunter2@h/?from=a@b.c", "generic+https://hunter2/?disabletls=hunter2",
		"discord://hunter2", "slack://hunter2", "ntfy://", "generic://h/%zzhunter2", "telegram://1:hunter2@telegram?chats=1&hunter2=1",
		"gotify://h/hunter2?disabletls=hunter2", "matrix://hunter2", "twilio://hunter2", "pushover://hunter2",
	} {
		err := Send(t.Context(), address, "t", "b")
		if message.Code(err) != "notify.url" || message.Hint(err) == "" || strings.Contains(err.Error()+message.Hint(err), "hunter2") {
			t.Errorf("%q: code %q: %v", address.Reveal(), message.Code(err), err)
		}
	}
}

// One address of every service, with tokens that can be told from everything else.
var addresses = map[string]string{
	"discord":    "discord://SECRETtoken@7712345678",
	"generic":    "generic://127.0.0.1:1/SECRETpath?disabletls=yes&key=SECRETkey&@Authorization=Bearer+SECRETheader",
	"googlechat": "googlechat://chat.googleapis.com/v1/spaces/SECRETspace/messages?key=SECRETkey&token=SECRETtoken",
	"gotify":     "gotify://127.0.0.1:1/ASECRETtokenxx.",
	"matrix":     "matrix://SECRETuser:SECRETpassword@127.0.0.1:1/?rooms=SECRETroom",
	"mattermost": "mattermost://127.0.0.1:1/SECRETtoken",
	"ntfy":       "ntfy://SECRETuser:SECRETpassword@127.0.0.1:1/SECRETtopic",
	"pushover":   "pushover://:SECRETtoken@SECRETuser",
	"rocketchat": "rocketchat://127.0.0.1:1/SECRETone/SECRETtwo",
	"slack":      "slack://hook:SECRETAAA-SECRETBBB-SECRETCCCSECRETCCCSECRET@webhook",
	"smtp":       "smtp://SECRETuser:SECRETpassword@127.0.0.1:1/?from=loja@example.com&to=dono@example.com",
	"teams":      "teams://?host=" + url.QueryEscape("https://x.logic.azure.com/workflows/SECRETflow/triggers/manual/paths/invoke?sig=SECRETsig"),
	"telegram":   "telegram://123456789:SECRETtoken@telegram?chats=99123456",
	"twilio":     "twilio://ACSECRETaaaaaaaaaaaaaaaaaaaaaaaaaa:SECRETtoken@+15550001111/+15552223333",
}

type deadLine struct{}

func (deadLine) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("post to %s as %s: %w", r.URL, r.URL.User, errors.New("connection refused"))
}

func TestEveryServiceSaysThatTheLineIsDeadAndShowsNoSecret(t *testing.T) {
	before := http.DefaultTransport
	http.DefaultTransport = deadLine{}
	t.Cleanup(func() { http.DefaultTransport = before })
	if diff := cmp.Diff(Services(), slices.Sorted(maps.Keys(addresses))); diff != "" {
		t.Fatal(diff)
	}
	for service, address := range addresses {
		err := Send(t.Context(), secret.Text(address), "t", "b")
		if message.Code(err) != "notify.unreachable" {
			t.Errorf("%s: code %q: %v", service, message.Code(err), err)
			continue
		}
		for _, piece := range []string{"SECRET", "123456789", "99123456", "7712345678"} {
			if strings.Contains(err.Error(), piece) {
				t.Errorf("%s shows it: %v", service, err)
			}
		}
	}
}

func TestAServiceThatHangsIsNotWaitedFor(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	address := receiver(t, func(http.ResponseWriter, *http.Request) { begun <- struct{}{}; <-release })
	t.Cleanup(func() { close(release) })
	at, err := url.Parse("telegram://1:x@telegram?chats=1")
	if err != nil {
		t.Fatal(err)
	}
	api := strings.Replace(strings.Split(address.Reveal(), "/hook")[0], "generic", "http", 1)
	for name, send := range map[string]func(context.Context) error{
		"generic":  func(ctx context.Context) error { return Send(ctx, address, "t", "b") },
		"telegram": func(ctx context.Context) error { return telegram(ctx, api, at, "t", "b", masker(at)) },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-begun; cancel() }()
		if err := send(ctx); message.Code(err) != "notify.unreachable" || message.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// broken is a service of the library that panics.
type broken struct{ types.Service }

func TestAServiceThatPanicsEndsNothing(t *testing.T) {
	services["broken"] = func() types.Service { return &broken{} }
	t.Cleanup(func() { delete(services, "broken") })
	if err := Send(t.Context(), "broken://hunter2", "t", "b"); message.Code(err) != "notify.url" || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Send = %v", err)
	}
}

// postOffice takes one letter by SMTP, and gives what it holds.
func postOffice(t *testing.T) (address string, letter <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	took := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		c := textproto.NewConn(conn)
		_ = c.PrintfLine("220 here")
		for {
			line, err := c.ReadLine()
			switch {
			case err != nil:
				return
			case line == "QUIT":
				_ = c.PrintfLine("221 bye")
				return
			case line == "DATA":
				_ = c.PrintfLine("354 go on")
				text, _ := c.ReadDotBytes()
				took <- string(text)
			}
			_ = c.PrintfLine("250 well")
		}
	}()
	return listener.Addr().String(), took
}

func TestALetterHasItsSubjectInPlainLetters(t *testing.T) {
	address, letter := postOffice(t)
	err := Send(t.Context(), secret.Text("smtp://"+address+"/?from=loja@example.com&to=dono@example.com&starttls=no"), "Cópia não feita", "linha\n.\nção")
	if err != nil {
		t.Fatal(err)
	}
	text := <-letter
	for _, want := range []string{"Subject: =?utf-8?q?C=C3=B3pia_n=C3=A3o_feita?=\n", "From:  <loja@example.com>\n", "\n\nlinha\n.\nção\n", `charset="UTF-8"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter does not hold %q:\n%s", want, text)
		}
	}
}

func TestTelegramTakesItsAnswersSeriously(t *testing.T) {
	at, err := url.Parse("telegram://123456789:SECRETtoken@telegram?chats=-100,@loja,42:7&notification=no")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status       int
		answer, code string
		shown        string
	}{
		{200, `{"ok":true,"result":{}}`, "", ""},
		{200, `<html>Pay for your wifi</html>`, "notify.unreachable", "does not answer"},
		{200, `{"ok":false,"description":"odd"}`, "notify.unreachable", ""},
		{401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, "notify.auth", "token"},
		{404, `{"ok":false,"error_code":404,"description":"Not Found"}`, "notify.auth", "token"},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found SECRETtoken"}`, "notify.refused", "chat not found"},
		{403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`, "notify.refused", "blocked by the user"},
		{502, `<html>`, "notify.unreachable", ""},
		{429, `{"ok":false,"description":"Too Many Requests"}`, "notify.unreachable", ""},
	} {
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			asked = append(asked, r.URL.Path+" "+string(text))
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.answer)
		}))
		err := telegram(t.Context(), server.URL, at, "<Cópia>", "a & b", masker(at))
		server.Close()
		if message.Code(err) != c.code || err != nil && (!strings.Contains(err.Error(), c.shown) || strings.Contains(err.Error(), "SECRET")) {
			t.Errorf("%d %s: code %q: %v", c.status, c.answer, message.Code(err), err)
		}
		if len(asked) != 3 {
			t.Fatalf("asked %q", asked)
		}
		for i, want := range []string{`"chat_id":"-100"`, `"chat_id":"@loja"`, `"chat_id":"42","message_thread_id":7`} {
			if !strings.HasPrefix(asked[i], "/bot123456789:SECRETtoken/sendMessage ") || !strings.Contains(asked[i], want) ||
				!strings.Contains(asked[i], `"disable_notification":true`) || !strings.Contains(asked[i], `\u003cb\u003e\u0026lt;Cópia`) {
				t.Errorf("asked %s, want %s", asked[i], want)
			}
		}
	}
}

func TestAMaskLeavesTheRestReadable(t *testing.T) {
	for _, c := range []struct{ address, text, want string }{
		{"generic://h/ab?k=x", `Post "https://h/ab?k=x": refused`, `Post "***": refused`},
		{"discord://tok-en12@771234", "webhook 771234 of tok/en12 failed", "webhook *** of tok/*** failed"},
		{"smtp://u:abc@smtp.example.com:587/?from=a@b.c", "smtp.example.com said 535 to abc", "smtp.example.com said 535 to ***"},
		{"telegram://1:x@telegram?chats=1", "telegram says no", "telegram says no"},
		{"ntfy://localhost/topic-1", "localhost refuses topic", "localhost refuses ***"},
	} {
		at, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := masker(at)(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.address, got, c.want)
		}
	}
}

func TestNoPieceOfAnAddressIsShownHoweverItIsPutTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.StringMatching(`[A-Za-z0-9]{4,12}`)
		user, password, path, value := piece.Draw(t, "user"), piece.Draw(t, "password"), piece.Draw(t, "path"), piece.Draw(t, "value")
		at, err := url.Parse("slack://" + user + ":" + password + "@example.com/" + path + "-x?k=" + value)
		if err != nil {
			t.Fatal(err)
		}
		text := masker(at)("Post https://" + user + "@h/" + password + ": " + path + "/" + value + " and " + user + ":" + password)
		for _, secret := range []string{user, password, path, value} {
			if strings.Contains(text, secret) {
				t.Fatalf("%q shows %q", text, secret)
			}
		}
	})
}
