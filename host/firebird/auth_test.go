package firebird

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/secret"
)

// driversPath is what the driver makes of a DSN (dsn.go of firebirdsql v0.9.23).
func driversPath(t *testing.T, dsn string) (host, path, password string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := u.Path
	if len(name) > 1 && !strings.ContainsRune(name[1:], '/') {
		name = name[1:]
	}
	if len(name) > 2 && strings.ContainsRune(name[2:], ':') {
		name = name[1:]
	}
	password, _ = u.User.Password()
	return u.Host, name, password
}

func TestDriverGetsThePathAsItWasGiven(t *testing.T) {
	for given, want := range map[string]string{
		"/dados/loja.fdb": "/dados/loja.fdb", "/loja.fdb": "//loja.fdb", "loja": "loja", `C:\Loja\LOJA.FDB`: `C:\Loja\LOJA.FDB`,
		"C:/Loja/LOJA.FDB": "C:/Loja/LOJA.FDB", "/dados/a:b.fdb": "/dados/a:b.fdb", "/a?b#c%20d/é.fdb": "/a?b#c%20d/é.fdb",
	} {
		db := Database{Server: "caixa1", Path: given, User: "SYSDBA", Password: "a:b/c@d?e#f%20 ç"}
		host, path, password := driversPath(t, dsn(db, "WIN1252", "Srp"))
		if path != want || host != "caixa1:3050" || secret.Text(password) != db.Password {
			t.Errorf("%q is said as %q at %q", given, path, host)
		}
	}
}

func TestServersGetTheirPort(t *testing.T) {
	for given, want := range map[string]string{
		"localhost": "localhost:3050", "10.0.0.7:3051": "10.0.0.7:3051", "::1": "[::1]:3050", "[::1]": "[::1]:3050",
		"[::1]:3060": "[::1]:3060",
	} {
		if got := withPort(given); got != want {
			t.Errorf("withPort(%q) = %q, want %q", given, got, want)
		}
	}
}

func TestWordsOfAStatementNeverPanicAndHideTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(rapid.String().Draw(t, "text"), "'", "''")
		words := sqlWords("select '" + text + "' from x")
		if got := strings.Join(words, " "); strings.ReplaceAll(got, "' ' ", "' ") != "SELECT ' FROM X" && !strings.Contains(text, "''") {
			t.Errorf("words of %q: %q", text, got)
		}
		sqlWords(rapid.StringOf(rapid.SampledFrom([]rune("q'\"-/*;{} \n(x)"))).Draw(t, "any"))
	})
}

func TestEncodeIsTheInverseOfDecodingOrFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		bytes, err := encode(text, "WIN1252")
		if err != nil {
			return
		}
		back, err := charmaps["WIN1252"].NewDecoder().Bytes(bytes)
		if err != nil || string(back) != text && !strings.ContainsRune(text, '�') {
			t.Errorf("%q came back as %q, %v", text, back, err)
		}
	})
}

func FuzzServiceAnswer(f *testing.F) {
	f.Add([]byte{svcStdin, 0, 1, 0, 0, svcLine, 2, 0, 'o', 'k', infoEnd})
	f.Add([]byte{svcLine, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		wanted, line, hasLine, end, err := readAnswer(b)
		if err == nil && (end && (wanted != 0 || line != "") || line != "" && !hasLine) {
			t.Errorf("%v: %d %q %v %v", b, wanted, line, hasLine, end)
		}
	})
}
