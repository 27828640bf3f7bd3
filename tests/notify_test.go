package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/host/secret"
)

// receiver is a service that takes notices as JSON, and answers with the status it was told to.
type receiver struct {
	mu     sync.Mutex
	status int
	took   []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var got struct{ Title, Message string }
	err := json.NewDecoder(request.Body).Decode(&got)
	if err == nil && r.status == http.StatusOK {
		body, _, _ := strings.Cut(got.Message, "\n")
		r.took = append(r.took, got.Title+": "+body)
	}
	w.WriteHeader(r.status)
}

// receiver STORE SECRET: a service for notices on this machine, its address kept as that secret of the store.
func cmdReceiver(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: receiver STORE SECRET")
	}
	r := &receiver{status: http.StatusOK}
	server := httptest.NewServer(r)
	ts.Defer(server.Close)
	of(ts).receiver = r
	address := "generic://" + server.Listener.Addr().String() + "/canary-7f3a?disabletls=yes&template=json"
	ts.Check(secret.Open(filepath.Join(ts.MkAbs(args[0]), ".djscript"), ts.Getenv("DJSCRIPT_KEYS")).Set(args[1], secret.Text(address)))
}

// answers STATUS: what the receiver answers from now on.
func cmdAnswers(ts *testscript.TestScript, args []string) {
	r := of(ts).receiver
	if len(args) != 1 || r == nil {
		ts.Fatalf("usage: receiver STORE SECRET, then answers STATUS")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = number(ts, args[0])
}

// took FILE: the receiver took exactly these notices, a line each, in this order: TITLE: first line of the body.
func cmdTook(ts *testscript.TestScript, args []string) {
	r := of(ts).receiver
	if len(args) != 1 || r == nil {
		ts.Fatalf("usage: receiver STORE SECRET, then took FILE")
	}
	want, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	var got strings.Builder
	for _, one := range r.took {
		fmt.Fprintln(&got, one)
	}
	if got.String() != string(want) {
		ts.Fatalf("the receiver took:\n%s", &got)
	}
}
