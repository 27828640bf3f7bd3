package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/schedule"
	"github.com/djscript/djscript/lua"
)

// Declare keeps what the script says of itself.
func (r *running) Declare(s primitive.Script) { r.declared = &s }

// clockReads is how often the journal keeps what the clock said. A script that asks more often waits for it.
const clockReads = 1000

// clock is the clock that the script reads. What it read is kept: with the calls and their results it is all that a run
// can be told apart by.
func (r *running) clock() time.Time {
	now := r.host.now()
	if r.reads++; r.reads <= clockReads {
		r.write(journal.Event{At: now, Kind: "clock"})
	}
	return now
}

// seed is that of math.random: the instant at which the run began, which the journal keeps.
func (r *running) seed() uint64 { return uint64(r.began.UnixNano()) }

// Called journals a call when it ends. Words and steps have lines of their own. What only looks, or directs the flow, is
// left out once the run has said enough.
func (r *running) Called(c *lua.Call) func(result any, err error) {
	began := r.host.Now()
	return func(result any, err error) {
		if c.Func.Effect == primitive.Flow && (c.Func.Name == "step" || strings.HasPrefix(c.Func.Name, "log.")) {
			return
		}
		if r.hushed && !acts(c.Func.Effect) {
			return
		}
		seconds := r.host.Now().Sub(began).Seconds()
		e := journal.Event{
			At: began, Kind: "call", Name: c.Func.Name, Effect: c.Func.Effect, Seconds: seconds, Where: c.Where(),
		}
		if !r.terse {
			e.Args, e.Result = r.masked(fields(c.Args)), r.masked(plainly(result))
		}
		if err != nil {
			e.Error = r.failure(err)
		}
		if !acts(c.Func.Effect) {
			r.say(e)
			return
		}
		r.account(e)
		r.failed = err != nil
		if r.failed {
			r.fails()
		}
		r.means(c)
		r.outcome.Steps = append(r.outcome.Steps, Step{Name: c.Func.Name, Effect: c.Func.Effect, Seconds: seconds, Where: c.Where()})
		r.watch(Event{Kind: "call", Name: c.Func.Name, Seconds: seconds})
	}
}

// acts tells whether that is an effect on anything.
func acts(effect string) bool { return effect != primitive.Read && effect != primitive.Flow }

// Degrade marks the run. Of reasons without end the first are kept, and that there were more.
func (r *running) Degrade(err error) {
	switch n := len(r.outcome.Degraded); {
	case n > maxDegraded:
		return
	case n == maxDegraded:
		err = message.New("run.limit", "run.more_degraded", message.Args{"limit": maxDegraded})
	}
	failure := r.failure(err)
	if len(err.Error()) > maxReason {
		err = &shortened{text: failure.Message, err: err}
	}
	r.outcome.Degraded = append(r.outcome.Degraded, err)
	r.write(journal.Event{At: r.host.Now(), Kind: "degraded", Error: failure})
	r.watch(Event{Kind: "degraded", Text: failure.Message})
}

// Lock holds a lock of the store. Whoever waits for it is told which run holds it. A dry run changes nothing that a lock
// would have to keep from others: it holds none, and keeps nobody waiting.
func (r *running) Lock(ctx context.Context, name string, wait time.Duration) (func() error, error) {
	if r.request.Dry {
		return func() error { return nil }, nil
	}
	who := fmt.Sprintf("%s:%s %s", r.outcome.Script, r.outcome.Job, r.began.In(r.host.Config.Store.Location).Format("15:04:05"))
	return r.host.world().Lock(ctx, name, who, max(wait, r.request.Wait))
}

// Defer keeps a function for the end.
func (r *running) Defer(fn *lua.Function) error {
	if r.defers++; r.defers > maxDeferred {
		return message.New("run.limit", "run.deferred", message.Args{"limit": maxDeferred})
	}
	r.deferred = append(r.deferred, fn)
	return nil
}

// Step journals a stretch of work.
func (r *running) Step(title string) func(error) {
	if r.hushed {
		return func(error) {}
	}
	began := r.host.Now()
	title, cut := brief(r.mask(title), maxWords)
	if r.room(len(title)) {
		r.watch(Event{Kind: "step", Name: title})
	}
	return func(err error) {
		e := journal.Event{At: began, Kind: "step", Name: title, Seconds: r.host.Now().Sub(began).Seconds(), Cut: cut}
		if err != nil {
			e.Error = r.failure(err)
		}
		r.say(e)
	}
}

// Log journals words.
func (r *running) Log(level, text string, fields map[string]any) {
	if r.hushed {
		return
	}
	e := journal.Event{At: r.host.Now(), Kind: "log", Level: level, Fields: r.masked(fields)}
	e.Text, e.Cut = brief(r.mask(text), maxWords) // masked first: a part of a password is one too
	if journal.Size(e.Fields) > maxWords {
		e.Fields, e.Cut = nil, true
	}
	if r.say(e) {
		r.watch(Event{Kind: "log", Level: level, Text: e.Text})
	}
}

// Sleep waits.
func (r *running) Sleep(ctx context.Context, d time.Duration) error {
	return r.host.world().Sleep(ctx, d)
}

