package company_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
)

// What tables may be like: very wide, at the ends of what a column holds, with keys of several columns, without any, with rows of
// nobody. What is spoiled of a company is as it was afterwards, and so is all else.
func TestTablesOfEveryShapeComeBack(t *testing.T) {
	e := engine(t)
	p := company.Profile{Companies: "select ID as id from EMPRESA", Column: []string{"EMP"}}
	var wide, vals []string
	for i := range 60 {
		wide = append(wide, fmt.Sprintf("W%d varchar(250)", i))
		vals = append(vals, fmt.Sprintf("'v%d ção'", i))
	}
	for name, c := range map[string]struct {
		charset string
		ddl     []string
		rows    []string
		spoil   []string
	}{
		"wide utf8": {"UTF8", []string{"create table LARGA (ID integer not null primary key, EMP integer references EMPRESA, " + strings.Join(wide, ",") + ")"},
			[]string{"insert into LARGA values (1, 1, " + strings.Join(vals, ",") + ")", "insert into LARGA values (2, 2, " + strings.Join(vals, ",") + ")"}, []string{"delete from LARGA where ID = 1"}},
		"long": {"WIN1252", []string{"create table LONGA (ID integer not null primary key, EMP integer, T varchar(32700))", "create table LONGA2 (ID integer not null primary key, EMP integer, T varchar(30000), U varchar(30000))"},
			[]string{"insert into LONGA values (1, 1, rpad('', 32700, 'ação '))", "insert into LONGA2 values (1, 1, rpad('', 30000, 'ação '), rpad('', 30000, 'xyz '))"}, []string{"delete from LONGA", "delete from LONGA2"}},
		"extremes": {"WIN1252", []string{"create table EXT (ID bigint not null primary key, EMP integer, A numeric(18,4), B numeric(18,0), C bigint, D double precision, E date, F timestamp, G time, H float, I boolean, J decimal(9,2), K numeric(4,1))"},
			[]string{"insert into EXT values (-9223372036854775808, 1, -99999999999999.9999, 999999999999999999, 9223372036854775807, 1.7976931348623157e308, date '0001-01-01', timestamp '9999-12-31 23:59:59.9999', time '23:59:59.9999', 3.4e38, null, -9999999.99, -999.9)",
				"insert into EXT values (0, 1, null, null, null, 4.9e-307, null, null, null, 1e-37, true, null, null)",
				"insert into EXT values (9223372036854775807, 1, 0.0001, -1, -9223372036854775808, 0.1e0+0.2e0, date '9999-12-31', timestamp '0001-01-01 00:00:00', time '00:00', 0.1, false, 0.01, 0.1)"}, []string{"delete from EXT"}},
		"composite": {"WIN1252", []string{"create table CLI (EMP integer not null, ID integer not null, N varchar(10), primary key (EMP, ID))", "create table VEN (EMP integer not null, ID integer not null, CLI integer, PAI integer, primary key (EMP, ID), foreign key (EMP, CLI) references CLI, foreign key (EMP, PAI) references VEN (EMP, ID))",
			"create table ITE (EMP integer not null, VEN integer not null, SEQ integer not null, primary key (EMP, VEN, SEQ), foreign key (EMP, VEN) references VEN on delete cascade)"},
			[]string{"insert into CLI values (1, 1, 'a')", "insert into CLI values (2, 1, 'b')", "insert into VEN values (1, 1, 1, null)", "insert into VEN values (1, 2, 1, 1)", "insert into VEN values (2, 1, 1, 1)", "insert into ITE values (1, 1, 1)", "insert into ITE values (2, 1, 1)"},
			[]string{"update VEN set PAI = null where EMP = 1", "delete from VEN where EMP = 1", "delete from CLI where EMP = 1"}},
		"nullable": {"NONE", []string{"create table SOLTA (ID integer not null primary key, EMP integer, PAI integer references SOLTA, N varchar(10))"},
			[]string{"insert into SOLTA values (1, null, null, 'ninguém')", "insert into SOLTA values (2, 1, 1, 'um')", "insert into SOLTA values (3, 2, 2, 'dois')", "insert into SOLTA values (4, 1, 3, 'um')"},
			[]string{"update SOLTA set N = 'x' where EMP = 1", "delete from SOLTA where ID = 4"}},
		"array": {"WIN1252", []string{"create table ARR (ID integer not null primary key, EMP integer, A integer [1:4], N varchar(5))"},
			[]string{"insert into ARR (ID, EMP, N) values (1, 1, 'a')"}, []string{"delete from ARR"}},
		"names": {"WIN1252", []string{`create table "select" ("from" integer not null primary key, EMP integer, "a ""b"" c" varchar(10), "it's" integer)`},
			[]string{`insert into "select" values (1, 1, 'x', 2)`, `insert into "select" values (2, 2, 'x', 2)`}, []string{`delete from "select" where EMP = 1`}},
		"checks": {"WIN1252", []string{"create table CHK (ID integer not null primary key, EMP integer, N integer check (N > 0), M computed by (N * 2), U varchar(10))", "create unique index CHKU on CHK computed by (upper(U))", "create unique index CHKU2 on CHK (EMP, N)"},
			[]string{"insert into CHK (ID, EMP, N, U) values (1, 1, 5, 'a')", "insert into CHK (ID, EMP, N, U) values (2, 1, 6, 'b')"}, []string{"update CHK set N = 10 + N, U = 'z' || U"}},
		"blobs": {"UTF8", []string{"create table BLO (ID integer not null primary key, EMP integer, A blob sub_type -5, B blob sub_type 1 character set UTF8, C blob sub_type 1 character set WIN1252, D blob sub_type 1 character set OCTETS, E blob segment size 1)"},
			[]string{"insert into BLO values (1, 1, null, 'ação 日本', _WIN1252 x'e7e3', x'ff00fe', x'01')", "insert into BLO values (2, 1, null, '', '', '', '')", "insert into BLO values (3, 1, null, null, null, null, null)"}, []string{"delete from BLO"}},
		"cascade": {"WIN1252", []string{"create table GRU (ID integer not null primary key, EMP integer)", "create table PRO (ID integer not null primary key, EMP integer, GRU integer references GRU on delete cascade)", "create table X (ID integer not null primary key, GRU integer references GRU on delete set null)"},
			[]string{"insert into GRU values (1, 1)", "insert into GRU values (2, 2)", "insert into PRO values (1, 1, 1)", "insert into PRO values (2, 2, 1)", "insert into PRO values (3, 1, 2)", "insert into X values (1, 1)"}, []string{"delete from PRO where ID = 1", "insert into GRU values (9, 1)"}},
		"keyless": {"WIN1252", []string{"create table NOK (EMP integer, N varchar(10))"}, []string{"insert into NOK values (1, 'a')", "insert into NOK values (1, 'a')", "insert into NOK values (2, 'a')", "insert into NOK values (null, 'a')"}, []string{"delete from NOK where EMP = 1", "insert into NOK values (1, 'z')"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := firebird.File{Engine: e, Path: filepath.Join(t.TempDir(), "p.fdb")}
			if out, err := e.Script(t.Context(), "", fmt.Sprintf("create database '%s' page_size 8192 default character set %s; create table EMPRESA (ID integer not null primary key); commit;", f.Path, c.charset)); err != nil {
				t.Fatal(err, out)
			}
			run(t, f, append([]string{"insert into EMPRESA values (1)", "insert into EMPRESA values (2)"}, c.ddl...)...)
			run(t, f, c.rows...)
			shop, from := open(t, twin(t, e, f.Path), p), open(t, twin(t, e, f.Path), p)
			good := sums(t, shop, company.Chosen{})
			run(t, shop.Runner, c.spoil...)
			if cmp.Equal(good, sums(t, shop, company.Chosen{})) {
				t.Error("nothing is spoiled")
			}
			x := company.Exchange{Into: shop, From: from, Companies: []string{"1"}}
			found, err := x.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := x.Replace(t.Context(), found); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(good, sums(t, shop, company.Chosen{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
