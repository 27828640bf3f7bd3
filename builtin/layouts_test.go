package builtin

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/layout"
)

func layouts(t *testing.T) []*layout.Layout {
	t.Helper()
	folder, err := fs.Sub(Files, "layouts")
	if err != nil {
		t.Fatal(err)
	}
	set, mistakes := layout.Load(layout.Layer{Files: folder, Where: "builtin/layouts/"})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return set.All()
}

// What the tables that the layouts were taken from add up to: of each record the bytes of its part of fixed width, the parts
// that separators make, and the fields.
var totals = map[string]string{
	"allegus-contas-a-pagar": "DOCUMENTO 0/28/28", "allegus-produto": "PRODUTO 0/31/31", "alterdata-004": "004 78/1/6",
	"dj-autoriza": "AUTORIZA 271/1/7", "dj-kit": "KIT 54/1/6", "dj-transpor": "TRANSPOR 448/1/13",
	"dj-cliente": "CLIENTE 509/1/18", "dj-produto": "PRODUTO 260/1/20",
	"dj-pre-venda": "PRE 0/14/14 PIT 0/48/48", "dj-dav": "DAV 0/15/15 DIT 0/48/48",
	"dj-movimento":    "INI 0/7/7 ECF 0/5/5 TUR 0/11/11 DOC 0/14/14 TEF 0/10/10 CAT 0/10/10 DCH 0/9/9 DCL 0/11/11 DEN 0/14/14 DFE 0/5/5",
	"filizola-cadtxt": "CADTXT 169/1/7", "filizola-nutri": "NUTRI 131/1/22", "filizola-rec-ass": "REC_ASS 865/1/5", "filizola-setortxt": "SETORTXT 25/1/4",
	"quarta-f022":     "LANCAMENTO 100/1/5",
	"sintegra":        "10 126/1/12 11 126/1/8 50 126/1/17 51 126/1/14 53 126/1/16 54 126/1/16 60M 126/1/12 60A 126/1/6 60D 126/1/10 70 126/1/17 71 126/1/18 74 126/1/10 75 126/1/11 90 126/1/23",
	"syspdv-sysppro":  "PRODUTO 648/1/91",
	"syspdv-syspcli":  "CLIENTE 1110/1/40",
	"syspdv-syspadm":  "LINHA 37/1/2",
	"syspdv-sysppdcn": "LINHA 48/1/7", "syspdv-syspaplic": "LINHA 104/1/2", "syspdv-syspcar": "LINHA 88/1/6", "syspdv-syspfab": "LINHA 34/1/2",
	"syspdv-syspimppro": "LINHA 17/1/3", "syspdv-syspppl": "01 108/1/10 02 22/1/3", "syspdv-syspprofor": "LINHA 51/1/6", "syspdv-syspprp": "LINHA 78/1/8",
	"syspdv-syspram": "LINHA 23/1/2", "syspdv-syspsbg": "LINHA 46/1/6", "syspdv-syspsec": "LINHA 32/1/2", "syspdv-syspser": "LINHA 42/1/3", "syspdv-sysptxa": "LINHA 20/1/3",
	"toledo-depto": "DEPTO 42/1/2", "toledo-fracionador": "TEXTO 272/1/5", "toledo-itensmgv@1": "ITEM 113/1/16", "toledo-itensmgv@2": "ITEM 150/1/23",
	"toledo-itensmgv@7": "ITEM 156/7/38", "toledo-tara": "TARA 30/1/3", "toledo-txforn": "TEXTO 384/1/7", "toledo-txinfo": "INFO 946/1/3",
	"toledo-txitens": "ITEM 320/1/8", "toledo-txteclas": "OBS 105/1/3 TECLA 291/1/7",
	"totvs-moda-edi": "0000 83/1/5 0100 54/1/3 0200 50/1/3 0210 17/1/3", "totvs-rm-h@11": "H 116/1/9", "totvs-rm-h@11.82": "H 122/1/9",
	"urano-produtos": "PRODUTO 43/1/7",
}

func TestTheLayoutsThatShipAddUpToWhatIsPublished(t *testing.T) {
	var seen []string
	for _, l := range layouts(t) {
		name := l.Name
		if l.Version != "" {
			name += "@" + l.Version
		}
		seen = append(seen, name)
		var records []string
		for _, r := range l.Records {
			width, parts := 0, 0
			for _, f := range r.Fields {
				if parts = max(parts, f.Part); f.Part == 1 {
					width = max(width, f.Last)
				}
			}
			records = append(records, fmt.Sprintf("%s %d/%d/%d", r.Name, width, parts, len(r.Fields)))
		}
		if got := strings.Join(records, " "); got != totals[name] {
			t.Errorf("%s is %s, want %s", name, got, totals[name])
		}
	}
	for name := range totals {
		if !slices.Contains(seen, name) {
			t.Errorf("%s does not ship", name)
		}
	}
}

// The fields of a record of fixed width stand one right after the other in every table that was published.
func TestTheLayoutsThatShipHaveNoGaps(t *testing.T) {
	for _, l := range layouts(t) {
		for _, r := range l.Records {
			last := map[int]int{}
			for _, f := range r.Fields {
				if f.First > 0 && f.First != last[f.Part]+1 {
					t.Errorf("%s %s: before %s is a gap", l.Name, r.Name, f.Name)
				}
				last[f.Part] = f.Last
			}
		}
	}
}

func TestALayoutThatIsOursSaysSo(t *testing.T) {
	for _, l := range layouts(t) {
		ours := strings.Contains(l.Title["en"], "(ours)") && (strings.Contains(l.Title["pt-BR"], "(nossa)") || strings.Contains(l.Title["pt-BR"], "(nosso)"))
		if ours != (l.Origin == layout.Ours) || l.Origin == layout.Ours && l.Source != "" {
			t.Errorf("%s: %s, %v", l.Name, l.Origin, l.Title)
		}
		if _, err := layout.NewCodec(l); err != nil {
			t.Errorf("%s: %v", l.Name, err)
		}
	}
}
