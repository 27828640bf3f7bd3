package primitive

import (
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// calculated is what an expression gives in a store in São Paulo, or the code of its error.
func calculated(t *testing.T, expression string) string {
	t.Helper()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	h := &Host{Location: zone}
	chunk, err := lua.Parse("test.lua", []byte("return "+expression))
	if err != nil {
		t.Fatal(err)
	}
	values, err := lua.New(t.Context(), lua.Options{Modules: map[string][]lua.Func{"dj": h.All()}, Wrap: h.Wrap(), Say: message.Say}).Eval(chunk)
	if err != nil {
		return message.Code(err)
	}
	var all []string
	for _, v := range values {
		all = append(all, v.String())
	}
	return strings.Join(all, " ")
}

func TestTimes(t *testing.T) {
	for expression, want := range map[string]string{
		`dj.time.parse("31/12/2026", "dd/mm/yyyy")`:                         "2026-12-31",
		`dj.time.parse("31/12/2026 23:59:58", "dd/mm/aaaa HH:MM:SS")`:       "2026-12-31T23:59:58-03:00",
		`dj.time.parse("20180115 1200", "yyyymmdd HHMM")`:                   "2018-01-15T12:00:00-02:00", // summer time
		`dj.time.parse("31.12.69", "dd.mm.yy")`:                             "1969-12-31",
		`dj.time.parse("31.12.68", "dd.mm.aa")`:                             "2068-12-31",
		`dj.time.parse("2026-12-31T08h", "yyyy-mm-dd'T'HH'h'")`:             "2026-12-31T08:00:00-03:00",
		`dj.time.parse("29/02/2028", "dd/mm/yyyy")`:                         "2028-02-29",
		`dj.time.parse("04/11/2018 00:30", "dd/mm/yyyy HH:MM")`:             "2018-11-04T01:30:00-02:00", // that hour was left out
		`dj.time.parse("29/02/2026", "dd/mm/yyyy")`:                         "time.bad",
		`dj.time.parse("00/12/2026", "dd/mm/yyyy")`:                         "time.bad",
		`dj.time.parse("31/13/2026", "dd/mm/yyyy")`:                         "time.bad",
		`dj.time.parse("1/12/2026", "dd/mm/yyyy")`:                          "time.bad",
		`dj.time.parse("31/12/2026 ", "dd/mm/yyyy")`:                        "time.bad",
		`dj.time.parse("31-12-2026", "dd/mm/yyyy")`:                         "time.bad",
		`dj.time.parse("+1/12/2026", "dd/mm/yyyy")`:                         "time.bad",
		`dj.time.parse("31/12/2026 24:00", "dd/mm/yyyy HH:MM")`:             "time.bad",
		`dj.time.parse("31/12/2026 23:60", "dd/mm/yyyy HH:MM")`:             "time.bad",
		`dj.time.parse("12/2026", "mm/yyyy")`:                               "option.value",
		`dj.time.parse("31/12/2026", "DD/mm/yyyy")`:                         "option.value",
		`dj.time.parse("31/12/2026", "dd/mm/yyyyy")`:                        "option.value",
		`dj.time.parse("31/12/2026", "dd/dd/yyyy")`:                         "option.value",
		`dj.time.parse("31/12/2026", "dd/mm/yyyy '")`:                       "option.value",
		`dj.time.parse("", "")`:                                             "option.value",
		`dj.time.format("2026-12-31T23:00:00Z", "dd/mm/yyyy HH:MM:SS")`:     "31/12/2026 20:00:00",
		`dj.time.format("2026-12-31", "aaaammdd-HHMM")`:                     "20261231-0000",
		`dj.time.format("2026-12-31", "dd 'de' mm 'às' HH'h'")`:             "31 de 12 às 00h",
		`dj.time.format("2018-11-04", "dd HH:MM")`:                          "04 01:00",
		`dj.time.format("31/12/2026", "dd")`:                                "time.bad",
		`dj.time.add("2026-01-31", "1d")`:                                   "2026-02-01",
		`dj.time.add("2026-03-01", "-1d")`:                                  "2026-02-28",
		`dj.time.add("2026-01-31", "2w")`:                                   "2026-02-14",
		`dj.time.add("2026-01-31", "1h")`:                                   "2026-01-31T01:00:00-03:00",
		`dj.time.add("2026-01-31T22:00:00-03:00", "1d2h30m")`:               "2026-02-02T00:30:00-03:00",
		`dj.time.add("2026-01-31T22:00:00-03:00", "-90s")`:                  "2026-01-31T21:58:30-03:00",
		`dj.time.add("2018-11-03T22:00:00-03:00", "1d")`:                    "2018-11-04T22:00:00-02:00", // at ten, though it is 23 hours later
		`dj.time.add("2018-11-03T22:00:00-03:00", "24h")`:                   "2018-11-04T23:00:00-02:00",
		`dj.time.add("2018-11-03", "1d")`:                                   "2018-11-04",
		`dj.time.add("2026-01-31", "1")`:                                    "option.value",
		`dj.time.add("2026-01-31", "")`:                                     "option.value",
		`dj.time.add("2026-01-31", "-")`:                                    "option.value",
		`dj.time.add("2026-01-31", "1.5d")`:                                 "option.value",
		`dj.time.add("2026-01-31", "1d x")`:                                 "option.value",
		`dj.time.add("2026-01-31", 1)`:                                      "option.type",
		`dj.time.days("2026-02-28", "2026-03-02")`:                          "2",
		`dj.time.days("2026-03-02", "2026-02-28")`:                          "-2",
		`dj.time.days("2018-11-03", "2018-11-05")`:                          "2",
		`dj.time.days("2026-01-01T23:59:00-03:00", "2026-01-02T02:30:00Z")`: "0",
		`dj.time.weekday("2026-12-25")`:                                     "fri",
		`dj.time.weekday("2026-12-26T01:00:00Z")`:                           "fri",
	} {
		if got := calculated(t, expression); got != want {
			t.Errorf("%s is %s, not %s", expression, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	for expression, want := range map[string]string{
		`dj.text.upper("ação ß")`:                            "AÇÃO ß",
		`dj.text.lower("AÇÃO")`:                              "ação",
		`dj.text.strip_accents("São João àéîõüç Ñ")`:         "Sao Joao aeiouc N",
		`dj.text.pad("maçã", 6) .. "|"`:                      "maçã  |",
		`dj.text.pad("7", 3, { side = "left", with = "0" })`: "007",
		`dj.text.pad("maçã", 4)`:                             "maçã",
		`dj.text.pad("maçã", 3, { cut = true })`:             "maç",
		`dj.text.pad("", 0)`:                                 "",
		`dj.text.pad("maçã", 3)`:                             "text.long",
		`dj.text.pad("a", -1)`:                               "option.value",
		`dj.text.pad("a", 1e6)`:                              "option.value",
		`dj.text.pad("a", 3, { with = "ab" })`:               "option.value",
		`dj.text.cnpj("12.abc.345/01de-35")`:                 "12ABC34501DE35",
		`select("#", dj.text.cnpj("1"))`:                     "2",
		`dj.text.cpf(" 111.444.777-35")`:                     "11144477735",
		`select(2, dj.text.cpf("111.444.777-36"))`:           "the check digits of the CPF are wrong",
		`select(2, dj.text.cpf("11.222.333/0001-81"))`:       "a CPF has 11 digits, the last 2 of them check digits",
		`dj.num("1,5")`:                                      "num.bad",
		`dj.num()`:                                           "arg.missing",
		`dj.json.encode()`:                                   "null",
		`dj.json.decode("[1,")`:                              "json.bad",
		`dj.json.encode { n = dj.num("1.10"), b = true }`:    `{"n":"1.10","b":true}`,
	} {
		if got := calculated(t, expression); got != want {
			t.Errorf("%s is %s, not %s", expression, got, want)
		}
	}
}

// Whatever a layout writes of a day or a time, it reads back.
func TestWhatALayoutWritesItReads(t *testing.T) {
	h := &Host{Location: time.FixedZone("store", -3*3600)}
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, h.Location)
	for _, text := range []string{"dd/mm/yyyy HH:MM:SS", "yyyymmddHHMMSS", "SS.MM.HH dd'x'mm'y'aaaa", "yy-mm-dd HH MM SS"} {
		l, err := readLayout(text)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 500 {
			at := day.Add(time.Duration(i) * (31*time.Hour + 7*time.Minute + 11*time.Second))
			got, err := h.timeParse(t.Context(), &parseArgs{Text: l.format(at), Layout: text})
			if err != nil || got != at.Format(time.RFC3339) {
				t.Fatalf("%s in %s is read as %s, %v", l.format(at), text, got, err)
			}
		}
	}
}

func FuzzLayout(f *testing.F) {
	f.Add("dd/mm/yyyy", "31/12/2026")
	f.Add("yyyy'T'mm'", "ç")
	f.Fuzz(func(t *testing.T, layout, text string) {
		h := &Host{Location: time.UTC}
		got, err := h.timeParse(t.Context(), &parseArgs{Text: text, Layout: layout})
		if err != nil {
			return
		}
		l, _ := readLayout(layout)
		at, _, err := h.moment(got)
		if err != nil || l.format(at) != text {
			t.Errorf("%q in %q is read as %s, %v", text, layout, got, err)
		}
	})
}
