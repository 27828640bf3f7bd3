package lua

import (
	"testing"
)

type rack struct {
	ID     string           `json:"id"`
	Partly bool             `json:"partly"`
	Rows   map[string]int64 `json:"rows"`
	Parts  []part           `json:"parts"`
	Proof  *proof           `json:"proof,omitempty"`
	None   *proof           `json:"none,omitempty"`
	Empty  []part           `json:"empty"`
	Note   string           `json:"note,omitempty"`
}

type part struct {
	Name string `json:"name"`
}

type proof struct {
	OK   bool             `json:"ok"`
	Rows map[string]int64 `json:"rows"`
}

func racks() []rack {
	rows := map[string]int64{"A": 1, "B": 2}
	return []rack{
		{ID: "1", Rows: rows, Parts: []part{{"data"}, {"files"}}, Proof: &proof{true, rows}, Note: "n"},
		{ID: "2", Rows: rows, Parts: []part{{"data"}}},
	}
}

// What a script can ask of a table that is made when it asks, and of one that was made before, is the same.
func TestLateTablesCanNotBeToldFromOthers(t *testing.T) {
	for _, body := range []string{
		`return c.id, c.rows.A, c.parts[2].name, c.proof.ok, c.proof.rows.B, c.none == nil, #c.empty, c.note, c.nothing == nil`,
		`local n = 0 for k, v in pairs(c) do n = n + 1 end return n`,
		`local all = {} for k in pairs(c) do all[#all + 1] = k end table.sort(all) return table.concat(all, " ")`,
		`local all, k = {}, nil repeat k = next(c, k) all[#all + 1] = k until not k table.sort(all) return table.concat(all, " ")`,
		`return rawget(c, "rows").A, rawget(c, "none")`,
		`return dj.json(c.parts), dj.json(c.proof)`,
		`local t = tostring(c) return #t, tostring(c.proof.ok)`,
		`return getmetatable(c), getmetatable(c.proof)`,
		`setmetatable(c, { __index = function(t, k) return k end }) return c.rows.A, c.nothing, c.none`,
		`c.rows = nil return c.rows, #c.parts`,
		`local rows = c.rows c.rows = nil return c.rows, rows.A`,
		`c.rows = { A = 7 } return c.rows.A`,
		`c.mine = "x" return c.mine, c.rows.A`,
		`rawset(c, "rows", nil) return c.rows, c.proof.ok`,
		`c.rows.A = 5 return c.rows.A, c.proof.rows.A, copies[2].rows.A`,
		`local same = c.proof return same == c.proof, rawequal(c.rows, c.rows)`,
		`return copies[2].proof == nil, #copies[2].parts, unpack(c.parts)`,
		`table.sort(copies, function(a, b) return #a.parts < #b.parts end) return copies[1].id`,
		`c[1] = "x" return #c, c[1], c.id`,
		`return dj.take(c), dj.go(c)`,
		`return dj.name(c), dj.name(copies[2].parts[1])`,
	} {
		source := `return function(copies) local c = copies[1] ` + body + ` end`
		var got [2]string
		for i, late := range []bool{false, true} {
			fn, _, err := apart(t, Options{Modules: map[string][]Func{"dj": readers()}}, source, func(o *Options) { o.Late = late })
			if err != nil {
				t.Fatal(err)
			}
			got[i] = answer(t, fn, racks())
		}
		if got[0] != got[1] || got[0] == "" {
			t.Errorf("%s:\nmade before: %s\nmade late:   %s", body, got[0], got[1])
		}
	}
}

// readers look at tables from Go, each by other means.
func readers() []Func {
	return []Func{
		Bind("json", func(_ *Call, a *struct {
			Value Value `lua:"value,arg"`
		}) (string, error) {
			return a.Value.JSON()
		}),
		Bind("go", func(_ *Call, a *struct {
			Value any `lua:"value,arg"`
		}) (int, error) {
			return len(a.Value.(map[string]any)), nil
		}),
		Bind("take", func(_ *Call, a *struct {
			Value Value `lua:"value,arg"`
		}) (string, error) {
			return a.Value.Field("rows").Field("B").String() + a.Value.Field("none").String(), nil
		}),
		Bind("name", func(_ *Call, a *struct {
			Value Value `lua:"value,arg"`
		}) (int, error) {
			return len(a.Value.Keys()), nil
		}),
	}
}

func TestWhatNobodyLooksAtIsNotMade(t *testing.T) {
	source := `return function(copies) local n = 0 for _, c in ipairs(copies) do c.month = c.id n = n + #c.parts end return n end`
	fn, _, err := apart(t, Options{}, source, func(o *Options) { o.Late = true })
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, fn, racks()); got != "3" {
		t.Errorf("counted %s", got)
	}
	for table, fields := range fn.state.late {
		for _, f := range fields {
			if f.name == "parts" {
				t.Errorf("%s keeps parts that were made", fn.state.display(table))
			}
		}
		if len(fields) == 0 {
			t.Error("the rows were made")
		}
	}
}

type second struct{ text string }

// ReadLua takes the second of a list.
func (s *second) ReadLua(v Value) error {
	if v.Len() < 2 {
		return &coder{"option.short"}
	}
	s.text = v.Get(2).String()
	return nil
}

func TestATypeMayReadWhatLiesInLua(t *testing.T) {
	pick := Bind("pick", func(c *Call, a *struct {
		List second `lua:"list,arg"`
	}) (string, error) {
		return a.List.text, c.Spend(10)
	})
	o := Options{Modules: map[string][]Func{"dj": {pick}}}
	if got := out(t, o, `print(dj.pick({ "a", "b" }))`); got != "b" {
		t.Errorf("read %s", got)
	}
	if err := fails(t, o, `dj.pick({ "a" })`); err.Code() != "option.short" {
		t.Errorf("refused with %v", err)
	}
	o.Steps = 100
	if err := fails(t, o, `while true do pcall(dj.pick, { "a", "b" }) end`); err.Code() != "run.limit" {
		t.Errorf("what it does costs nothing: %v", err)
	}
	if err := fails(t, o, `for _ = 1, 9 do dj.pick({ "a", "b" }) end`); err.Code() != "run.limit" {
		t.Errorf("what it does costs nothing: %v", err)
	}
}
