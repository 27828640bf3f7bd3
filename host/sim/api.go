package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

type (
	configArgs struct {
		Config source `lua:"config,arg"`
	}
	atArgs struct {
		Time string `lua:"time,arg"`
	}
	spanArgs struct {
		Duration time.Duration `lua:"duration,arg"`
	}
	runArgs struct {
		Entry  string         `lua:"entry,arg"`
		Params map[string]any `lua:"params,arg,optional"`
		Dry    bool           `lua:"dry"`
		Yes    []string       `lua:"yes,single"`
	}
	plugArgs struct {
		Label     string    `lua:"label,arg"`
		Path      string    `lua:"path"`
		Serial    string    `lua:"serial"`
		Size      *lua.Size `lua:"size"`
		Free      *lua.Size `lua:"free"`
		Removable *bool     `lua:"removable"`
	}
	unplugArgs struct {
		Label string `lua:"label,arg"`
	}
	databaseArgs struct {
		Name      string           `lua:"name,arg"`
		Companies []companyArg     `lua:"companies"`
		Rows      map[string]int64 `lua:"rows"`
		Grow      map[string]int64 `lua:"grow"`
		Sessions  []sessionArg     `lua:"sessions"`
		Answers   map[string]any   `lua:"answers"`
		Tables    map[string]any   `lua:"tables"`
	}
	rowsArgs struct {
		Database string `lua:"database,arg"`
		Table    string `lua:"table,arg"`
	}
	companyArg struct {
		ID   string `lua:"id,required"`
		Name string `lua:"name,required"`
		CNPJ string `lua:"cnpj"`
	}
	sessionArg struct {
		User     string `lua:"user"`
		Host     string `lua:"host"`
		Computer string `lua:"computer"`
		Program  string `lua:"program"`
	}
	fileArgs struct {
		Path string `lua:"path,arg"`
		Text string `lua:"text,arg,optional"`
	}
	readArgs struct {
		Path string `lua:"path,arg"`
	}
	spoilArgs struct {
		Where string `lua:"where,arg"`
		Copy  string `lua:"copy,arg,optional"`
	}
	failArgs struct {
		Op    string `lua:"op,arg"`
		Code  string `lua:"code,arg"`
		Times *int64 `lua:"times"`
	}
)

// source is a configuration: a path, or its tables.
type source struct {
	path   string
	tables map[string]any
}

// DecodeLua takes a text or a table.
func (s *source) DecodeLua(v any) error {
	switch v := v.(type) {
	case string:
		s.path = v
		return nil
	case map[string]any:
		s.tables = v
		return nil
	}
	return message.New("option.type", "sim.no_config", nil)
}

// methods are what a test may do with its store.
func (s *Store) methods() []lua.Func {
	return []lua.Func{
		flow("Sim:config", func(_ *lua.Call, a *configArgs) error { return s.configure(a.Config) }),
		flow("Sim:at", func(_ *lua.Call, a *atArgs) error { return s.at(a.Time) }),
		flow("Sim:advance", func(c *lua.Call, a *spanArgs) error { return s.advance(c.Context, a.Duration) }),
		flow("Sim:off", func(_ *lua.Call, a *spanArgs) error { s.now = s.now.Add(a.Duration); return nil }),
		answer("Sim:run", s.run),
		flow("Sim:plug", func(_ *lua.Call, a *plugArgs) error { s.plug(a); return nil }),
		flow("Sim:unplug", func(_ *lua.Call, a *unplugArgs) error { return s.unplug(a.Label) }),
		flow("Sim:database", func(_ *lua.Call, a *databaseArgs) error { return s.database(a) }),
		flow("Sim:file", func(_ *lua.Call, a *fileArgs) error { s.files[a.Path] = a.Text; return nil }),
		flow("Sim:fail", func(_ *lua.Call, a *failArgs) error { return s.fail(a) }),
		flow("Sim:spoil", func(_ *lua.Call, a *spoilArgs) error { return s.spoil(a) }),
		answer("Sim:rows", func(_ *lua.Call, a *rowsArgs) (any, error) { return s.rowsIn(a) }),
		answer("Sim:read", func(_ *lua.Call, a *readArgs) (any, error) { return s.read(a.Path), nil }),
		answer("Sim:copies", s.listed),
		answer("Sim:policy", func(c *lua.Call, a *policyArgs) (any, error) { return s.policy(c.Context, a) }),
		answer("Sim:notices", func(*lua.Call, *struct{}) (any, error) { return s.notices, nil }),
	}
}

