package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
)

const evil = "<script>alert('1')</script>&amp;\"><b>"

// evilResult is what became of a file in which every text means harm.
func evilResult() *Result {
	wrong := Wrong{layout.Problem{
		Line: 2, Column: 8, Record: evil, Field: evil, Value: evil, Err: message.New("txt.record", "exchange.script", message.Args{"reason": evil}),
	}, "000001 " + evil + " 10", 7}
	return &Result{
		File: evil, Into: evil, Verdict: Done, Run: evil, Started: time.Unix(0, 0), Rejected: 1, Skipped: map[string]int64{evil: 1},
		Tables: []loader.Count{{Table: evil, Inserted: 1}}, Problems: []Wrong{wrong}, More: 3, Rejects: evil,
	}
}

// pageOf is a page's text, and the names of its elements; every element that was opened is closed.
func pageOf(t *testing.T, page []byte) (text string, elements []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(page))
	d.AutoClose, d.Entity = []string{"meta"}, xml.HTMLEntity
	d.Strict = false
	depth := 0
	for {
		switch token, err := d.Token(); token := token.(type) {
		case xml.StartElement:
			depth++
			elements = append(elements, token.Name.Local)
		case xml.EndElement:
			depth--
		case xml.CharData:
			text += string(token)
		case nil:
			if !errors.Is(err, io.EOF) || depth != 0 {
				t.Fatalf("depth %d: %v\n%s", depth, err, page)
			}
			return text, elements
		}
	}
}

func TestAReportIsAPageWhateverStandsInTheFile(t *testing.T) {
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	usual := []string{"html", "head", "meta", "title", "style", "body", "h1", "p", "strong", "table", "tr", "th", "td", "h2", "ol", "li", "pre", "mark", "div"}
	for _, language := range []string{message.English, message.Portuguese} {
		if err := message.SetLanguage(language); err != nil {
			t.Fatal(err)
		}
		for _, verdict := range []Verdict{Done, Rejected} {
			r := evilResult()
			r.Verdict = verdict
			var page bytes.Buffer
			if err := r.HTML(&page); err != nil {
				t.Fatal(err)
			}
			text, elements := pageOf(t, page.Bytes())
			for _, name := range elements {
				if !slices.Contains(usual, name) {
					t.Errorf("%s: what stands in a file became <%s>", language, name)
				}
			}
			if n := strings.Count(text, evil); n < 8 || !strings.Contains(page.String(), `lang="`+language+`"`) {
				t.Errorf("%s %s: told %d times\n%s", language, verdict, n, text)
			}
		}
	}
}

func TestOfALineJustWhatIsWrongIsMarked(t *testing.T) {
	w := Wrong{layout.Problem{Line: 1, Value: "-0799", Err: message.New("txt.record", "exchange.repeated", message.Args{"line": 1})}, "Maçã -0799BEB", 5}
	if v := w.view(); v.Before != "Maçã " || v.Wrong != "-0799" || v.After != "BEB" {
		t.Errorf("%+v", v)
	}
	w.Value = "…0799"
	if v := w.view(); v.Before != "Maçã " || v.Wrong != "-0799BEB" || v.After != "" {
		t.Errorf("%+v", v)
	}
}

// An inbox takes files by their names, and under one number one content: what to do has to work there.
func TestWhatToDoIsWhatTheInboxTakes(t *testing.T) {
	for sequence, want := range map[string]string{"": "under the name PRECOS.TXT", "precos": "under a new number"} {
		r := &Result{File: "PRECOS.TXT", Sequence: sequence, Verdict: Done, Rejects: "/entrada/PRECOS.TXT.rejects.txt"}
		if got := r.toDo(); !strings.Contains(got, want) || !strings.Contains(got, "in PRECOS.TXT.rejects.txt,") {
			t.Error(got)
		}
	}
}
