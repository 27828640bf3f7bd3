package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/secret"
)

// importVariable makes the test binary a program that imports what lies in an inbox, and may be killed on the way.
const importVariable = "INBOX_TEST_IMPORT"

type importer struct {
	Folder, Server, Path, User, Password string
}

const orders = `
title = "orders"
origin = "ours"
encoding = "cp1252"
separator = "|"
trailing = "always"

[[record]]
name = "PRE"
fields = [{ name = "tag", tag = "PRE" }, { name = "numero", type = "integer", required = true, key = true }]

[[record]]
name = "PIT"
parent = "PRE"
times = "1..n"
fields = [{ name = "tag", tag = "PIT" }, { name = "valor", type = "decimal", places = 2, required = true }]

[[record]]
name = "FIM"
role = "trailer"
fields = [{ name = "tag", tag = "FIM" }, { name = "pedidos", type = "integer", count = "PRE" }]
`

const orderTables = `create table PEDIDO (ID integer not null primary key, NUMERO integer not null);
create table ITEM (ID integer not null primary key, PEDIDO_ID integer not null references PEDIDO (ID), VALOR numeric(15,2));
create generator GEN_ID;
`

// importAll is the program.
func importAll(plan string) {
	var i importer
	err := json.Unmarshal([]byte(plan), &i)
	if err == nil {
		err = i.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (i importer) run(ctx context.Context) error {
	conn, err := firebird.Connect(ctx, firebird.Database{Server: i.Server, Path: i.Path, User: i.User, Password: secret.Text(i.Password)})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := exchange.Prepare(ctx, conn); err != nil {
		return err
	}
	in, err := Open(Options{
		Folder: i.Folder, Match: "{number:8}.djp", Done: "done", Rejected: "rejected", Sequence: "djp", Past: exchange.PastOf(conn), Holder: "test", Now: time.Now,
	})
	if err != nil {
		return err
	}
	_, err = in.Take(ctx, func(ctx context.Context, c Claimed) Outcome {
		r, err := i.order(c).Import(ctx, conn)
		switch {
		case err != nil:
			return Outcome{Verdict: Left, Reason: err, Halt: true}
		case r.Verdict == exchange.Rejected:
			return Outcome{Verdict: Rejected}
		case r.Verdict == exchange.Repeat:
			return Outcome{Verdict: Repeated, Reason: exchange.Already(*r.Before)}
		}
		return Outcome{Verdict: Done}
	})
	return err
}

func (i importer) order(c Claimed) *exchange.Order {
	l, _ := layout.FromTOML("orders.toml", []byte(orders))
	codec, err := layout.NewCodec(l)
	if err != nil {
		panic(err)
	}
	return &exchange.Order{
		Path: c.Path, Name: c.Name, Report: c.Path, Codec: codec, Target: "pedido", Unit: exchange.UnitDocument, Sequence: "djp", Number: c.Number, Run: "test", Now: time.Now,
		Into: []exchange.Into{{Key: []string{"numero"}, Target: loader.Target{
			Record: "PRE", Table: "PEDIDO", Generate: map[string]string{"ID": "GEN_ID"}, Columns: []loader.Assign{{Column: "NUMERO", Value: 1, Field: "numero", Type: layout.Integer}},
		}}, {Target: loader.Target{
			Record: "PIT", Table: "ITEM", Under: 0, Parent: map[string]string{"PEDIDO_ID": "ID"}, Generate: map[string]string{"ID": "GEN_ID"},
			Columns: []loader.Assign{{Column: "VALOR", Value: 1, Field: "valor", Type: layout.Decimal}},
		}}},
	}
}

// kills are how often the program is killed.
const kills = 200

// Orders come in while the program that imports them is killed over and over, at any moment: each order is in the database once,
// with all its items, and each file lies where it belongs.
func TestKilledTwoHundredTimesEveryOrderIsInOnce(t *testing.T) {
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, orderTables)
	i := importer{Folder: filepath.Join(t.TempDir(), "in"), Server: db.Server, Path: db.Path, User: db.User, Password: db.Password.Reveal()}
	if err := os.Mkdir(i.Folder, 0o755); err != nil {
		t.Fatal(err)
	}
	order, file := 0, 0
	delivered := map[string]string{} // the sum of each file
	rows := sha256.New()             // of every item of every order, as it was delivered
	deliver := func() {
		file++
		var text strings.Builder
		n := 1 + rand.IntN(300)
		for range n {
			order++
			fmt.Fprintf(&text, "PRE|%d|\n", order)
			for item := range 1 + order%3 {
				fmt.Fprintf(&text, "PIT|%d.%02d|\n", order, item)
				fmt.Fprintf(rows, "%d %d.%02d\n", order, order, item)
			}
		}
		fmt.Fprintf(&text, "FIM|%d|\n", n)
		name := fmt.Sprintf("%08d.djp", file)
		delivered[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(text.String())))
		if err := os.WriteFile(filepath.Join(i.Folder, "~"+name), []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(i.Folder, "~"+name), filepath.Join(i.Folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	deliver()
	start := time.Now()
	i.goes(t, nil)
	whole := time.Since(start)
	killed, round := 0, 0
	for ; killed < kills; round++ {
		for range rand.IntN(3) {
			deliver()
		}
		end := time.After(rand.N(whole*3/2 + time.Millisecond))
		if i.goes(t, end) {
			killed++
		}
		if round%50 == 49 {
			i.goes(t, nil)
		}
	}
	i.goes(t, nil)
	t.Logf("killed %d times in %d rounds; %d files, %d orders", killed, round, file, order)
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	want := 0
	for n := 1; n <= order; n++ {
		want += 1 + n%3
	}
	for query, want := range map[string]int{
		"select count(*) from PEDIDO": order, "select count(distinct NUMERO) from PEDIDO": order, "select count(*) from ITEM": want,
		"select count(*) from PEDIDO P where (select count(*) from ITEM I where I.PEDIDO_ID = P.ID) <> 1 + mod(P.NUMERO, 3)": 0,
		"select count(*) from DJSCRIPT_EXCHANGE where KIND = 'I'":                                                            file,
	} {
		err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
			rows, err := s.Query(t.Context(), query, nil, 1)
			if err == nil && fmt.Sprint(rows.Values[0][0]) != fmt.Sprint(want) {
				t.Errorf("%s is %v, want %d", query, rows.Values[0][0], want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, want := sumOfItems(t, conn), fmt.Sprintf("%x", rows.Sum(nil)); got != want {
		t.Errorf("the rows are not those that were delivered: %s, want %s", got, want)
	}
	done, err := filepath.Glob(filepath.Join(i.Folder, "done", "*.djp"))
	if err != nil || len(done) != file {
		t.Errorf("%d of %d files are done, %v", len(done), file, err)
	}
	for _, path := range done {
		if got, err := contentOf(t.Context(), path); err != nil || got != delivered[filepath.Base(path)] {
			t.Errorf("%s is not what was delivered: %s, %v", path, got, err)
		}
	}
	(&worker{Folder: i.Folder}).nothingBetween(t)
}

// sumOfItems is a checksum over every item of every order that is in the database.
func sumOfItems(t *testing.T, conn *firebird.Conn) string {
	t.Helper()
	sum := sha256.New()
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		rows, err := s.Query(t.Context(), "select P.NUMERO, I.VALOR from PEDIDO P join ITEM I on I.PEDIDO_ID = P.ID order by 1, 2", nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			fmt.Fprintf(sum, "%v %v\n", row[0], row[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// goes runs the program, until it ends by itself or is killed.
func (i importer) goes(t *testing.T, end <-chan time.Time) (killed bool) {
	t.Helper()
	plan, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), importVariable+"="+string(plan))
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
		return false
	case <-end:
		_ = cmd.Process.Kill()
		<-ended
		return true
	}
}
