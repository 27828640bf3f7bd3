package loader_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

func TestWhatTheDatabaseRefusesIsToldByLineAndReasonAndTheRestIsWritten(t *testing.T) {
	w := newWorld(t, "WIN1252", products+`
create exception EX_PRECO 'preço acima do teto';
set term ^;
create trigger TR_PRODUTO for PRODUTO before insert or update as begin if (new.PRECO = 777) then exception EX_PRECO; if (new.PRECO = 555) then new.DESCRICAO = 1 / 0; end^
set term ;^
create unique index UQ_DESCRICAO on PRODUTO (DESCRICAO);
commit;
insert into PRODUTO (ID, CODIGO, GRUPO_ID) values (-1, 'OUTRO', 1);
commit;
`)
	good := func(code string) []layout.Value {
		return []layout.Value{str(code), str("n" + code), num(100, 2), num(1, 0), day(20240101), {Kind: layout.Flag}, {}}
	}
	changed := func(code string, at int, v layout.Value) []layout.Value {
		values := good(code)
		values[at] = v
		return values
	}
	cases := []struct {
		values                   []layout.Value
		code, key, column, value string
	}{
		{values: good("A")},
		{changed("B", 3, num(99, 0)), "db.constraint", "load.reference", "GRUPO_ID", "99"},
		{changed("C", 2, num(-1, 2)), "db.constraint", "load.check", "", ""},
		{values: good("D")},
		{changed("E", 2, num(777, 0)), "db.constraint", "load.own", "", ""},
		{changed("F", 1, str("nA")), "db.constraint", "load.unique", "", ""},
		{changed("G", 2, num(555, 0)), "db.constraint", "load.said", "", ""},
		{changed("", 0, layout.Value{}), "txt.record", "load.required", "CODIGO", ""},
		{changed("H", 1, str(strings.Repeat("x", 61))), "txt.record", "load.too_long", "DESCRICAO", strings.Repeat("x", 61)},
		{changed("I", 1, str("日本")), "txt.encoding", "load.letter", "DESCRICAO", "日本"},
		{changed("J", 2, num(12345, 3)), "txt.record", "load.too_exact", "PRECO", "12.345"},
		{changed("K", 3, num(1<<40, 0)), "txt.record", "load.too_large", "GRUPO_ID", "1099511627776"},
		{changed("L", 4, day(20230229)), "txt.record", "load.not_time", "DESDE", "2023-02-29"},
		{changed("M", 2, str("12,5")), "txt.record", "load.not_number", "PRECO", "12,5"},
		{changed("N", 5, str("S")), "txt.record", "load.not_truth", "ATIVO", "S"},
		{values: changed("O", 1, str("'); drop table PRODUTO; --"))},
	}
	counts, refused := w.load([]loader.Target{product()}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
		for i, c := range cases {
			if err := l.Add(ctx, row(int64(i+1), c.values...)); err != nil {
				return err
			}
		}
		return nil
	})
	byLine := map[int64]loader.Refusal{}
	for _, r := range refused {
		byLine[r.Line] = r
	}
	written := 0
	for i, c := range cases {
		r, bad := byLine[int64(i+1)]
		if c.code == "" {
			if written++; bad {
				t.Errorf("line %d: %v", i+1, r.Err)
			}
			continue
		}
		if !bad {
			t.Errorf("line %d: written, want %s", i+1, c.key)
			continue
		}
		if r.Err.Code() != c.code || fmt.Sprint(r.Err.Sentence()) == "" || r.Column != c.column && c.column != "" || c.value != "" && r.Value != c.value || r.Err.Hint() == "" {
			t.Errorf("line %d: %s %q column %q field %q value %q, want %s column %s value %s", i+1, r.Err.Code(), r.Err.Sentence(), r.Column, r.Field, r.Value, c.code, c.column, c.value)
		}
		t.Logf("line %d: %s: %s", i+1, r.Err.Code(), r.Err.Sentence())
	}
	if want := int64(written); counts[0].Inserted != want || counts[0].Updated+counts[0].Kept != 0 {
		t.Errorf("counts %+v, want %d inserted", counts, want)
	}
	if got := w.rows("select list(trim(CODIGO), ',') from (select CODIGO from PRODUTO where ID > 0 order by CODIGO)"); got[0] != "A,D,O" {
		t.Errorf("there is %v, want A,D,O", got)
	}
}
