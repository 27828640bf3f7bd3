package lua

import (
	"slices"
	"testing"
)

const covered = `local function pick(n)
  if n > 1 then
    return "many"
  end
  return "one"
end

local found = {}
for i = 1, 3 do
  found[i] = pick(1)
end

local walk = coroutine.wrap(function()
  found.inside = true
  if found.never then
    found.never = nil
  end
end)
walk()

local function unused()
  return found
end
`

func TestCoverageKnowsTheLinesThatRan(t *testing.T) {
	chunk, err := Parse("covered.lua", []byte(covered))
	if err != nil {
		t.Fatal(err)
	}
	cover := &Coverage{}
	for range 2 {
		if _, err := New(t.Context(), Options{Cover: cover}).Run(chunk); err != nil {
			t.Fatal(err)
		}
	}
	files := cover.Files()
	if len(files) != 1 || files[0].Name != "covered.lua" {
		t.Fatalf("files: %v", files)
	}
	if want := []int{3, 16, 22}; !slices.Equal(files[0].Missed(), want) {
		t.Errorf("never ran: %v, want %v", files[0].Missed(), want)
	}
	for _, end := range []int{6, 18, 23} {
		if _, counts := files[0].Hits[end]; counts && files[0].Hits[end] == 0 {
			t.Errorf("line %d is the end of a function, and is counted as one that never ran", end)
		}
	}
	if files[0].Line(16) != "    found.never = nil" {
		t.Errorf("line 16 is %q", files[0].Line(16))
	}
}

func TestWithoutCoverageNothingIsCountedAndTheBudgetIsTheSame(t *testing.T) {
	chunk, err := Parse("loop.lua", []byte("while true do end"))
	if err != nil {
		t.Fatal(err)
	}
	for _, cover := range []*Coverage{nil, {}} {
		s := New(t.Context(), Options{Steps: 5000, Cover: cover})
		if _, err := s.Run(chunk); codeOf(err) != "run.limit" {
			t.Errorf("with %v: %v", cover, err)
		}
		if s.counter.left != -1 {
			t.Errorf("with %v: %d steps left", cover, s.counter.left)
		}
	}
}
