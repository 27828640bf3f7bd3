package layout

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
)

// pageSurvey gathers what the letters of a file say of its code page.
type pageSurvey struct {
	declared Encoding
	lines    int // with letters beyond ASCII
	utf8     int // of those, lines that are Portuguese in UTF-8
	letters  int // bytes beyond ASCII between two letters
	odd      int // of those, bytes that are no letters in the declared page
	other    int // of those, bytes that are letters in the page that it might be instead
}

// enoughLines are as many as tell what a file is written in.
const enoughLines = 1000

// see looks at one line with something else than ASCII.
func (s *pageSurvey) see(line []byte) {
	p := pages[s.declared]
	if p == nil || s.lines >= enoughLines {
		return
	}
	if !slices.ContainsFunc(line, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return
	}
	s.lines++
	if portugueseUTF8(line) {
		s.utf8++
	}
	rival := pages[s.rival()]
	for i := 1; i+1 < len(line); i++ {
		if c := line[i]; c >= utf8.RuneSelf && isLetter(line[i-1]) && isLetter(line[i+1]) {
			s.letters++
			if !isWordLetter(p.letters[c]) {
				s.odd++
				if isWordLetter(rival.letters[c]) {
					s.other++
				}
			}
		}
	}
}

// rival is the code page that Brazilian files of the declared one are in by mistake.
func (s *pageSurvey) rival() Encoding {
	if s.declared == CP850 {
		return Windows1252
	}
	return CP850
}

// verdict is the error of a file that is surely in another code page: a wrong one is taken in without a word, and spoils every
// name.
func (s *pageSurvey) verdict() *message.Error {
	args := message.Args{"declared": s.declared.String(), "rival": s.rival().String()}
	switch {
	case s.lines > 0 && s.utf8 == s.lines:
		return message.New(codeEncoding, "layout.is_utf8", args)
	case s.odd > 0 && s.odd*2 > s.letters && s.other == s.odd:
		return message.New(codeEncoding, "layout.is_other", args)
	}
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf }

// isWordLetter says whether a letter beyond ASCII stands in Portuguese words.
func isWordLetter(r rune) bool {
	return strings.ContainsRune("áàâãéêíóôõúüçÁÀÂÃÉÊÍÓÔÕÚÜÇñÑ", r)
}

// portugueseUTF8 says whether a line is UTF-8 with nothing beyond ASCII but what Portuguese texts have: two letters of another
// page can be one in UTF-8 by chance.
func portugueseUTF8(line []byte) bool {
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		if r >= utf8.RuneSelf && !isWordLetter(r) && !strings.ContainsRune("ªº°–—‘’“”…€•", r) {
			return false
		}
		line = line[size:]
	}
	return true
}