// Sleep waits that long, or until the context ends, and then gives why it did.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Calendar tells whether a day is in a calendar of djscript.toml.
func (r *running) Calendar(name, day string) (bool, error) {
	c, err := r.host.Config.Calendar(name)
	if err != nil {
		return false, err
	}
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return false, message.Wrap(err, "option.value", "run.no_date", message.Args{"text": day})
	}
	calendar, err := Calendar(c)
	if err != nil {
		return false, err
	}
	return calendar.On(date.Year(), date.Month(), date.Day()), nil
}

// Calendar is a calendar of djscript.toml as the schedule knows it.
func Calendar(c config.Calendar) (schedule.Calendar, error) {
	return schedule.NewCalendar(c.Days, c.Easter, c.Dates)
}

// progress passes on how far a copy is, or how far the job says that it is.
func (r *running) progress(p copies.Progress) {
	if p.Step == r.outcome.Job && r.hushed {
		return
	}
	r.watch(Event{Kind: "progress", Progress: &p})
}

func (r *running) watch(e Event) {
	if r.host.Watch != nil {
		e.Run = r.outcome.Run
		r.host.Watch(e)
	}
}

// write journals an event. A journal that can not be written does not stop a copy from being made: it is told at the
// end, once.
func (r *running) write(e journal.Event) {
	if r.journal == nil {
		return
	}
	if err := r.journal.Write(e); err != nil && !r.unwritten {
		r.unwritten = true
		r.outcome.Degraded = append(r.outcome.Degraded, err)
	}
}

// masked is a value as JSON holds it, without secrets.
func (r *running) masked(v any) any {
	if v == nil || reflect.ValueOf(v).Kind() == reflect.Map && reflect.ValueOf(v).Len() == 0 {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if decoder.Decode(&plain) != nil {
		return nil
	}
	return r.maskTexts(plain)
}

// maskTexts masks the texts of a value and nothing else: a short password is also a part of some number.
func (r *running) maskTexts(v any) any {
	switch v := v.(type) {
	case string:
		return r.mask(v)
	case []any:
		for i := range v {
			v[i] = r.maskTexts(v[i])
		}
	case map[string]any:
		return r.maskTable(v)
	}
	return v
}

// maskTable masks keys too. Two that read the same then are told apart.
func (r *running) maskTable(table map[string]any) map[string]any {
	masked := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		name := r.mask(key)
		for {
			if _, taken := masked[name]; !taken {
				break
			}
			name += "*"
		}
		masked[name] = r.maskTexts(table[key])
	}
	return masked
}

// failure is an error as the journal keeps it, with the script's stack where there is one.
func (r *running) failure(err error) *journal.Failure {
	f := &journal.Failure{Code: message.Code(err)}
	f.Message, _ = brief(r.mask(err.Error()), maxReason)
	f.Hint, _ = brief(r.mask(message.Hint(err)), maxReason)
	if failed, ok := errors.AsType[*lua.RunError](err); ok {
		f.Where = failed.Err.Where
		for _, frame := range failed.Stack {
			kept := journal.Frame{Where: fmt.Sprintf("%s:%d", frame.File, frame.Line), Function: frame.Function, Locals: map[string]string{}}
			for _, l := range frame.Locals {
				kept.Locals[l.Name] = l.Value
			}
			f.Stack = append(f.Stack, kept)
		}
	}
	return f
}

// fields are the arguments of a call by the names that the script gave them; what it left out is left out.
func fields(args any) map[string]any {
	found := map[string]any{}
	v := reflect.Indirect(reflect.ValueOf(args))
	if v.Kind() != reflect.Struct {
		return found
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("lua"), ",")
		if name == "" || !v.Field(i).CanInterface() || v.Field(i).IsZero() {
			continue
		}
		found[name] = plainly(v.Field(i).Interface())
	}
	return found
}

// plainly is what JSON can hold of a value of the script: of a function its name.
func plainly(v any) any {
	value, ours := v.(lua.Value)
	switch v := v.(type) {
	case *lua.Function:
		return "function " + v.Name()
	case *lua.Value:
		value, ours = *v, true
	case *time.Duration:
		return lua.FormatDuration(*v)
	case time.Duration:
		return lua.FormatDuration(v)
	}
	if !ours {
		return within(reflect.ValueOf(v))
	}
	if fn := value.Function(); fn != nil {
		return plainly(fn)
	}
	plain, err := value.Go()
	if err != nil {
		return value.Type() // too large, or within itself
	}
	return storable(plain)
}

// within is plainly for what a value holds: a form has the names that scripts use.
func within(v reflect.Value) any {
	switch {
	case !v.IsValid():
		return nil
	case reflect.Indirect(v).Kind() == reflect.Struct:
		if form := fields(v.Interface()); len(form) > 0 {
			return form
		}
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		plain := map[string]any{}
		for at := v.MapRange(); at.Next(); {
			plain[at.Key().String()] = plainly(at.Value().Interface())
		}
		return plain
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		plain := make([]any, v.Len())
		for i := range plain {
			plain[i] = plainly(v.Index(i).Interface())
		}
		return plain
	}
	return v.Interface()
}

// storable is a value that has just been made, with what JSON has no form for as a text: functions, and numbers
// that are none.
func storable(v any) any {
	switch v := v.(type) {
	case *lua.Function:
		return plainly(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+"))
		}
	case []any:
		for i := range v {
			v[i] = storable(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = storable(v[key])
		}
	}
	return v
}

func names[T any](m map[string]T) string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}
