package layout

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Guess is one layout that a file may be of, and why.
type Guess struct {
	Layout   *Layout
	Encoding Encoding // in which it was read
	// Fit is how many of the lines that were looked at are as the layout says.
	Fit, Lines int
	Named      bool // the file is called as such files are
	Strict     int  // fields that not every text would fit
	// First is what is wrong with the first line that does not fit.
	First *Problem
}

// Page is what a file's letters say of its code page.
type Page struct {
	Encoding Encoding
	Reason   string // a sentence
	Sure     bool
}

// SampleBytes is how much of a file is looked at.
const SampleBytes = 1 << 20

// Sample is as much of a file as a guess looks at, whole lines only.
func Sample(head []byte) []byte {
	if len(head) <= SampleBytes {
		return head
	}
	head = head[:SampleBytes]
	if at := bytes.LastIndexByte(head, '\n'); at > 0 {
		return head[:at+1]
	}
	return head
}

// GuessPage tells the code page of a file by its letters. ok is false for a file that is no text at all.
func GuessPage(sample []byte) (p Page, ok bool) {
	say := func(e Encoding, key string, sure bool) (Page, bool) {
		args := message.Args{"encoding": e.String()}
		return Page{e, message.Text(key, args), sure}, true
	}
	switch {
	case isUTF16(sample):
		return Page{Reason: message.Text("layout.page_utf16", nil)}, false
	case bytes.IndexByte(sample, 0) >= 0:
		return Page{Reason: message.Text("layout.page_nul", nil)}, false
	case bytes.HasPrefix(sample, markUTF8):
		return say(UTF8BOM, "layout.page_mark", true)
	case !slices.ContainsFunc(sample, func(c byte) bool { return c >= 0x80 }):
		return say(Windows1252, "layout.page_ascii", false)
	case portugueseUTF8(sample):
		return say(UTF8, "layout.page_utf8", true)
	}
	best, most := Windows1252, -1
	for _, e := range []Encoding{Windows1252, CP850} {
		if n := e.wordLetters(sample); n > most {
			best, most = e, n
		}
	}
	return say(best, "layout.page_letters", true)
}

// wordLetters are the letters beyond ASCII that stand in Portuguese words, less those signs that stand within words and are
// none.
func (e Encoding) wordLetters(sample []byte) (n int) {
	for i := 1; i+1 < len(sample); i++ {
		if c := sample[i]; c >= 0x80 && (isLetter(sample[i-1]) || isLetter(sample[i+1])) {
			if isWordLetter(pages[e].letters[c]) {
				n++
			} else {
				n--
			}
		}
	}
	return n
}

// Guesses are the layouts that a file of that name may be of, the likeliest first: those that at least half of its lines fit, in
// more than mere texts, and those whose files are called so and which know some of its lines.
func Guesses(name string, sample []byte, known []*Layout) []Guess {
	p, ok := GuessPage(sample)
	if !ok {
		return nil
	}
	var all []Guess
	for _, l := range known {
		if g, ok := guess(name, sample, l, p); ok {
			all = append(all, g)
		}
	}
	slices.SortStableFunc(all, func(a, b Guess) int {
		return cmp.Or(
			cmp.Compare(b.Fit*a.Lines, a.Fit*b.Lines), -compareFlags(a.Named, b.Named), cmp.Compare(b.Strict, a.Strict), strings.Compare(a.Layout.Name, b.Layout.Name),
		)
	})
	return all
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func guess(name string, sample []byte, l *Layout, p Page) (Guess, bool) {
	tried := *l
	if p.Sure {
		tried.Encoding = p.Encoding
	}
	g := Guess{Layout: l, Encoding: tried.Encoding, Named: l.IsNamed(name)}
	c, err := NewCodec(&tried)
	if err != nil {
		return g, false
	}
	r := c.NewReader(bytes.NewReader(sample))
	known := 0
	for r.Next() {
		line := r.Line()
		g.Lines++
		if line.Record >= 0 {
			known++
		}
		if len(line.Problems) == 0 {
			g.Fit++
			g.Strict += c.strict(line)
		} else if g.First == nil {
			first := line.Problems[0]
			g.First = &first
		}
	}
	if g.Fit > 0 {
		g.Strict /= g.Fit
	}
	likely := g.Fit*2 >= g.Lines && g.Strict > 0 || g.Named && known > 0
	return g, r.Err() == nil && g.Lines > 0 && likely
}

// strict is how many of a line's fields say that it is of this layout: a word would not fit into them.
func (c *Codec) strict(line *Line) (n int) {
	for i := range line.Values {
		if cell := &c.records[line.Record].cells[i]; line.Values[i].Kind != Null && (cell.op != readsText || cell.tag != nil) {
			n++
		}
	}
	return n
}

// IsNamed says whether files of the layout are called so: "PRODUTO.TXT", or "{number:8}.djp" for eight digits.
func (l *Layout) IsNamed(name string) bool {
	name = strings.ToUpper(path.Base(strings.ReplaceAll(name, `\`, "/")))
	for _, pattern := range l.Files {
		pattern = strings.ToUpper(pattern)
		for from := strings.IndexByte(pattern, '{'); from >= 0; from = strings.IndexByte(pattern, '{') {
			to := strings.IndexByte(pattern[from:], '}')
			if to < 0 {
				break
			}
			pattern = pattern[:from] + "*" + pattern[from+to+1:]
		}
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}
