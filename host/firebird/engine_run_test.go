package firebird_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// runners are the two ways in which a scratch database is worked on.
func runners(t *testing.T) map[string]interface {
	Run(ctx context.Context, statements []firebird.Statement, done func(int)) ([][]string, error)
	Ask(ctx context.Context, queries ...string) ([][]string, error)
} {
	t.Helper()
	f := firebird.File{Engine: engine(t), Path: filepath.Join(t.TempDir(), "açaí do 'Zé'.fdb")}
	if out, err := f.Engine.Script(t.Context(), "", "create database '"+strings.ReplaceAll(f.Path, "'", "''")+"' default character set WIN1252;"); err != nil {
		t.Fatal(err, out)
	}
	conn, err := firebird.Connect(t.Context(), firebirdtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return map[string]interface {
		Run(ctx context.Context, statements []firebird.Statement, done func(int)) ([][]string, error)
		Ask(ctx context.Context, queries ...string) ([][]string, error)
	}{"file": f, "server": conn}
}

func TestAScriptRunsOneStatementAfterTheOther(t *testing.T) {
	for name, in := range runners(t) {
		var told []int
		got, err := in.Run(t.Context(), []firebird.Statement{
			{SQL: `create table "Mês; e ano" (N integer primary key, TEXTO varchar(20))`},
			{SQL: `insert into "Mês; e ano" values (1, '; não')`},
			{SQL: `execute block returns (A varchar(10)) as declare I integer = 0; begin while (I < 3) do begin I = I + 1; A = 'x' || I; suspend; end end`, Answers: true},
			{SQL: `select TEXTO from "Mês; e ano"`, Answers: true},
			{SQL: `select TEXTO from "Mês; e ano" where 1 = 0`, Answers: true},
			{SQL: `select cast(null as integer) from rdb$database`, Answers: true},
		}, func(n int) { told = append(told, n) })
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range got {
			if len(got[i]) == 0 {
				got[i] = nil
			}
		}
		want := [][]string{nil, nil, {"x1", "x2", "x3"}, {"; não"}, nil, {""}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(name, diff)
		}
		if diff := cmp.Diff([]int{0, 1, 2, 3, 4, 5, 6}, told); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestTheStatementThatWasRefusedIsNamedAndThoseBeforeItStand(t *testing.T) {
	for name, in := range runners(t) {
		_, err := in.Run(t.Context(), []firebird.Statement{
			{SQL: "create table T (N integer primary key)"}, {SQL: "insert into T values (7)"}, {SQL: "insert into T values (7)"}, {SQL: "delete from T"},
		}, nil)
		var refused *firebird.StatementError
		if !errors.As(err, &refused) || refused.Index != 2 || refused.SQL != "insert into T values (7)" || message.Code(err) != "db.constraint" {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(err.Error(), "script-") {
			t.Errorf("%s: %v", name, err)
		}
		got, err := in.Ask(t.Context(), "select N from T", "select count(*) from T")
		if diff := cmp.Diff([][]string{{"7"}, {"1"}}, got); diff != "" || err != nil {
			t.Error(name, err, diff)
		}
		_, err = in.Ask(t.Context(), "select N from T", "select nothing from T")
		if err == nil {
			t.Errorf("%s: nonsense is answered", name)
		}
	}
}

func TestAScriptEndsWithItsContext(t *testing.T) {
	for name, in := range runners(t) {
		ctx, cancel := context.WithCancel(t.Context())
		begun := make(chan struct{})
		go func() { <-begun; cancel() }()
		var at time.Time
		_, err := in.Run(ctx, []firebird.Statement{
			{SQL: "select 1 from rdb$database", Answers: true},
			{SQL: "execute block as declare N bigint = 0; begin while (N < 9000000000) do N = N + 1; end"},
		}, func(n int) {
			if n == 1 {
				at = time.Now()
				close(begun)
			}
		})
		if !errors.Is(err, context.Canceled) || time.Since(at) > 5*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(at))
		}
	}
}

// A file that somebody made not to be entered, and that writes when it is.
func TestNothingFiresInAScript(t *testing.T) {
	f := firebird.File{Engine: engine(t), Path: filepath.Join(t.TempDir(), "x.fdb")}
	if out, err := f.Engine.Script(t.Context(), "", "create database '"+f.Path+"';\ncreate exception NOT_YOU 'not you';\nset term ^;\ncreate trigger C on connect as begin exception NOT_YOU; end^\n"+
		"create trigger D before any ddl statement as begin exception NOT_YOU; end^"); err != nil {
		t.Fatal(err, out)
	}
	if _, err := f.Run(t.Context(), []firebird.Statement{{SQL: "create table T (N integer)"}}, nil); err != nil {
		t.Error(err)
	}
}
