package run

import (
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

// heavy are scripts that would take gigabytes, or hours, to say what they are.
var heavy = map[string]string{
	"loop":         `while true do end`,
	"caught":       `while true do pcall(function() while true do end end) end`,
	"texts":        `local t = {} for i = 1, 1802 do t[i] = ("x"):rep(1000000) .. i end`,
	"one text":     `local s = ("x"):rep(64 * 1024 * 1024)`,
	"sparse lists": `local t = {} while true do t = { t } t[65536] = 1 end`,
	"arguments":    `local t = {} local function g(...) while true do t[#t + 1] = { ... } end end g(unpack({}, 1, 131072))`,
	"shared JSON":  `local t = { 1, 2, 3 } for _ = 1, 30 do t = { t, t } end dj.json.encode(t)`,
	"JSON":         `dj.json.decode("[" .. ("1,"):rep(3e6) .. "1]")`,
}

func TestAScriptThatTakesMuchToSayWhatItIsIsAMistake(t *testing.T) {
	for name, source := range heavy {
		t.Run(name, func(t *testing.T) {
			h := patient(t, "local none\n"+source+"\nreturn dj.script { name = \"own\", jobs = { j = function() end } }")
			before, began := mapped(), time.Now()
			found := h.Check(t.Context())
			if len(found) != 1 || message.Code(found[0]) != "run.limit" || !strings.HasPrefix(found[0].Error(), "own.lua:2: ") || message.Hint(found[0]) == "" || ExitOf(found[0]) != ExitFailed {
				t.Errorf("%v", found)
			}
			if took := time.Since(began); took > 2*declaringTime {
				t.Errorf("it took %v", took)
			}
			if grown := int64(mapped()) - int64(before); grown > 160<<20 {
				t.Errorf("it took %d MB", grown>>20)
			}
		})
	}
}

// mapped is all memory that this process has from the system.
func mapped() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A script that the store runs may take fifty times what the largest one takes that comes with djscript.
func TestWhatRealScriptsTakeToSayWhatTheyAreIsLittle(t *testing.T) {
	h := patient(t, `return dj.script { name = "own", extends = "default" }`)
	h.Config.Limits.Steps = declaringSteps / 50
	for _, script := range []string{"own", "../../scripts/padaria.lua", "../../scripts/supermercado.lua", "../../examples/holidays.lua", "../../examples/recovery/adopt_files.lua"} {
		if _, err := h.Describe(t.Context(), script); err != nil {
			t.Errorf("%s: %v", script, err)
		}
	}
}

func TestALongLoadOfAJobIsNoneOfThis(t *testing.T) {
	h := patient(t, `local n = 0 for i = 1, 1e5 do n = n + i end return dj.script { name = "own", health = function(h) h:check("n", n > 0) end, jobs = { j = function() end } }`)
	if _, err := h.Describe(t.Context(), "own"); message.Code(err) != "run.limit" {
		t.Errorf("Describe: %v", err)
	}
	if checks, err := h.Health(t.Context(), "own"); err != nil || len(checks) != 1 {
		t.Errorf("Health: %v, %v", checks, err)
	}
}
