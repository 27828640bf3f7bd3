package retention

import "github.com/djscript/djscript/host/message"

// Reason is why a copy is kept or dropped.
type Reason struct {
	Key  string // of the sentence; "" where a script said it in its own words
	Args message.Args
}

// Said is a reason in a script's own words.
func Said(text string) Reason { return Reason{Args: message.Args{"text": text}} }

// String is the sentence in the current language.
func (r Reason) String() string {
	if r.Key == "" {
		text, _ := r.Args["text"].(string)
		return text
	}
	return message.Text(r.Key, r.Args)
}

// sentences are the reasons of one plan, each made once: a million copies that stay for one reason share it.
type sentences map[sentence]Reason

// sentence is what tells one reason from another: its key and the only thing that it names.
type sentence struct {
	key   string
	value any // a string or an int
}

// of gives the sentence that names a value; name is "" where it names none.
func (s sentences) of(key, name string, value any) Reason {
	id := sentence{key, value}
	r, ok := s[id]
	if !ok {
		r = Reason{Key: key}
		if name != "" {
			r.Args = message.Args{name: value}
		}
		s[id] = r
	}
	return r
}
