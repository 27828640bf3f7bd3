package copies

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == anotherPC {
		os.Exit(prunes(os.Args[2], os.Args[3]))
	}
	os.Exit(firebirdtest.Main(m))
}

const shop = `
create table PRODUTO (ID integer not null primary key, NOME varchar(40), PRECO numeric(15,2));
create table VENDA (ID integer not null primary key, DIA date, TOTAL numeric(15,2));
create table VAZIA (ID integer not null primary key);
create index I_NOME on PRODUTO (NOME);
commit;
set term ^ ;
execute block as declare i integer = 0; begin
  while (i < 2000) do begin
    insert into PRODUTO values (:i, 'Produto ' || :i, :i * 1.25);
    insert into VENDA values (:i, date '2026-01-01' + mod(:i, 300), :i * 2.10);
    i = i + 1;
  end
end^
set term ; ^
commit;`

var profile = System{
	Name:     "shop",
	Newest:   "select max(DIA) from VENDA",
	Evidence: []string{"select sum(TOTAL) from VENDA", "select max(DIA) from VENDA"},
}

// store is a store with one database and two destinations.
func store(t *testing.T) (*Maker, Database) {
	t.Helper()
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, shop)
	dir := t.TempDir()
	var to []Destination
	for _, name := range []string{"local", "pendrive"} {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		to = append(to, Destination{Name: name, Path: path})
	}
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o755); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	tools := firebirdtest.Tools(t)
	return &Maker{
		Store:        Store{ID: "loja", Name: "Loja", Location: zone, DayStarts: 4 * time.Hour, Day: func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }},
		Destinations: to, Tools: tools, Bench: Bench{Dir: filepath.Join(dir, "bench"), Tools: tools},
		State: state, Config: []File{{Name: "djscript.toml", Data: []byte("[store]\n")}}, Version: "test", Silence: time.Minute,
		Now: time.Now, Entropy: rand.Reader,
	}, Database{Name: "loja", At: db, System: profile}
}

func create(t *testing.T, m *Maker, d Database, verify string) Copy {
	t.Helper()
	set, err := m.Create(context.Background(), Options{
		Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: verify, Files: true, WithSetup: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Degraded) > 0 || len(set.Copies) != 1 {
		t.Fatalf("degraded %v, %d copies", set.Degraded, len(set.Copies))
	}
	return set.Copies[0]
}

func (m *Maker) catalogue() *Catalogue {
	return &Catalogue{Store: m.Store.ID, Destinations: m.Destinations, Now: m.Now}
}

func TestACopyIsRestoredAndComparedBeforeItIsCalledVerified(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyRestore)
	if made.State != Verified || made.Proof == nil || !made.Proof.OK {
		t.Fatalf("state %s, proof %+v", made.State, made.Proof)
	}
	if made.Rows["PRODUTO"] != 2000 || made.Proof.Rows["VENDA"] != 2000 || made.Seq != "1" {
		t.Errorf("rows %v, proof %v, seq %s", made.Rows, made.Proof.Rows, made.Seq)
	}
	for _, e := range made.Proof.Evidence {
		if e.Holds != exact || e.Restored == "" {
			t.Errorf("evidence %+v", e)
		}
	}
	if len(made.Places) != 2 {
		t.Fatalf("places %+v", made.Places)
	}
	for _, p := range made.Places {
		dir := filepath.Dir(p.Path)
		run(t, dir, "unzip", "-tqq", p.Path)
		run(t, dir, "sha256sum", "-c", made.Name+".sha256")
	}
	listed, problems, err := m.catalogue().List(context.Background(), Filter{})
	if err != nil || len(problems) > 0 || len(listed) != 1 || listed[0].State != Verified || len(listed[0].Places) != 2 {
		t.Fatalf("listed %+v, problems %v, error %v", listed, problems, err)
	}
	if left, _ := os.ReadDir(m.Bench.Dir); len(left) > 0 {
		t.Errorf("left on the bench: %v", left)
	}
}

func run(t *testing.T, dir string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %v: %v\n%s", name, args, err, out)
	}
}

func TestWhereNoEngineFitsTheProofIsMadeOnTheServer(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyLater)
	if made.State != Sealed {
		t.Fatalf("state %s before any proof", made.State)
	}
	p := &Prover{Bench: m.Bench, Databases: []Database{d}, Destinations: m.Destinations, Now: m.Now, Entropy: m.Entropy}
	p.Bench.Tools.Version.Major = 2 // Firebird 2.5 brings no embedded engine that we could use
	proven, _, err := p.Prove(t.Context(), made)
	if err != nil {
		t.Fatal(err)
	}
	if proven.State != Verified || proven.Proof.Rows["PRODUTO"] != 2000 {
		t.Errorf("state %s, proof %+v", proven.State, proven.Proof)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(d.At.Path), "djscript-proof-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left beside the database: %v %v", left, err)
	}
}

func TestACopyMadeWhileTheShopSellsIsBracketed(t *testing.T) {
	m, d := store(t)
	ctx, stop := context.WithCancel(t.Context())
	sold, began := make(chan error, 1), make(chan struct{})
	go func() { sold <- sell(ctx, d.At, began) }()
	<-began
	made := create(t, m, d, VerifyRestore)
	stop()
	if err := <-sold; err != nil {
		t.Fatal(err)
	}
	if made.State != Verified {
		t.Fatalf("state %s: %v", made.State, made.Proof.Against)
	}
	if made.Rows["VENDA"] <= 2000 || made.Proof.Evidence[0].Holds != bracketed {
		t.Errorf("nothing was sold meanwhile: %d rows, %+v", made.Rows["VENDA"], made.Proof.Evidence[0])
	}
}

func TestTheWayThatWorkedIsTriedFirstForAWeek(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	at := firebird.Database{Server: "localhost:3050", Path: "x"}
	all := []firebird.Way{firebird.WayFIFO, firebird.WayTCP}
	if err := readWays(dir, now).remember(at, firebird.WayTCP); err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]firebird.Way{0: firebird.WayTCP, 6: firebird.WayTCP, 8: firebird.WayFIFO, -1: firebird.WayFIFO} {
		if got := readWays(dir, now.AddDate(0, 0, days)).order(at, all)[0]; got != want {
			t.Errorf("after %d days %s is first, want %s", days, got, want)
		}
	}
	if got := WayOf(dir, at); got != firebird.WayTCP {
		t.Errorf("WayOf is %q", got)
	}
}

func TestTheFirstCopyOfAStoreGoesByTheFastestWay(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyNever)
	manifest, err := ReadManifest(made.Places[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	if want := firebird.Ways(d.At, true)[0]; manifest.Tools.Way != string(want) {
		t.Errorf("read by %s, want %s", manifest.Tools.Way, want)
	}
}
