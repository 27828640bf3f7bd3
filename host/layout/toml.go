package layout

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// FromTOML reads a layout, and tells all that is wrong with it. Its name, and its version where there are several, are
// those of the file: NAME.toml, NAME@VERSION.toml.
func FromTOML(file string, data []byte) (*Layout, document.Mistakes) {
	doc, mistakes, ok := document.Parse(file, data, nil)
	if !ok {
		return nil, mistakes
	}
	r := &reading{Reader: document.NewReader(doc, mistakes), layout: &Layout{}}
	r.read(r.Root())
	r.Known()
	if len(r.Mistakes) > 0 {
		return nil, r.Mistakes.Sorted()
	}
	return r.layout, nil
}

// reading is a layout while it is read. What depends on a setting that is wrong is not held against it.
type reading struct {
	*document.Reader
	layout  *Layout
	records []recordTable // of the layout's records, in their order
}

type recordTable struct {
	*document.Table
	fields []*document.Table
	mark   map[spot]string // what a line of the record is known by
}

// mostRecords is more types of records than any file has.
const mostRecords = 200

const (
	codeValue   = "option.value"
	codeMissing = "option.missing"
	codeType    = "option.type"
)

// bad is a value that will not do, told by the sentence of that key.
func bad(key string, args message.Args) *message.Error { return message.New(codeValue, key, args) }

func (r *reading) read(t *document.Table) {
	l := r.layout
	t.Require("title", "origin", "encoding", "record")
	r.name(t)
	l.Title = words(t, "title")
	l.Origin = Origin(t.OneOf("origin", string(Published), string(Read), string(Ours)))
	l.Source = t.Words("source")
	if l.Origin != "" && l.Origin != Ours && !t.Has("source") {
		t.Bad("source", message.New(codeMissing, "layout.toml_source", message.Args{"origin": string(l.Origin)}))
	}
	l.Files = fileNames(t)
	l.Default, l.Ordered, l.Fold = t.Flag("default"), t.Flag("ordered"), t.Flag("fold")
	l.Encoding, _ = EncodingOf(t.OneOf("encoding", EncodingNames()...))
	l.Newline = map[string]string{"": "\r\n", "crlf": "\r\n", "lf": "\n"}[t.OneOf("newline", "crlf", "lf")]
	l.MaxLine = size(t, "max_line")
	r.separators(t)
	records := t.Array("record")
	if n := len(records); n > mostRecords {
		t.Bad("record", bad("layout.toml_range", message.Args{"value": n, "least": 1, "most": mostRecords}))
		records = records[:mostRecords]
	}
	for _, in := range records {
		r.record(in)
	}
	r.relations()
	t.Close()
}

var versionShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,15}$`)

// name is the layout's name and version, from the file's name; a file without one may have the version in it.
func (r *reading) name(t *document.Table) {
	l := r.layout
	l.Name, l.Version = nameOf(t.File)
	t.CheckName("", l.Name)
	version := t.Words("version")
	switch {
	case l.Version != "" && version != "" && version != l.Version:
		t.Bad("version", bad("layout.toml_version", message.Args{"file": l.Version}))
	case l.Version == "":
		l.Version = version
	}
	if l.Version != "" && !versionShape.MatchString(l.Version) {
		t.Bad("version", bad("layout.toml_version_name", message.Args{"version": document.Clip(l.Version)}))
	}
	l.Also = t.Texts("also")
	for i, one := range l.Also {
		switch {
		case !versionShape.MatchString(one):
			t.BadElement("also", i, bad("layout.toml_version_name", message.Args{"version": document.Clip(one)}))
		case one == l.Version || slices.Contains(l.Also[:i], one):
			t.BadElement("also", i, bad("document.repeated", message.Args{"name": one}))
		}
	}
	if t.Has("also") && l.Version == "" {
		t.Bad("also", message.New(codeMissing, "layout.toml_alone", message.Args{"key": "version"}))
	}
}

func nameOf(file string) (name, version string) {
	base := file[strings.LastIndexAny(file, `/\`)+1:]
	name, version, _ = strings.Cut(strings.TrimSuffix(base, ".toml"), "@")
	return name, version
}

// words are a text in each language, or one for all.
func words(t *document.Table, name string) Words {
	value, ok := t.Get(name)
	if !ok {
		return nil
	}
	switch value := value.(type) {
	case string:
		text := t.Words(name)
		return Words{message.Portuguese: text, message.English: text}
	case map[string]any:
		in := t.Table(t.Key(name), value)
		defer in.Close()
		all := Words{}
		for _, language := range []string{message.Portuguese, message.English} {
			in.Require(language)
			all[language] = in.Words(language)
		}
		return all
	}
	t.Bad(name, document.Mistyped("layout.toml_words", value))
	return nil
}

// Files are named by what follows from a sequence's number, too: "{number:8}.djp".
var fileShape = regexp.MustCompile(`^([^<>:"/\\|?{}]|\{number(:[1-9])?\})+$`)

func fileNames(t *document.Table) []string {
	t.Filled("files")
	all := t.Texts("files")
	for i, name := range all {
		if name != "" && !fileShape.MatchString(name) {
			t.BadElement("files", i, bad("layout.toml_file", message.Args{"name": document.Clip(name)}))
		}
	}
	return all
}

var sizeShape = regexp.MustCompile(`^([1-9]\d{0,3}) ?([kM])B$`)

// size is "64kB", "1MB", up to a gigabyte.
func size(t *document.Table, name string) int {
	text, ok := t.Text(name)
	if !ok {
		return 0
	}
	found := sizeShape.FindStringSubmatch(text)
	if found == nil {
		t.Bad(name, bad("layout.toml_size", message.Args{"value": document.Clip(text)}))
		return 0
	}
	n, _ := strconv.Atoi(found[1])
	return n << map[string]int{"k": 10, "M": 20}[found[2]]
}

// separators are what stands between the parts of a line, and around them.
func (r *reading) separators(t *document.Table) {
	l := r.layout
	text, ok := t.Text("separator")
	if ok && (text == "" || strings.ContainsAny(text, "\r\n\"' ") || strings.ContainsFunc(text, wordLetter)) {
		t.Bad("separator", bad("layout.toml_separator", message.Args{"value": document.Short(text)}))
	}
	l.Separator = text
	l.Leading = t.Flag("leading")
	l.Trailing = Trailing(t.OneOf("trailing", string(Never), string(Always), string(Optional)))
	if l.Trailing == "" && ok {
		l.Trailing = Never
	}
	if quote := t.OneOf("quote", `"`, `'`); quote != "" {
		l.Quote = quote[0]
	}
	for _, name := range []string{"leading", "trailing", "quote"} {
		if t.Has(name) && !t.Has("separator") {
			t.Bad(name, message.New(codeMissing, "layout.toml_alone", message.Args{"key": "separator"}))
		}
	}
}

func wordLetter(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// encode is a text as it stands in a file of the layout; false where its code page lacks a letter of it, which is told.
func (r *reading) encode(t *document.Table, name, text string) ([]byte, bool) {
	to, lacks := r.layout.Encoding.Append(nil, []byte(text), UTF8, false)
	if lacks != 0 {
		t.Bad(name, bad("layout.toml_letter", message.Args{"letter": string(lacks), "encoding": r.layout.Encoding.String()}))
	}
	return to, lacks == 0
}
