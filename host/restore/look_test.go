package restore

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// flip turns bits in the middle of a file.
func flip(t *testing.T, path string, at int64, bytes int) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, bytes)
	if _, err := file.ReadAt(block, at); err != nil {
		t.Fatal(err)
	}
	for i := range block {
		block[i] ^= 0xff
	}
	if _, err := file.WriteAt(block, at); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedCopyIsRefusedBeforeAnythingIsDone(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	flip(t, c.Places[0].Path, 3000, 1)
	s.refused(c, s.options(), "copy.bad", "")
	if content(t, s.db.At) != sold {
		t.Error("something was changed")
	}
	s.leaves()
}

// Where the copy itself looks whole, its restore is what tells: here its maker had counted more than was copied.
func TestACopyThatItsOwnRestoreContradictsNeverTakesThePlace(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	l, err := s.Look(t.Context(), c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.whole.Manifest.Rows["VENDA"]++
	if _, err := s.Restore(t.Context(), l); message.Code(err) != "copy.bad" || !strings.Contains(err.Error(), "VENDA") {
		t.Errorf("%v", err)
	}
	if content(t, s.db.At) != sold || s.gate.closed || s.Pending() {
		t.Error("something was changed")
	}
	s.leaves()
}

func TestACopyOfAnotherStoreIsRestoredOnlyWhenThatIsMeant(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	s.maker.Store.ID = "outra"
	c := s.copy()
	s.maker.Store.ID = "loja"
	s.sells()
	s.refused(c, s.options(), "copy.foreign", "")
	o := s.options()
	o.Other = true
	s.restore(c, o)
	if content(t, s.db.At) != then {
		t.Error("it was not restored")
	}
}

func TestACopyOfAnotherDatabaseIsRestoredOnlyWhenThatIsMeant(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	o := s.options()
	o.Database = "matriz"
	s.Databases[0].Name = "matriz" // it has been given another name since
	l, err := s.Look(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	till := s.Databases[0]
	till.Name = "loja"
	s.Databases = append(s.Databases, till)
	s.refused(c, o, "copy.foreign", "matriz")
	if p, err := s.Preview(t.Context(), c, o); err != nil || message.Code(p.Refused) != "copy.foreign" {
		t.Errorf("%+v, %v", p, err)
	}
	o.Other = true
	if l, err = s.Look(t.Context(), c, o); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestACopyWithoutALiveCompanyIsRefusedUnlessThatIsMeant(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	firebirdtest.Script(t, s.db.At, "insert into EMPRESA values (3, 'Nova', '11222333000343'); commit;")
	s.refused(c, s.options(), "guard.companies", "3 Nova")
	p, err := s.Preview(t.Context(), c, s.options())
	if err != nil || len(p.Companies) != 3 || p.Companies[2].Fate != FateEliminated || p.Companies[0].Fate != FateReplaced {
		t.Errorf("%+v, %v", p, err)
	}
	o := s.options()
	o.Eliminate = true
	if got := s.restore(c, o); len(got.Companies) != 2 {
		t.Errorf("%+v", got.Companies)
	}
}

func TestAnEngineThatIsOlderThanTheCopyIsRefused(t *testing.T) {
	for made, want := range map[string]string{"2.5.9": "", "3.0.11": "", "3.0.99": "", "4.0.1": "db.version", "5.0.0": "db.version", "?": ""} {
		err := older(firebird.Version{Major: 3, Minor: 0, Patch: 11}, made, "1")
		if message.Code(err) != want {
			t.Errorf("a copy of %s: %v", made, err)
		}
	}
}

func TestADatabaseInAPhysicalBackupIsNotSwapped(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	firebirdtest.Script(t, s.db.At, "alter database begin backup; commit;")
	s.refused(c, s.options(), "db.busy", "")
	if !frozen(s.db.At.Path) {
		t.Error("its header does not tell")
	}
	firebirdtest.Script(t, s.db.At, "alter database end backup; commit;")
	if frozen(s.db.At.Path) {
		t.Error("its header tells that it still is")
	}
	s.restore(c, s.options())
	if frozen(s.db.At.Path) {
		t.Error("the new database is held too")
	}
	delta := s.db.At.Path + ".delta"
	if err := os.WriteFile(delta, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !frozen(s.db.At.Path) {
		t.Error("the file beside it does not tell")
	}
	s.refused(c, s.options(), "db.busy", "")
}

func TestADatabaseThatGbakCanNotReadIsKeptAsItsFile(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	s.sells()
	info, err := os.Stat(s.db.At.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unused(t.Context(), s.db.At.Path); err != nil {
		t.Fatal(err)
	}
	flip(t, s.db.At.Path, info.Size()/2/8192*8192, 64) // the head of a page with rows
	result := s.restore(c, s.options())
	if content(t, s.db.At) != then {
		t.Error("the copy is not in place")
	}
	if result.PreRestore != nil || len(result.Told) != 1 || message.Code(result.Told[0]) != "copy.degraded" {
		t.Errorf("copy %v, told %v", result.PreRestore, result.Told)
	}
	sum, err := sumOf(t.Context(), result.KeptOld)
	if err != nil || sum != result.SHA256 {
		t.Errorf("the kept file is %s, told was %s, %v", sum, result.SHA256, err)
	}
}

func TestADatabaseThatDoesNotOpenIsKeptAsItsFile(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	if err := unused(t.Context(), s.db.At.Path); err != nil {
		t.Fatal(err)
	}
	flip(t, s.db.At.Path, 0, 64)
	p, err := s.Preview(t.Context(), c, s.options())
	if err != nil || p.Live != Broken || p.Seen() || len(p.Warnings) == 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if come := slices.ContainsFunc(p.Tables, func(t Table) bool { return t.Fate == FateNew }); come || len(p.Tables) == 0 {
		t.Errorf("something is called new where nobody can tell what is there: %+v", p.Tables)
	}
	result := s.restore(c, s.options())
	if content(t, s.db.At) != then || result.SHA256 == "" {
		t.Errorf("%+v", result)
	}
	s.leaves("test.fdb.before-1")
}

func TestADatabaseThatIsGoneIsPutThere(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	if err := unused(t.Context(), s.db.At.Path); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.db.At.Path); err != nil {
		t.Fatal(err)
	}
	result := s.restore(c, s.options())
	if content(t, s.db.At) != then || result.KeptOld != "" || result.PreRestore != nil || len(result.Told) > 0 {
		t.Errorf("%+v", result)
	}
	s.leaves()
	if s.Pending() || exists(filepath.Join(s.State, journalName)) {
		t.Error("the journal keeps what is over")
	}
}

func TestWhatCanNotBeSwappedFromHereIsRefused(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	for name, change := range map[string]struct {
		d    func(d *copies.Database)
		code string
	}{
		"another database": {func(d *copies.Database) { d.Name = "outro" }, "option.value"},
		"a wrong password": {func(d *copies.Database) { d.At.Password = "mudar123" }, "db.auth"},
		"no server":        {func(d *copies.Database) { d.At.Server = "127.0.0.1:1" }, "db.server"},
		"an alias":         {func(d *copies.Database) { d.At.Path = "loja" }, "db.not_found"},
	} {
		d := s.db
		change.d(&d)
		s.Databases = []copies.Database{d}
		t.Run(name, func(*testing.T) { s.refused(c, s.options(), change.code, "") })
	}
	remote := s.db
	remote.At.Server = "0.0.0.0:" + remote.At.Server[strings.LastIndexByte(remote.At.Server, ':')+1:]
	l := &Look{Database: remote}
	if err := l.live(t.Context()); message.Code(err) != "guard.live_db" {
		t.Errorf("%v", err)
	}
}

func TestThePreviewTellsWhatARestoreWouldDo(t *testing.T) {
	s := newStore(t)
	models := filepath.Join(filepath.Dir(s.db.At.Path), "modelos")
	for name, text := range map[string]string{"nota.frx": "então", "etiqueta.frx": "etiqueta"} {
		if err := os.WriteFile(filepath.Join(models, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := s.copy()
	firebirdtest.Script(t, s.db.At, "create table NOVA (ID integer); commit; insert into NOVA values (1); commit; drop index I_NOME; commit;")
	s.sells()
	if err := os.Remove(filepath.Join(models, "etiqueta.frx")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(models, "nota.frx"), []byte("agora"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := s.options()
	o.Files = true
	p, err := s.Preview(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][2]int64{}
	for _, one := range p.Tables {
		n := [2]int64{-1, -1}
		if one.Now != nil {
			n[0] = *one.Now
		}
		if one.Copy != nil {
			n[1] = *one.Copy
		}
		tables[one.Name] = n
	}
	if tables["VENDA"] != [2]int64{3000, 3000} || tables["NOVA"] != [2]int64{1, -1} || p.Lost != 1 {
		t.Errorf("tables %v, lost %d", tables, p.Lost)
	}
	if p.Newest.Copy >= p.Newest.Now || p.Newest.Now != "2026-11-20" {
		t.Errorf("newest %+v", p.Newest)
	}
	fates := map[string]string{}
	for _, f := range p.Files {
		fates[filepath.Base(f.Path)] = f.Fate
	}
	if fates["nota.frx"] != FateReplaced || fates["etiqueta.frx"] != FateNew {
		t.Errorf("files %v", fates)
	}
	warned := strings.Join(p.Warnings, "\n")
	for _, want := range []string{"NOVA", "1 row", "not proven"} {
		if !strings.Contains(warned, want) {
			t.Errorf("the warnings say nothing of %q: %s", want, warned)
		}
	}
	result := s.restore(c, o)
	slices.Sort(result.Files)
	if len(result.Files) != 2 {
		t.Fatalf("files %v", result.Files)
	}
	if text, err := os.ReadFile(filepath.Join(models, "etiqueta.frx")); err != nil || string(text) != "etiqueta" {
		t.Errorf("%q, %v", text, err)
	}
}

// What a copy says of where its models came from sends none of them anywhere else.
func TestModelsGoNowhereButWhereTheStoreKeepsThem(t *testing.T) {
	dir := t.TempDir()
	d := copies.Database{Files: []string{filepath.Join(dir, "modelos", "**"), filepath.Join(dir, "mais", "*.txt")}}
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	for original, want := range map[string]string{
		at("modelos", "a", "Nota Fiscal.frx"):   at("modelos", "a", "Nota Fiscal.frx"),
		at("mais", "a", "b.txt"):                at("mais", "a", "b.txt"),
		"/etc/a/passwd":                         at("modelos", "a", "passwd"),
		`C:\DJ\Modelos\a\Etiqueta Média.frx`:    at("modelos", "a", "Etiqueta Média.frx"),
		at("modelos", "..", "..", "a", "x.frx"): at("modelos", "a", "x.frx"),
		dir + "/modelos/../../a/y.frx":          at("modelos", "a", "y.frx"),
		at("modelos-velhos", "a", "z.frx"):      at("modelos", "a", "z.frx"),
		"..":                                    at("modelos", "a", "n.frx"),
		"":                                      at("modelos", "a", "n.frx"),
	} {
		m := &copies.Manifest{Parts: []copies.Part{{Kind: copies.PartDatabase}, {Kind: copies.PartFiles, Name: "files/a/n.frx", Original: original}}}
		if got := modelsOf(m, d); len(got) != 1 || got[0].path != want {
			t.Errorf("%q goes to %+v, want %s", original, got, want)
		}
	}
	if got := modelsOf(&copies.Manifest{Parts: []copies.Part{{Kind: copies.PartFiles, Name: "files/x"}}}, copies.Database{}); got != nil {
		t.Errorf("a store without models gets %+v", got)
	}
}

func TestSeveralAreLookedAtBeforeAnyIsBegun(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	other := s.copy()
	looks, err := s.LookAll(t.Context(), []copies.Copy{c, other}, s.options())
	if message.Code(err) != "arg.value" || looks != nil {
		t.Errorf("two of one database: %v", err)
	}
	bad := c
	bad.Database = "outro"
	if _, err := s.LookAll(t.Context(), []copies.Copy{c, bad}, s.options()); message.Code(err) != "option.value" {
		t.Errorf("%v", err)
	}
	looks, err = s.LookAll(t.Context(), []copies.Copy{c}, s.options())
	if err != nil || len(looks) != 1 || looks[0].group != looks[0].id || looks[0].id == "" {
		t.Fatalf("%+v, %v", looks, err)
	}
	if err := looks[0].Close(); err != nil {
		t.Error(err)
	}
}

func TestACopyIsRestoredToAFolderWithoutAnyStore(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	models := filepath.Join(filepath.Dir(s.db.At.Path), "modelos")
	if err := os.WriteFile(filepath.Join(models, "Nota ção.frx"), []byte("modelo"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := s.copy()
	sold := s.sells()
	dir := filepath.Join(t.TempDir(), "aqui", "dentro")
	opened, err := copies.Open(c.Places[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	p := &copies.Prover{Bench: s.Prover.Bench, Now: s.Now, Entropy: s.Entropy}
	if _, err := To(t.Context(), p, opened, dir, Options{Tables: []string{"VENDA"}}); message.Code(err) != "option.value" || exists(dir) {
		t.Errorf("single tables: %v", err)
	}
	result, err := To(t.Context(), p, opened, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if result.Path != filepath.Join(dir, "loja.fdb") || result.Rows["VENDA"] != 3000 {
		t.Errorf("%+v", result)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "files", "Nota ção.frx")); err != nil || string(text) != "modelo" {
		t.Errorf("%q, %v", text, err)
	}
	if content(t, s.at(result.Path)) != then {
		t.Error("what lies there is not what was copied")
	}
	if content(t, s.db.At) != sold || s.Pending() {
		t.Error("the live database was touched")
	}
	if _, err := To(t.Context(), p, opened, dir, Options{}); message.Code(err) != "fs.exists" {
		t.Errorf("over what is there: %v", err)
	}
	if err := os.Remove(result.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := To(t.Context(), p, opened, dir, Options{}); message.Code(err) != "fs.exists" || exists(result.Path) {
		t.Errorf("over models that are there: %v", err)
	}
}

// Two restores that have room one by one need not have it both.
func TestSeveralRestoresHaveRoomTogether(t *testing.T) {
	dir := t.TempDir()
	var least, most int64 = 0, 1 << 60 // what has room, and what has not
	for most-least > 1<<20 {
		if half := (least + most) / 2; fits(dir, half) == nil {
			least = half
		} else {
			most = half
		}
	}
	one := &Look{File: filepath.Join(dir, "a.fdb"), need: least / 5 * 3}
	other := &Look{File: filepath.Join(dir, "b.fdb"), need: least / 5}
	if err := fitTogether([]*Look{one, other}); err != nil {
		t.Error(err)
	}
	other.need = one.need
	if err := fitTogether([]*Look{one, other}); message.Code(err) != "drive.full" {
		t.Errorf("%v", err)
	}
}
