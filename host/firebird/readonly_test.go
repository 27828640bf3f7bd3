package firebird_test

import (
	"testing"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

func TestWhatChangesIsOneStatementThatCanBeTakenBack(t *testing.T) {
	for _, sql := range []string{
		"", ";", "select 1 from t", "with a as (select 1 from t) select * from a", "commit", "rollback", "set transaction read only", "set",
		"drop database", "create database 'x'", "alter database begin backup", "ALTER /* the */ DATABASE add file 'x'", "create shadow 1 'x'",
		"create user maria password 'x'", "alter user sysdba password 'x'", "drop user maria", "create or alter user sysdba password 'x'", "Recreate user maria password 'x'", "connect 'x'",
		"delete from t; delete from u", "-- a note\ndelete from t where a = ';' ; commit", "update t set a = 1 -- ; \n; drop database",
	} {
		if err := firebird.Changes(sql, nil); message.Code(err) != "arg.sql" {
			t.Errorf("%q: %v", sql, err)
		}
	}
	for _, sql := range []string{
		"delete from t", "DELETE from t where a = ';';", "insert into t values ('drop database; commit')", "update or insert into t (a) values (1)",
		"merge into t using u on t.a = u.a when matched then update set b = 1", "execute procedure p", "set generator g to 7", "alter sequence g restart with 7",
		"execute block as begin delete from t; delete from u; end", "alter table \"DATABASE\" add b integer", "create or alter trigger x for t before insert as begin new.a = 1; end",
		"alter trigger x inactive", "grant select on t to maria", "comment on table t is 'x'",
	} {
		if err := firebird.Changes(sql, nil); err != nil {
			t.Errorf("%q: %v", sql, err)
		}
	}
}

func TestThereIsAValueForEveryPlace(t *testing.T) {
	for sql, places := range map[string]int{
		"select ? from t where a = ? and b = '?' -- ?":                             2,
		`select "a?" from t /* ? */ where a = q'{?}'`:                              0,
		"with a as (select ? as i from rdb$database) select i from a where i = ?;": 2,
	} {
		for n := range 4 {
			if err := firebird.Reads(sql, make([]any, n)); (err == nil) != (n == places) || err != nil && message.Code(err) != "arg.sql" {
				t.Errorf("%q with %d: %v", sql, n, err)
			}
		}
	}
	if err := firebird.Changes("delete from t where a = ?", nil); message.Code(err) != "arg.sql" {
		t.Error(err)
	}
	if err := firebird.Changes("delete from t where a = ?", []any{nil}); err != nil {
		t.Error(err)
	}
}
