package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/secret"
)

// sendVariable makes the test binary a program that exports once, and may be killed on the way.
const sendVariable = "EXPORT_TEST_SEND"

// sender exports, and does not survive step At; 0: none.
type sender struct {
	Database firebird.Database
	Password string
	Dir      string
	Name     string
	At       int
}

func send(plan string) {
	var one sender
	err := json.Unmarshal([]byte(plan), &one)
	if err == nil {
		err = one.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (s *sender) run() error {
	s.Database.Password = secret.Text(s.Password)
	conn, err := firebird.Connect(context.Background(), s.Database)
	if err != nil {
		return err
	}
	store := &outgoingStore{conn: conn, dir: s.Dir, now: time.Now()}
	o := store.outgoing()
	o.Name = s.Name
	n := 0
	o.step = func(string) {
		if n++; n == s.At {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}
	_, err = Export(context.Background(), conn, o)
	return err
}
