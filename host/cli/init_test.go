package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

func TestInitWritesAStoreThatChecksAndRuns(t *testing.T) {
	d := newDesk(t)
	done := d.run("", "init", "--id", "loja", "--database", "/srv/LOJA.FDB", "--database", "/srv/PDV.FDB", "--system", "demo",
		"--destination", "/mnt/a", "--destination", "rede=/mnt/b", "--at", "22:00", "--server", "servidor:3051")
	done.wants(t, 0, "djscript.toml", "scripts/closing.lua", "secret set firebird")
	text, err := os.ReadFile(filepath.Join(d.dir, "djscript.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`id = "loja"`, `language = "en"`, `server = "servidor:3051"`, "[database.loja]", `path = "/srv/LOJA.FDB"`, "[database.pdv]",
		"[destination.local]", "[destination.rede]", `at = ["22:00"]`, `to = ["local", "rede"]`,
	} {
		if !slices.Contains(strings.Split(string(text), "\n"), line) {
			t.Errorf("djscript.toml lacks %s", line)
		}
	}
	d.run("", "check").wants(t, 0, "3 files checked, no mistake")
	d.run("", "next", "-n", "1").wants(t, 0, "2026-11-21 22:00", "default:backup")
	d.run("", "docs", "closing").wants(t, 0, "djscript run closing:backup", "where the copies go")
	d.run("", "test").wants(t, 0, "2 tests, all passed")
}

func TestInitNeverWritesOverAFile(t *testing.T) {
	d := newDesk(t)
	d.write(".luacheckrc", "mine")
	d.run("", "init").wants(t, 1, ".luacheckrc exists already")
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files lie in the folder, want the one that was there", len(entries))
	}
}

func TestInitRefusesBadAnswersBeforeItWrites(t *testing.T) {
	d := newDesk(t)
	for given, want := range map[string][]string{
		"--id=A B --cnpj=1": {"error: --id: ", "error: --cnpj: "}, "--database=/a.fdb --system=none": {"error: --system: "}, "--bin=a\tb": {"error: --bin: "},
		"--destination=/a --at=25:00": {"error: --at: ", "25:00"}, "--at=25:00": {"--at 25:00 has nowhere"}, "--recipient=age1x": {"error: --recipient: "},
		"--destination=/a --destination=/a": {"error: --destination: "}, "--database=/a.fdb --database=x=/a.fdb": {"error: --database: "}, "--timezone=x": {"error: --timezone: "},
	} {
		args := []string{"init", "new"}
		for one := range strings.SplitSeq(given, " --") {
			args = append(args, "--"+strings.TrimPrefix(one, "--"))
		}
		s := d.run("", args...)
		s.wants(t, 2, append(want, "→")...)
		if strings.Contains(s.err, "djscript.toml:") {
			t.Errorf("%s: the place is told in a file that is not there:\n%s", given, s.err)
		}
	}
	if _, err := os.Stat(filepath.Join(d.dir, "new")); err == nil {
		t.Error("the folder was made all the same")
	}
}

