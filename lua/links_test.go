package lua

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLinksAreReadWithoutRunning(t *testing.T) {
	chunk, err := Parse("x.lua", []byte(`local days = require "lib.days"
local which = "lib.other"
local other = require(which)
return dj.script {
  name = "x",
  extends = "default",
  jobs = { backup = function(job) if job.dry then return pcall(function() return require("lib.late") end) end end },
}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Links{
		Extends:  &Link{Name: "default", Line: 6},
		Requires: []Link{{Name: "lib.days", Line: 1}, {Line: 3}, {Name: "lib.late", Line: 7}},
	}
	if diff := cmp.Diff(want, chunk.Links()); diff != "" {
		t.Error(diff)
	}
}

func TestAScriptWithoutLinksHasNone(t *testing.T) {
	chunk, err := Parse("x.lua", []byte("local name = 'default'\nreturn dj.script { name = 'x', jobs = {} }"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Links{}, chunk.Links()); diff != "" {
		t.Error(diff)
	}
	if chunk, err = Parse("y.lua", []byte("return dj.script { name = 'x', extends = name }")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Links{Extends: &Link{Line: 1}}, chunk.Links()); diff != "" {
		t.Error(diff)
	}
}