func answer[T any](name string, fn func(c *lua.Call, args *T) (any, error)) lua.Func {
	f := lua.Bind(name, fn)
	f.Effect = primitive.Flow
	return f
}

func flow[T any](name string, fn func(c *lua.Call, args *T) error) lua.Func {
	return answer(name, func(c *lua.Call, args *T) (any, error) { return struct{}{}, fn(c, args) })
}

// configure makes the store one of another configuration. The tables given take the place of the ordinary store's; of
// [store] and [limits], only the keys given.
func (s *Store) configure(from source) error {
	name, text := from.path, []byte(nil)
	if from.tables == nil {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.folder, path)
		}
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return message.Wrap(err, "arg.file", "sim.unreadable", message.Args{"path": name})
		}
	} else {
		name = "sim:config"
		var err error
		if text, err = laidOver(from.tables); err != nil {
			return err
		}
	}
	c, err := s.program.configure(name, s.folder, text)
	switch {
	case err != nil && from.tables != nil:
		return withoutLines(err)
	case err != nil:
		return err
	}
	s.use(c)
	return nil
}

func laidOver(tables map[string]any) ([]byte, error) {
	whole := map[string]any{}
	if err := toml.Unmarshal(ordinary, &whole); err != nil {
		return nil, err
	}
	for name, table := range tables {
		over, isTable := table.(map[string]any)
		under, _ := whole[name].(map[string]any)
		if isTable && (name == "store" || name == "limits") {
			maps.Copy(under, over)
			continue
		}
		whole[name] = table
	}
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(whole); err != nil {
		return nil, message.Wrap(err, "option.value", "sim.no_config", nil)
	}
	return text.Bytes(), nil
}

// withoutLines are the mistakes of tables, which have no lines.
func withoutLines(err error) error {
	if mistakes, ok := errors.AsType[config.Mistakes](err); ok {
		for i := range mistakes {
			mistakes[i].Line = 0
		}
	}
	return err
}

// at sets the clock.
func (s *Store) at(text string) error {
	zone := s.config.Store.Location
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			s.now = t.In(zone)
			return nil
		}
	}
	return message.New("option.value", "sim.no_time", message.Args{"text": text})
}

func (s *Store) run(c *lua.Call, a *runArgs) (any, error) {
	o := s.Run(c.Context, run.Request{Target: a.Entry, Params: a.Params, Trigger: "manual", Dry: a.Dry, Yes: a.Yes})
	if c.Context.Err() != nil {
		return nil, context.Cause(c.Context)
	}
	found := result(o)
	found["said"] = append([]string{}, s.last().said...)
	return found, nil
}

// result is how a run went, as a test reads it.
func result(o *run.Outcome) map[string]any {
	found := map[string]any{
		"exit": run.ExitCode(o), "result": o.Result, "value": o.Value, "steps": steps(o), "degraded": []any{},
	}
	var degraded []any
	for _, d := range o.Degraded {
		degraded = append(degraded, told(d))
	}
	if degraded != nil {
		found["degraded"] = degraded
	}
	if o.Err != nil {
		found["error"] = told(o.Err)
	}
	if o.Dry {
		found["plan"] = foreseen(o)
	}
	return found
}

// foreseen are the effects of a dry run, in the order in which they would begin.
func foreseen(o *run.Outcome) []map[string]any {
	all := []map[string]any{}
	if o.Plan == nil {
		return all
	}
	for _, step := range o.Plan.Steps {
		all = append(all, map[string]any{"name": step.Name, "effect": step.Effect, "where": step.Where})
	}
	return all
}

func steps(o *run.Outcome) []map[string]any {
	all := []map[string]any{}
	for _, step := range o.Steps {
		all = append(all, map[string]any{"name": step.Name, "effect": step.Effect, "where": step.Where})
	}
	return all
}

// told is an error in plain values: it comes from another state than the test's.
func told(err error) map[string]any {
	found := map[string]any{"code": orUnknown(message.Code(err)), "message": strings.TrimSpace(err.Error())}
	if hint := message.Hint(err); hint != "" {
		found["hint"] = hint
	}
	if failed, ok := errors.AsType[*lua.Error](err); ok {
		found["message"] = failed.Message()
		if failed.Where != "" {
			found["where"] = failed.Where
		}
	}
	return found
}

