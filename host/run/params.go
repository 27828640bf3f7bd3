package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/retention"
	"github.com/djscript/djscript/lua"
)

// params are the values of the script's params: the request's over the entry's, over those of [script.NAME], over the
// defaults. Every mistake is told at once.
func (r *running) params() (map[string]any, error) {
	values := map[string]any{}
	var mistakes []error
	given := []map[string]any{r.host.Config.Scripts[r.target.script].Params, r.target.params, r.request.Params}
	for _, layer := range given {
		maps.Copy(values, layer)
	}
	for _, name := range sorted(values) {
		if _, ok := r.declared.Params[name]; !ok {
			mistakes = append(mistakes, unknownParam(r.target.script, name, r.declared.Params))
		}
	}
	resolved := map[string]any{}
	for _, name := range sorted(r.declared.Params) {
		value, err := r.param(name, r.declared.Params[name], values[name])
		if err != nil {
			mistakes = append(mistakes, err)
		}
		if value != nil {
			resolved[name] = value
		}
	}
	return resolved, errors.Join(mistakes...)
}

func unknownParam(script, name string, declared map[string]primitive.Param) *message.Error {
	if len(declared) == 0 {
		return message.New("option.unknown", "run.no_params", message.Args{"param": name, "script": script})
	}
	return message.New("option.unknown", "run.unknown_param", message.Args{"param": name, "script": script, "known": names(declared)})
}

func sorted[T any](m map[string]T) []string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

// param is the value of one param. A list of destinations or databases that nobody names is all of the store's, unless it
// has to be named.
func (r *running) param(name string, p primitive.Param, value any) (any, error) {
	if value == nil {
		value = p.Default
	}
	unnamed := value == nil && p.List && !p.Required
	if unnamed && p.Type == "destination" {
		return r.destinations(), nil
	}
	if unnamed && p.Type == "database" {
		return r.databases(), nil
	}
	if value == nil {
		if p.Required {
			return nil, message.New("option.missing", "run.missing_param", message.Args{"param": name, "script": r.target.script, "help": p.Help})
		}
		return nil, nil
	}
	if !p.List {
		return r.one(name, p, value)
	}
	var all []any
	for _, item := range list(value) {
		one, err := r.one(name, p, item)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// list splits "a,b", as a command line gives it; a list stays one.
func list(value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case string:
		var all []any
		for item := range strings.SplitSeq(v, ",") {
			if item = strings.TrimSpace(item); item != "" {
				all = append(all, item)
			}
		}
		return all
	}
	return []any{value}
}

// one reads a value by its type; a command line gives texts only.
func (r *running) one(name string, p primitive.Param, value any) (any, error) {
	text, isText := value.(string)
	wrong := func(want string) error {
		return message.New("option.value", "run.wrong_param", message.Args{"param": name, "want": want, "got": shown(value)})
	}
	misread := func(example string) error {
		return message.New("option.value", "run.misread_param", message.Args{"param": name, "type": p.Type, "example": example, "got": shown(value)})
	}
	switch p.Type {
	case "boolean":
		if b, ok := value.(bool); ok {
			return b, nil
		}
		if b, ok := booleans[strings.ToLower(text)]; ok {
			return b, nil
		}
		return nil, wrong("true, false")
	case "integer":
		if n, ok := value.(int64); ok {
			return n, nil
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
		return nil, misread("7")
	case "decimal":
		return decimal(value, misread)
	case "policy":
		if err := policy(value); err != nil {
			return nil, misread("{ daily = 7, weekly = 4, monthly = 12, min = 3 }")
		}
		return value, nil
	}
	if !isText {
		return nil, wrong(p.Type)
	}
	switch p.Type {
	case "date":
		text = message.ReadDay(text)
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return nil, misread("2026-12-31")
		}
	case "duration":
		if _, ok := lua.ParseDuration(text); !ok {
			return nil, misread("10m, 2h, 3d")
		}
	case "enum":
		if !slices.Contains(p.Values, text) {
			return nil, wrong(strings.Join(p.Values, ", "))
		}
	case "destination":
		if !slices.Contains(r.destinations(), any(text)) {
			return nil, wrong(joined(r.destinations()))
		}
	case "database":
		if !slices.Contains(r.databases(), any(text)) {
			return nil, wrong(joined(r.databases()))
		}
	}
	return text, nil
}

// booleans are the words of a command line for yes and no.
var booleans = map[string]bool{
	"true": true, "sim": true, "yes": true, "t": true, "1": true, "s": true, "y": true,
	"false": false, "não": false, "nao": false, "no": false, "f": false, "0": false, "n": false,
}

var decimalShape = regexp.MustCompile(`^-?\d+([.,]\d+)?$`)

// decimal is a number; as a text its decimals follow a dot or a comma, and nothing stands between thousands.
func decimal(value any, wrong func(want string) error) (any, error) {
	switch v := value.(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	case string:
		if decimalShape.MatchString(v) {
			return strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
		}
	}
	return nil, wrong("1234.56")
}

// policy refuses what is no rotation policy as keep of djscript.toml takes them.
func policy(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var said struct {
		Last, Hourly, Daily, Weekly, Monthly, Yearly, Min int
		Weekdays, Class                                   []string
		Within                                            string
	}
	if err := decoder.Decode(&said); err != nil {
		return err
	}
	p := retention.Policy{
		Last: said.Last, Hourly: said.Hourly, Daily: said.Daily, Weekly: said.Weekly, Monthly: said.Monthly, Yearly: said.Yearly,
		Min: said.Min, Class: said.Class,
	}
	if len(said.Weekdays) > 0 || said.Within != "" {
		p.Last = max(p.Last, 1) // the weekdays and the span are read by whoever applies it
	}
	return p.Check()
}

func (r *running) destinations() []any {
	all := []any{}
	for _, d := range r.host.Config.Destinations {
		all = append(all, d.Name)
	}
	return all
}

func (r *running) databases() []any {
	all := []any{}
	for _, d := range r.host.Config.Databases {
		all = append(all, d.Name)
	}
	return all
}

func joined(all []any) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, shown(one))
	}
	return strings.Join(texts, ", ")
}

func shown(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := jsonLine(value)
	if err != nil {
		return "?"
	}
	return text
}

// jsonLine is a value as JSON for a person: "Pão & Café", where a web page would want \u0026.
func jsonLine(value any) (string, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(line.String(), "\n"), err
}

// ParseParams reads key=value arguments of a command line; key=@file.json takes the value from a file.
func ParseParams(args []string) (map[string]any, error) {
	params := map[string]any{}
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok || key == "" {
			return nil, message.New("arg.value", "run.no_param", message.Args{"arg": arg})
		}
		file, fromFile := strings.CutPrefix(value, "@")
		if !fromFile {
			params[key] = value
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, message.Wrap(err, "arg.file", "run.unreadable", message.Args{"path": file})
		}
		var parsed any
		if err := json.Unmarshal(text, &parsed); err != nil {
			return nil, message.Wrap(err, "arg.value", "run.no_json", message.Args{"path": file})
		}
		params[key] = whole(parsed)
	}
	return params, nil
}

// whole makes integers of JSON's numbers where they are.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = whole(v[key])
		}
	}
	return v
}
