package config

import (
	"iter"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// Mistake is one thing wrong in a configuration file.
type Mistake = document.Mistake

// Mistakes are all that is wrong in a configuration, by file and line.
type Mistakes = document.Mistakes

// reader reads the tables of one document.
type reader struct{ *document.Reader }

// table is one of them, with the values that only a configuration has.
type table struct{ *document.Table }

func (r *reader) root() *table { return &table{r.Root()} }

func (t *table) in(key string, values map[string]any) *table {
	return &table{t.Table.Table(key, values)}
}

func (t *table) sub(name string) (*table, bool) {
	in, ok := t.Sub(name)
	return &table{in}, ok
}

// named are the tables within a table of tables, by name in the order of the file: [database.loja], [database.pdv].
func (t *table) named(name string) iter.Seq2[string, *table] {
	all, _ := t.sub(name)
	return func(yield func(string, *table) bool) {
		for _, one := range all.InOrder() {
			sub, ok := all.sub(one)
			if !ok {
				continue
			}
			all.CheckName(all.Key(one), one)
			if !yield(one, sub) {
				return
			}
		}
	}
}

// array are the elements of an array of tables, [[cron]], in no other form: a reseller's are laid under them one by one.
func (t *table) array(name string) []*table {
	if value, ok := t.Values[name].([]any); ok {
		t.Get(name)
		t.Bad(name, message.New("option.type", "document.want_tables", message.Args{"value": document.Short(value), "name": name}))
		return nil
	}
	var tables []*table
	for _, in := range t.Array(name) {
		tables = append(tables, &table{in})
	}
	return tables
}

// secretLine is what is told of a line that is no TOML and may hold a password, a token or a key.
func secretLine(key string) *message.Error {
	switch {
	case strings.HasSuffix(key, "password"):
		return message.New("option.syntax", "config.syntax_password", nil)
	case strings.HasPrefix(key, "notify.") && strings.HasSuffix(key, ".url"):
		return message.New("option.syntax", "config.syntax_url", nil)
	case strings.HasPrefix(key, "encryption."):
		return message.New("option.syntax", "config.syntax_recipients", nil) // it may be the secret key by mistake
	}
	return nil
}

func parse(file string, data []byte) (*document.Document, Mistakes, bool) {
	return document.Parse(file, data, secretLine)
}