// listed are the copies that lie on a destination that is there. A filter by what the store has not is refused, as in
// dj.copy.list: a test that expects nothing of it could not fail.
func (s *Store) listed(c *lua.Call, f *primitive.CopyFilter) (any, error) {
	e, err := s.Engines(c.Context)
	if err != nil {
		return nil, err
	}
	if err := f.Check(e.Destinations, e.Databases, func() ([]copies.Copy, error) { return s.visible(), nil }); err != nil {
		return nil, err
	}
	found, _, err := shelf{s}.List(c.Context, f.Filter())
	return found, err
}

// plug puts a drive in: one that the store knows, or a new one.
func (s *Store) plug(a *plugArgs) {
	d := s.driveNamed(a.Label)
	if d == nil {
		d = &simulated{Drive: drive.Drive{
			Path: s.nextLetter(), Label: a.Label, Serial: fmt.Sprintf("5A3C-%04X", len(s.drives)), Filesystem: "exFAT", Removable: true,
			Free: 60 * gigabyte, Total: 64 * gigabyte,
		}}
		s.drives = append(s.drives, d)
	}
	d.plugged, d.ejected = true, ""
	s.handled[d.set] = true
	clear(s.homes)
	if a.Path != "" {
		d.Path = a.Path
	}
	if a.Serial != "" {
		d.Serial = a.Serial
	}
	if a.Size != nil {
		d.Total = int64(*a.Size)
		d.Free = min(d.Free, d.Total)
	}
	if a.Free != nil {
		d.Free = int64(*a.Free)
	}
	if a.Removable != nil {
		d.Removable = *a.Removable
	}
	delete(s.absent, a.Label)
}

func (s *Store) nextLetter() string {
	for letter := 'F'; letter < 'Z'; letter++ {
		path := string(letter) + ":/"
		if !slices.ContainsFunc(s.drives, func(d *simulated) bool { return slashed(d.Path) == slashed(path) }) {
			return path
		}
	}
	return "Z:/"
}

// unplug takes a drive out, or makes a destination one that can not be reached.
func (s *Store) unplug(label string) error {
	if d := s.driveNamed(label); d != nil {
		d.plugged, d.ejected = false, ""
		s.handled[d.set] = true
		return nil
	}
	if _, err := s.config.Destination(label); err != nil {
		var known []string
		for _, d := range s.drives {
			known = append(known, d.Label)
		}
		return message.New("option.value", "sim.nothing_plugged", message.Args{"label": label, "known": strings.Join(known, ", ")})
	}
	s.absent[label] = true
	return nil
}

// database says what a database holds from now on.
func (s *Store) database(a *databaseArgs) error {
	if _, err := s.config.Database(a.Name); err != nil {
		return err
	}
	answers, err := answersOf(a.Answers)
	if err != nil {
		return err
	}
	d := s.databases[a.Name]
	if err := d.give(a.Tables); err != nil {
		return err
	}
	if a.Answers != nil {
		d.answers = answers
	}
	d.rows, d.since = d.rowsNow(s.now), s.now
	if a.Companies != nil {
		d.companies = nil
		for _, c := range a.Companies {
			d.companies = append(d.companies, firebird.Company(c))
		}
	}
	maps.Copy(d.rows, a.Rows)
	if a.Grow != nil {
		d.grow = a.Grow
	}
	if a.Sessions != nil {
		d.sessions = nil
		for i, one := range a.Sessions {
			d.sessions = append(d.sessions, firebird.Session{
				ID: fmt.Sprint(i + 2), User: one.User, Host: one.Host, Computer: one.Computer, Program: one.Program, Since: s.now.Format("2006-01-02T15:04:05"),
			})
		}
	}
	return nil
}

// fail makes a primitive raise an error from now on.
func (s *Store) fail(a *failArgs) error {
	op := strings.TrimPrefix(a.Op, "dj.")
	names := operations()
	if !slices.Contains(names, op) {
		return message.New("option.value", "sim.no_op", message.Args{"op": a.Op, "near": orElse(lua.Nearest(op, names), strings.Join(names, ", "))})
	}
	if wrong := unknownCode(a.Code); wrong != nil {
		return wrong
	}
	times := -1
	if a.Times != nil {
		times = int(*a.Times)
	}
	s.faults = append(s.faults, &planned{op: op, code: a.Code, left: times})
	return nil
}

// operations are the primitives that can fail.
func operations() []string {
	var names []string
	for _, f := range (&primitive.Host{}).All() {
		if counts(f) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

var _ run.World = (*Store)(nil)