func TestIDsAreMadeOfAnyName(t *testing.T) {
	for name, want := range map[string]string{
		"Loja do Zé": "loja-do-ze", "loja_1": "loja_1", "  São João — 2ª ": "sao-joao-2", "???": "loja", ".": "loja",
		"uma loja de nome comprido demais mesmo": "uma-loja-de-nome-comprido-demais",
	} {
		if got := idOf(name); got != want {
			t.Errorf("idOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestPlacesAreNamedOnce(t *testing.T) {
	n := answers{
		databases:    []string{`C:\DJ\LOJA.FDB`, "C:/DJ/Pdv.fdb", "fiscal=/a=b.fdb", "D:/DJ/PDV.FDB"},
		destinations: []string{"/nowhere/a", "/nowhere/b", "nuvem=/nowhere/c", "/nowhere/d=1"},
	}
	var got []string
	for _, p := range append(n.databasePlaces(), n.destinationPlaces()...) {
		got = append(got, p.name+" "+p.path)
	}
	want := []string{
		`loja C:\DJ\LOJA.FDB`, "pdv C:/DJ/Pdv.fdb", "fiscal /a=b.fdb", "banco4 D:/DJ/PDV.FDB",
		"local /nowhere/a", "destino2 /nowhere/b", "nuvem /nowhere/c", "destino4 /nowhere/d=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// What .luacheckrc allows must exist: a name that is not there would only be found when the script runs.
func TestLuacheckKnowsOnlyWhatTheSandboxHas(t *testing.T) {
	var names []string
	host := &primitive.Host{}
	for _, f := range slices.Concat(host.All(), sim.Functions()) {
		names = append(names, f.Name)
	}
	known, err := readStubs(primitive.Stubs(message.English), sim.Stubs(message.English))
	if err != nil {
		t.Fatal(err)
	}
	for _, noun := range nounsOf(known.functions) {
		for _, verb := range verbsOf(known.functions, noun) {
			if name := strings.TrimPrefix(noun+"."+verb, "."); !slices.Contains(names, name) {
				t.Errorf(".luacheckrc allows dj.%s, which is not there", name)
			}
		}
	}
}

func TestTheStubOfOsHasWhatTheSandboxHas(t *testing.T) {
	stub, err := lua.ParseStub("os.lua", embedded("os.lua", "editor").data)
	if err != nil {
		t.Fatal(err)
	}
	var declared, there []string
	for _, f := range stub.Functions {
		declared = append(declared, "os."+f.Name)
	}
	for _, name := range lua.Names() {
		if strings.HasPrefix(name, "os.") {
			there = append(there, name)
		}
	}
	slices.Sort(declared)
	if !slices.Equal(declared, there) {
		t.Errorf("declared %q, there are %q", declared, there)
	}
}

func TestTheLanguageServerKnowsTheLibrariesThatThereAre(t *testing.T) {
	var settings struct {
		Off map[string]string `json:"runtime.builtin"`
	}
	if err := json.Unmarshal(languageServer(), &settings); err != nil {
		t.Fatal(err)
	}
	for name, off := range map[string]bool{"io": true, "debug": true, "package": true, "os": true, "coroutine": false, "string": false, "table": false, "math": false} {
		if _, is := settings.Off[name]; is != off {
			t.Errorf("%s switched off: %v", name, is)
		}
	}
}

func TestEditorFilesPleaseLuacheck(t *testing.T) {
	program, err := exec.LookPath("luacheck")
	if err != nil {
		t.Fatal("luacheck is needed: make test installs it")
	}
	luacheck := func(d *desk, files ...string) (string, error) {
		check := exec.CommandContext(t.Context(), program, append([]string{"--no-color"}, files...)...)
		check.Dir = d.dir
		out, err := check.CombinedOutput()
		return string(out), err
	}
	shipped, err := fs.Glob(builtin.Files, "*.lua")
	if err != nil || len(shipped) == 0 {
		t.Fatal(shipped, err)
	}
	for _, language := range []string{message.Portuguese, message.English} {
		d := newDesk(t)
		d.run("", "init", "--lang", language).wants(t, 0, "_test.lua")
		d.run("", "init", "other", "--lang", language, "--json").wants(t, 0, `"written"`, ".djscript/stubs/dj.lua", ".djscript/stubs/sim.lua")
		for _, name := range shipped {
			text, err := fs.ReadFile(builtin.Files, name)
			if err != nil {
				t.Fatal(err)
			}
			d.write("scripts/"+name, string(text))
		}
		d.write("scripts/sandbox.lua", "local co = coroutine.wrap(function() return os.time(), os.date(\"%Y\"), require \"lib.days\" end)\nreturn co(), string.rep(\"x\", 2), math.pi\n")
		if out, err := luacheck(d, "scripts"); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		for wrong, word := range map[string]string{
			"return dj.copy.creat({})\n": "creat", "return os.execute(\"dir\")\n": "execute", "return io.open(\"x\")\n": "io", "x = 1\n": "x",
			"return dj.test\n": "test", "return string.dump(print)\n": "dump",
		} {
			if out, err := luacheck(d, d.write("scripts/typo.lua", wrong)); err == nil || !strings.Contains(out, word) {
				t.Errorf("%q went by: %v\n%s", wrong, err, out)
			}
		}
	}
}

func TestInitAsksAgainForAnAnswerThatCanNotBe(t *testing.T) {
	d := newDesk(t)
	var out, errs bytes.Buffer
	a := d.app("Loja do Zé\n\nPadaria\nX=:\nPDV=C:/DJ/PDV.FDB\n/srv/LOJA.FDB\n\n/mnt/a\n/mnt/a\n/mnt/b\n\n", &out, &errs)
	n := answers{}
	i := &interview{app: a, lines: bufio.NewReader(a.in), dir: d.dir, answers: &n}
	if err := i.hold(t.Context(), "nova"); err != nil {
		t.Fatal(err)
	}
	if n.id != "loja-do-ze" || n.name != "Padaria" || !slices.Contains(n.databases, "/srv/LOJA.FDB") {
		t.Errorf("answers are %+v", n)
	}
	if !slices.Equal(n.destinations, []string{"/mnt/a", "/mnt/b"}) {
		t.Errorf("destinations are %q: the second /mnt/a is the first", n.destinations)
	}
	said := said{out.String(), errs.String(), 0}
	said.wants(t, 0, "[nova]", "[loja-do-ze]", "Loja do Zé", "→ ")
	if strings.Contains(said.err, "djscript.toml") {
		t.Errorf("an answer's place is told in a file that is not there:\n%s", said.err)
	}
}

func TestInitDoesNotAskWhereAFlagIsWrong(t *testing.T) {
	d := newDesk(t)
	var out, errs bytes.Buffer
	a := d.app("loja\n", &out, &errs)
	i := &interview{app: a, lines: bufio.NewReader(a.in), dir: d.dir, answers: &answers{cnpj: "1"}}
	if err := i.hold(t.Context(), "nova"); message.Code(err) != "option.value" {
		t.Errorf("got %v", err)
	}
	if errs.Len() > 0 {
		t.Errorf("asked: %s", &errs)
	}
}

func TestInitDoesNotAskForEverWhereTheInputEnds(t *testing.T) {
	d := newDesk(t)
	var out, errs bytes.Buffer
	a := d.app("A B", &out, &errs)
	n := answers{}
	i := &interview{app: a, lines: bufio.NewReader(a.in), dir: d.dir, answers: &n}
	if err := i.hold(t.Context(), "con"); err == nil {
		t.Error("the folder's name con can not be an id")
	}
	a = d.app("A B", &out, &errs)
	i = &interview{app: a, lines: bufio.NewReader(a.in), dir: d.dir, answers: &n}
	if err := i.hold(t.Context(), "nova"); err != nil || n.id != "a-b" || n.destinations != nil {
		t.Errorf("%v, %+v", err, n)
	}
}

// The recovery key is told once, by whoever made it, and lies in no file.
func TestTheRecoveryKeyIsShownOnceAndKeptNowhere(t *testing.T) {
	secret := regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{58}`)
	told := func(t *testing.T, d *desk, done said) string {
		t.Helper()
		shown := secret.FindAllString(done.out+done.err, -1)
		if len(shown) != 1 {
			t.Fatalf("the key is shown %d times:\n%s%s", len(shown), done.out, done.err)
		}
		for _, name := range filesBelow(t, d.dir) {
			if text, err := os.ReadFile(name); err != nil || secret.Match(text) {
				t.Errorf("%s holds the key, %v", name, err)
			}
		}
		return shown[0]
	}
	fits := func(t *testing.T, d *desk, keys ...string) {
		t.Helper()
		var recipients []string
		for _, key := range keys {
			identity, err := age.ParseX25519Identity(key)
			if err != nil {
				t.Fatal(err)
			}
			recipients = append(recipients, `"`+identity.Recipient().String()+`"`)
		}
		text, err := os.ReadFile(filepath.Join(d.dir, "djscript.toml"))
		if line := "\n[encryption]\nrecipients = [" + strings.Join(recipients, ", ") + "]\n"; err != nil || !strings.Contains(string(text), line) {
			t.Errorf("djscript.toml lacks %s, %v", line, err)
		}
	}
	t.Run("for a person", func(t *testing.T) {
		d := newDesk(t)
		done := d.run("", "init")
		done.wants(t, 0, "RECOVERY KEY", "outside the shop", "If it is lost")
		fits(t, d, told(t, d, done))
	})
	t.Run("for a program", func(t *testing.T) {
		d := newDesk(t)
		done := d.run("", "init", "--json")
		key := told(t, d, done)
		var object struct {
			Key string `json:"recovery_key"`
		}
		if err := json.Unmarshal([]byte(done.out), &object); err != nil || object.Key != key {
			t.Errorf("the object has %q, %v", object.Key, err)
		}
		fits(t, d, key)
	})
	t.Run("not where the reseller has it", func(t *testing.T) {
		d := newDesk(t)
		pair, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		done := d.run("", "init", "--recipient", pair.Recipient().String())
		done.wants(t, 0, pair.Recipient().String(), "Whoever gave you that public key")
		if secret.MatchString(done.out + done.err) {
			t.Error("a key is shown that opens nothing")
		}
		fits(t, d, pair.String())
	})
	t.Run("besides the reseller's", func(t *testing.T) {
		d := newDesk(t)
		pair, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		done := d.run("", "init", "--own-key", "--recipient", pair.Recipient().String())
		key := told(t, d, done)
		done.wants(t, 0, "Copies on enrolled drives (drive) and at destinations with encrypt = true are encrypted for:\n  "+pair.Recipient().String()+"\nWhoever", "this key opens them too", "only whoever has the other key")
		fits(t, d, pair.String(), key)
	})
	t.Run("not by mistake in the file", func(t *testing.T) {
		d := newDesk(t)
		pair, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		done := d.run("", "init", "--recipient", pair.String())
		done.wants(t, 2, "--recipient")
		if secret.MatchString(done.out + done.err) {
			t.Error("the secret key is told again")
		}
		if left := filesBelow(t, d.dir); len(left) > 0 {
			t.Errorf("written all the same: %v", left)
		}
	})
}

func filesBelow(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// What init says of the copies and of what is left to do is true of what it wrote.
func TestInitSaysWhatItsDestinationsAre(t *testing.T) {
	d := newDesk(t)
	s := d.run("", "init", "one", "--database", "/a.fdb", "--destination", "/mnt/a")
	s.wants(t, 0, "on enrolled drives (drive) and at destinations with encrypt = true", "None of the destinations written now is like that")
	if strings.Contains(s.out, "complete ") {
		t.Errorf("nothing is missing:\n%s", s.out)
	}
	d.run("", "-C", filepath.Join(d.dir, "one"), "doctor").wants(t, 1, "[encryption] has keys, and no destination is encrypted")
	s = d.run("", "init", "two")
	s.wants(t, 0, "djscript.toml: databases and destinations")
	if strings.Contains(s.out, "None of the destinations") {
		t.Errorf("there are none:\n%s", s.out)
	}
	d.run("", "init", "three", "--destination", "/mnt/a", "--at", "22:00").wants(t, 0, "djscript.toml: databases\n")
	text, err := os.ReadFile(filepath.Join(d.dir, "three", "djscript.toml"))
	if err != nil || !strings.Contains(string(text), "\nat = [\"22:00\"]\n") {
		t.Errorf("no time was written: %v", err)
	}
	d.run("", "init", "four", "--database", "/a.fdb").wants(t, 0, "djscript.toml: destinations\n")
	s = d.run("", "-C", filepath.Join(d.dir, "two"), "check")
	s.wants(t, 0, "no mistake")
	if strings.Contains(s.err, "encryption") {
		t.Errorf("there is nothing to encrypt yet:\n%s", s.err)
	}
}
