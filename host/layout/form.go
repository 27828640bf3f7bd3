package layout

import (
	"strings"
	"unicode/utf8"
)

// Form is how a date or a time is written: "ddmmyyyy", "dd/mm/aaaa HH:MM", "HHMMSScc". Every word of it stands for so many
// digits: dd, mm, yyyy or yy (in Portuguese also aaaa and aa), HH, MM, SS, cc for hundredths of a second; other letters stand
// between ' '.
type Form struct {
	parts  []formPart
	length int
	words  map[word]bool
	digits []digits
	signs  []formPart
}

// digits are where a word's digits stand.
type digits struct {
	word     word
	at, many int
}

type formPart struct {
	word word
	text string // what stands for itself, where word is literal
	at   int
}

type word uint8

const (
	literal word = iota
	year
	shortYear
	month
	day
	hour
	minute
	second
	hundredth
)

var formWords = []struct {
	written string
	word    word
}{
	{"yyyy", year}, {"aaaa", year}, {"yy", shortYear}, {"aa", shortYear}, {"mm", month}, {"dd", day},
	{"HH", hour}, {"MM", minute}, {"SS", second}, {"cc", hundredth},
}

// ReadForm understands a form; false where it has a letter that is no word of it, a word twice, or nothing.
func ReadForm(text string) (*Form, bool) {
	f := &Form{words: map[word]bool{}}
	for rest := text; rest != ""; {
		part, length, ok := firstPart(rest)
		if !ok || part.word != literal && f.words[part.word] {
			return nil, false
		}
		part.at = f.length
		f.parts, rest = append(f.parts, part), rest[length:]
		if part.word == literal {
			f.signs = append(f.signs, part)
			f.length += len(part.text)
			continue
		}
		f.words[part.word] = true
		f.digits = append(f.digits, digits{part.word, part.at, length})
		f.length += length
	}
	twoYears := f.words[year] && f.words[shortYear]
	return f, len(f.parts) > 0 && !twoYears
}

func firstPart(rest string) (part formPart, length int, ok bool) {
	for _, known := range formWords {
		if strings.HasPrefix(rest, known.written) {
			return formPart{word: known.word}, len(known.written), true
		}
	}
	if quoted, ok := strings.CutPrefix(rest, "'"); ok {
		text, _, closed := strings.Cut(quoted, "'")
		return formPart{text: text}, len(text) + 2, closed
	}
	r, size := utf8.DecodeRuneInString(rest)
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf
	return formPart{text: rest[:size]}, size, !letter
}

// Day says whether the form has a whole date, Clock whether it has a time.
func (f *Form) Day() bool {
	return (f.words[year] || f.words[shortYear]) && f.words[month] && f.words[day]
}

// Clock says whether the form has an hour.
func (f *Form) Clock() bool { return f.words[hour] }

// Length is how many bytes a date takes in this form.
func (f *Form) Length() int { return f.length }

// Parts are the numbers of a date or time.
type Parts struct{ Year, Month, Day, Hour, Minute, Second, Hundredth int }

// century is what two digits of a year mean: 69 to 99 are of the last one.
func century(short int) int {
	if short >= 69 {
		return 1900 + short
	}
	return 2000 + short
}

// Read reads what is written in this form; false where something else stands there. The numbers are as they stand, whether
// there is such a day or not.
func (f *Form) Read(text []byte) (p Parts, ok bool) {
	if len(text) != f.length {
		return p, false
	}
	for i := range f.signs {
		if sign := &f.signs[i]; string(text[sign.at:sign.at+len(sign.text)]) != sign.text {
			return p, false
		}
	}
	for i := range f.digits {
		d := &f.digits[i]
		n := 0
		for _, c := range text[d.at : d.at+d.many] {
			digit := int(c - '0')
			if digit > 9 {
				return p, false
			}
			n = n*10 + digit
		}
		switch d.word {
		case year:
			p.Year = n
		case shortYear:
			p.Year = century(n)
		case month:
			p.Month = n
		case day:
			p.Day = n
		case hour:
			p.Hour = n
		case minute:
			p.Minute = n
		case second:
			p.Second = n
		case hundredth:
			p.Hundredth = n
		}
	}
	return p, true
}

// Append writes a date or time in this form.
func (f *Form) Append(to []byte, p Parts) []byte {
	for _, part := range f.parts {
		switch part.word {
		case literal:
			to = append(to, part.text...)
		case year:
			to = appendPadded(to, int64(p.Year), 4)
		case shortYear:
			to = appendPadded(to, int64(p.Year%100), 2)
		case month:
			to = appendPadded(to, int64(p.Month), 2)
		case day:
			to = appendPadded(to, int64(p.Day), 2)
		case hour:
			to = appendPadded(to, int64(p.Hour), 2)
		case minute:
			to = appendPadded(to, int64(p.Minute), 2)
		case second:
			to = appendPadded(to, int64(p.Second), 2)
		case hundredth:
			to = appendPadded(to, int64(p.Hundredth), 2)
		}
	}
	return to
}

// appendPadded appends a number with zeros before it.
func appendPadded(to []byte, n int64, width int) []byte {
	from := len(to)
	for range width {
		to = append(to, '0')
	}
	for i := len(to) - 1; i >= from && n > 0; i-- {
		to[i] = byte('0' + n%10)
		n /= 10
	}
	return to
}

var monthDays = [...]int{1: 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// IsDay says whether there is such a day.
func (p Parts) IsDay() bool {
	if p.Year < 1 || p.Month < 1 || p.Month > 12 || p.Day < 1 {
		return false
	}
	days := monthDays[p.Month]
	if p.Month == 2 && p.Year%4 == 0 && (p.Year%100 != 0 || p.Year%400 == 0) {
		days = 29
	}
	return p.Day <= days
}

// IsClock says whether there is such a time.
func (p Parts) IsClock() bool { return p.Hour < 24 && p.Minute < 60 && p.Second < 60 }

// number is the day, the time, or both, as Value has it.
func (p Parts) number(kind Kind) int64 {
	date := int64(p.Year)*10000 + int64(p.Month)*100 + int64(p.Day)
	if kind == Day {
		return date
	}
	clock := int64(p.Hour)*100000000 + int64(p.Minute)*1000000 + int64(p.Second)*10000 + int64(p.Hundredth)*100
	if kind == Clock {
		return clock
	}
	return date*clockRoom + clock
}
