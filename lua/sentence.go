package lua

import (
	"fmt"
	"strings"
)

// Say puts a sentence into the reader's language: the one of that key, its places filled from args. A key that has
// no sentence is given back as it is. A key followed by ".hint" is the cure.
type Say func(key string, args map[string]any) string

// english holds every sentence of this package, so that it speaks without a host. The tests hold it equal to the
// English catalogue.
var english = map[string]string{
	"lua.too_long":            "the script has {{.bytes}} bytes; at most {{.most}} are read",
	"lua.too_long.hint":       "split it, or move its data to a file of its own",
	"lua.binary":              "this is a compiled or binary file, not the text of a script",
	"lua.binary.hint":         "give the .lua file as it was written",
	"lua.too_deep":            "more than {{.most}} brackets and blocks are open at once",
	"lua.too_deep.hint":       "split the expression, or move part of it to a function",
	"lua.too_many":            "more than {{.most}} operators in one expression",
	"lua.too_many.hint":       "work it out in several steps, each into a local",
	"lua.unclosed":            "\"{{.opener}}\" opened at line {{.line}} is never closed",
	"lua.unclosed.hint":       "write the missing \"{{.closer}}\"",
	"lua.unexpected":          "\"{{.near}}\" was not expected here",
	"lua.unexpected.hint":     "look at what stands just before it: a comma, an \"end\" or a quote may be missing, or be one too many",
	"lua.ends":                "the script ends in the middle of a statement",
	"lua.ends.hint":           "finish the last statement",
	"lua.text_open":           "this text has no closing quote",
	"lua.text_open.hint":      "close it on the same line; long texts stand between [[ and ]]",
	"lua.number":              "{{.near}} is no number",
	"lua.number.hint":         "write 1234.56: a dot for the decimals and nothing between thousands",
	"lua.compile":             "the script can not be compiled: {{.text}}",
	"lua.compile.hint":        "mend that line",
	"lua.undefined":           "undefined name \"{{.name}}\"",
	"lua.undefined.hint":      "declare it with local, or look at how it is spelt",
	"lua.undeclared":          "\"{{.name}}\" is assigned but was never declared",
	"lua.undeclared.hint":     "write local {{.name}} = ...",
	"lua.frozen":              "\"{{.name}}\" can not be changed",
	"lua.frozen.hint":         "keep your own value in a local variable",
	"lua.unknown":             "{{.module}} has nothing called \"{{.name}}\"",
	"lua.unknown.hint":        "it has: {{.known}}",
	"lua.near":                "did you mean \"{{.near}}\"?",
	"lua.option_unknown":      "unknown option \"{{.option}}\"",
	"lua.option_unknown.hint": "the options are: {{.known}}",
	"lua.option_type":         "\"{{.option}}\" must be {{.want}}, but it is {{.got}}",
	"lua.option_type.hint":    "give it as {{.want}}",
	"lua.option_missing":      "\"{{.option}}\" is missing",
	"lua.option_missing.hint": "give it as {{.want}}",
	"lua.option_value":        "\"{{.option}}\" can not be {{.got}}",
	"lua.option_value.hint":   "it may be {{.want}}",
	"lua.option_refused":      "\"{{.option}}\" can not be {{.got}}: {{.text}}",
	"lua.option_refused.hint": "it may be {{.want}}",
	"lua.options_wanted":      "the options must be one table, but they are {{.got}}",
	"lua.options_wanted.hint": "write {{.op}}{ name = value }",
	"lua.unit":                "\"{{.option}}\" is the bare number {{.got}}, which has no unit",
	"lua.unit.hint":           "write {{.want}}",
	"lua.arg_count":           "too many arguments: {{.got}} were given, {{.most}} are taken",
	"lua.arg_count.hint":      "it is called as {{.usage}}",
	"lua.result":              "its result can not be given to the script: {{.text}}",
	"lua.result.hint":         "this is a fault of the program, not of the script; please report it",
	"lua.steps":               "the script was stopped after {{.steps}} steps",
	"lua.steps.hint":          "look for a loop that never ends, or raise steps under [limits]",
	"lua.timeout":             "the script was stopped: its time is over",
	"lua.timeout.hint":        "see what took so long in the journal, or give it more time",
	"lua.cancelled":           "the script was stopped",
	"lua.cancelled.hint":      "run it again when nothing stops it",
	"lua.text_limit":          "a text of {{.bytes}} bytes is too long; at most {{.most}} fit in one",
	"lua.text_limit.hint":     "work piece by piece, or write to a file",
	"lua.panic":               "internal fault: {{.text}}",
	"lua.panic.hint":          "this is a fault of the program, not of the script; please report it",
	"lua.bad_argument":        "argument {{.position}} of {{.op}} must be {{.want}}, but it is {{.got}}",
	"lua.bad_argument.hint":   "give it as {{.want}}",
	"lua.not_a_number":        "\"{{.text}}\" is no number, so nothing can be calculated with it",
	"lua.not_a_number.hint":   "turn it into a number with tonumber first, and handle nil",
	"lua.arithmetic":          "can not calculate with {{.left}} and {{.right}}",
	"lua.arithmetic.hint":     "look at where these values come from; one was never set, or is no number",
	"lua.join":                "can not join {{.got}} to a text",
	"lua.join.hint":           "use tostring(value), or see why it was never set",
	"lua.compare":             "can not compare {{.left}} with {{.right}}",
	"lua.compare.hint":        "both must be numbers, or both texts",
	"lua.index":               "can not look up \"{{.name}}\" in {{.got}}",
	"lua.index.hint":          "the value before the dot or bracket was never set, or is no table",
	"lua.call":                "\"{{.name}}\" is no function",
	"lua.call.hint":           "look at how it is spelt",
	"lua.overflow":            "too many calls within calls",
	"lua.overflow.hint":       "look for a function that calls itself without end",
	"lua.format":              "%{{.option}} in string.format: {{.text}}",
	"lua.format.hint":         "give one value of the right kind for each %",
	"lua.format_unknown":      "there is no such form",
	"lua.format_missing":      "its value is missing",
	"lua.format_whole":        "it takes a whole number; use %.0f, or math.floor first",
	"lua.pattern":             "the pattern {{.pattern}} can not be used: {{.text}}",
	"lua.pattern.hint":        "look at its brackets and percent signs; find(text, word, 1, true) looks for plain words",
	"lua.nothing":             "nothing",
	"lua.a_value":             "a value",
	"lua.a_text":              "a text",
	"lua.a_number":            "a number",
	"lua.the_number":          "the number {{.n}}",
	"lua.a_whole_number":      "a whole number",
	"lua.a_byte":              "a whole number from 0 to 255",
	"lua.a_base":              "a base from 2 to 36",
	"lua.a_position":          "a position within the list",
	"lua.a_range":             "a number that is not below the first",
	"lua.a_table":             "a table",
	"lua.own_table":           "a table of your own",
	"lua.a_function":          "a function",
	"lua.an_error":            "an error",
	"lua.shorter_list":        "a list of at most 131072 values",
	"lua.fewer_captures":      "a text that names no more captures than the pattern has",
	"lua.a_boolean":           "true or false",
	"lua.a_duration":          "a duration such as \"10m\", \"2h\" or \"1d\"",
	"lua.a_size":              "a size such as \"500MB\" or \"1GB\"",
	"lua.a_time":              "a day such as \"2026-01-31\", or a time in RFC 3339",
	"lua.a_list":              "a list of {{.of}}",
	"lua.texts":               "texts",
	"lua.values":              "values",
	"lua.a_text_or_list":      "a text, or a list of texts",
	"lua.a_table_of_options":  "a table of options",
	"lua.anything":            "any value",
	"lua.too_large":           "a value with less in it",
	"lua.cycle":               "a table that does not contain itself",
	"lua.one_of":              "one of {{.values}}",
	"lua.unknown_value":       "what is asked of this value can only be known when the job is really done",
	"lua.unknown_value.hint":  "the plan ends here; what comes before it stands",
	"lua.script":              "{{.text}}",
}

// speak says a sentence through the host, or in English where there is no host.
func (s Say) speak(key string, args map[string]any) string {
	if s != nil {
		if text := s(key, args); text != key {
			return text
		}
	}
	text, ok := english[key]
	if !ok {
		return ""
	}
	return fill(text, args)
}

func fill(text string, args map[string]any) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		pairs = append(pairs, "{{."+name+"}}", fmt.Sprint(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
