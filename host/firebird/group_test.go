package firebird_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestRowsAreCountedByWhatAColumnHolds(t *testing.T) {
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, `create table VENDA (ID integer, EMPRESA char(8));
		create table "Pré venda" ("Código" integer, FOTO blob);
		commit; create index I_EMPRESA on VENDA (EMPRESA); commit;
		insert into VENDA values (1, '1'); insert into VENDA values (2, '1'); insert into VENDA values (3, null); insert into VENDA values (4, 'São');
		insert into "Pré venda" values (7, null); commit;`)
	columns := map[string]string{"VENDA": "EMPRESA", "Pré venda": "Código"}
	want := map[string]map[string]int64{"VENDA": {"1": 2, "": 1, "São": 1}, "Pré venda": {"7": 1}}
	conn := connect(t, db)
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		got, err := s.Groups(t.Context(), columns)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, odd := s.Groups(t.Context(), map[string]string{"VENDA": "NADA"}); odd == nil {
			t.Error("a column that is not there was counted")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fbk, _, err := backup(t, firebirdtest.Tools(t), db, firebird.WayTCP, firebird.BackupOptions{WorkDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t)
	path, _, err := restore(t, e, fbk, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := e.Inspect(t.Context(), path, firebird.Questions{Groups: columns})
	if diff := cmp.Diff(want, seen.Groups); diff != "" || err != nil {
		t.Error(diff, err)
	}
	// What can not be counted so is no reason to fail: the rest of the look is what matters.
	seen, err = e.Inspect(t.Context(), path, firebird.Questions{Groups: map[string]string{"Pré venda": "NADA"}})
	if err != nil || seen.Groups != nil || seen.Rows["VENDA"] != 4 {
		t.Errorf("%+v, %v", seen, err)
	}
}
