package document

import (
	"regexp"

	"github.com/djscript/djscript/host/message"
)

// tomlTexts are what the reader of TOML says of the slips that people make, and what they are told instead.
var tomlTexts = []struct {
	text *regexp.Regexp
	say  func(args message.Args) string
}{
	{regexp.MustCompile(`^expected a comma \(','\) or array terminator \('\]'\), but got (?P<got>.*)$`), func(a message.Args) string { return message.Text("document.toml_list", a) }},
	{regexp.MustCompile(`^expected a comma or an inline table terminator '}', but got (?P<got>.*) instead$`), func(a message.Args) string { return message.Text("document.toml_table", a) }},
	{regexp.MustCompile(`^expected value but found (?P<got>.*) instead$`), func(a message.Args) string { return message.Text("document.toml_value", a) }},
	{regexp.MustCompile(`^unexpected EOF; expected value$`), func(a message.Args) string { return message.Text("document.toml_no_value", a) }},
	{regexp.MustCompile(`^expected a top-level item to end with .*, but got (?P<got>.*) instead$`), func(a message.Args) string { return message.Text("document.toml_rest", a) }},
	{regexp.MustCompile(`^expected '\.' or '=', but got (?P<got>.*) instead$`), func(a message.Args) string { return message.Text("document.toml_equals", a) }},
	{regexp.MustCompile(`^unexpected EOF; expected ["']|^strings cannot contain newlines$`), func(a message.Args) string { return message.Text("document.toml_quote", a) }},
	{regexp.MustCompile(`^expected (?:end of table array name delimiter '\]'|'\.' or '\]' to end table name), but got (?P<got>.*) instead$`), func(a message.Args) string { return message.Text("document.toml_header", a) }},
	{regexp.MustCompile(`table names cannot be empty`), func(a message.Args) string { return message.Text("document.toml_nameless", a) }},
	{regexp.MustCompile(`^unexpected '[=.]'`), func(a message.Args) string { return message.Text("document.toml_keyless", a) }},
	{regexp.MustCompile(`^unexpected comma$`), func(a message.Args) string { return message.Text("document.toml_comma", a) }},
	{regexp.MustCompile(`^(?:invalid float: |Invalid integer |Invalid float |expected a digit but got )(?P<got>['"][^'"]*['"])`), func(a message.Args) string { return message.Text("document.toml_number", a) }},
	{regexp.MustCompile(`^invalid datetime: (?P<got>.*)$`), func(a message.Args) string { return message.Text("document.toml_date", a) }},
	{regexp.MustCompile(`^unexpected EOF`), func(a message.Args) string { return message.Text("document.toml_end", a) }},
}

// plainly is what the reader of TOML says, in the reader's own words.
func plainly(detail string) string {
	for _, known := range tomlTexts {
		found := known.text.FindStringSubmatch(detail)
		if found == nil {
			continue
		}
		args := message.Args{}
		if n := known.text.SubexpIndex("got"); n > 0 {
			args["got"] = found[n]
		}
		return known.say(args)
	}
	return detail
}
