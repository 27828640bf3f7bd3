package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
)

func TestWhatRotationDroppedComesBackFromTheTrash(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	all := s.zips("local")
	s.run("", "copies", "list", "--trash").wants(t, 0, "The trash is empty")
	s.run("", "copies", "prune", "--yes").wants(t, 0, "3 copies are in the trash of local")
	s.run("", "copies", "list", "--trash").wants(t, 0, "copy  database  day", "3     loja      2026-11-03  local", "2026-11-27", "no rule keeps it")
	var got struct{ Copies []copies.Copy }
	s.run("", "copies", "list", "--trash", "--where", "local", "--json").json(t, &got)
	if len(got.Copies) != 3 || got.Copies[0].Seq != "4" || got.Copies[0].State != copies.Trashed {
		t.Errorf("the trash has %+v", got.Copies)
	}
	s.run("", "copies", "list", "--trash", "--where", "rede").wants(t, 0, "no copy is like that")
	s.run("", "copies", "plan").wants(t, 0, "3     2026-11-03  loja      routine  in the trash  in the trash  2026-11-27")
	if said := s.run("", "copies", "plan", "local", "--days", "3"); !strings.Contains(said.out, "in the trash  2026-11-27") {
		t.Errorf("after three nights it lies in the trash still:\n%s", said.out)
	}
	if said := s.run("", "copies", "plan", "local", "--days", "30"); strings.Contains(said.out, "in the trash") {
		t.Errorf("after thirty nights it is gone for good:\n%s", said.out)
	}
	s.run("", "copies", "why", "3", "--lang", "pt-BR").wants(t, 0, "Está na lixeira de local até por volta de 27/11/2026", "djscript copies untrash 3 --from local", "Fica em rede: lá nada se apaga.")
	s.run("", "copies", "list", "--trash", "--since", "ontem").wants(t, 2, "ontem")
	s.run("", "copies", "list", "--trash", "--state", "verified").wants(t, 2, "no other state")
	s.run("", "copies", "untrash", "3").wants(t, 2, "--from NAME")
	s.run("", "copies", "untrash", "3", "--from", "lokal").wants(t, 2, `did you mean "local"?`)
	s.run("", "copies", "untrash", "3", "--from", "rede").wants(t, 1, "not in the trash of rede")
	s.run("", "copies", "untrash", "99", "2", "3", "--from", "local").wants(t, 1, "Copy 2 of loja is back: local", "Copy 3 of loja is back", "99")
	s.run("", "copies", "untrash", "4", "--from", "local", "--json").wants(t, 0, `"job": "untrash"`, `"seq": "4"`)
	if s.zips("local") != all {
		t.Errorf("back are %s", s.zips("local"))
	}
	if said := s.run("", "history"); !strings.Contains(said.out, "copies:untrash") {
		t.Errorf("nothing of it is journaled:\n%s", said.out)
	}
	s.run("", "copies", "check", "--all").wants(t, 0)
}

// What left the trash lies nowhere, and the ledger knows still when it went and why.
func TestWhyACopyIsNoMoreIsKnownStill(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	s.run("", "copies", "prune", "--yes").wants(t, 0, "3 copies are in the trash of local")
	s.nights(10, "2026-11-30")
	s.now = s.now.AddDate(0, 0, 10)
	s.run("", "copies", "prune", "--yes").wants(t, 0)
	s.run("", "copies", "why", "3").wants(t, 0, "Went from local on 2026-11-21 (no rule keeps it", "since 2026-12-01 it is not in the trash any more: it can not come back.", "Stays at rede")
	s.run("", "copies", "why", "3", "--lang", "pt-BR").wants(t, 0, "Saiu de local em 21/11/2026 (", "desde 01/12/2026 não está mais na lixeira: não pode voltar.")

	// And where no destination has it: nobody finds the copy, and why is answered still.
	if err := os.RemoveAll(s.at("rede")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.at("rede"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.run("", "copies", "show", "3").wants(t, 1)
	s.run("", "copies", "why", "3").wants(t, 0, "Copy 3 of loja, which is no more:", "Went from local on 2026-11-21")
	var got struct {
		Copy copies.Copy
		Why  []struct {
			Destination string
			Gone        copies.Gone
		}
	}
	s.run("", "copies", "why", "3", "--json").json(t, &got)
	if len(got.Why) != 1 || got.Why[0].Destination != "local" || got.Why[0].Gone.Seq != "3" || got.Copy.State != copies.Missing || got.Copy.ID != got.Why[0].Gone.ID {
		t.Errorf("%+v", got)
	}
	s.run("", "copies", "why", "333").wants(t, 1, "no copy 333")
}
