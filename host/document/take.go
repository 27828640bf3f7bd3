package document

import "strings"

// Take puts the value at the key from of another document, and where it stands there, at the key path of this one: into mine,
// the table there, under its name. Values are taken from one other document only.
func (doc *Document) Take(under *Document, path, from string, mine map[string]any, name string, value any) {
	mine[name] = value
	doc.under = under.File
	for place, line := range under.lines.found {
		if rest, ok := inside(place, from); ok {
			doc.lines.found[path+rest] = line
			doc.lines.files[path+rest] = under.File
		}
	}
	for place := range under.broken {
		if rest, ok := inside(place, from); ok {
			doc.broken[path+rest] = true
		}
	}
}

// inside is what follows a path in the key of something at it or within it.
func inside(place, path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(place, path)
	return rest, ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
