package lua

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// Known is what a script may name, for Inspect.
type Known struct {
	Modules map[string][]Func // as Options.Modules
	Values  map[string]any    // as Options.Values
	Say     Say               // the reader's language; nil is English
	// Declare is the function whose table tells what a script is, "dj.script"; Inspect reads its name, extends, params, jobs,
	// policies and health.
	Declare string
	// Objects are what the host hands to the functions of that table, by its keys: "jobs" are called with the job.
	Objects map[string]Object
}

// Object is a value of the host's with fields and methods, as State.Object makes it.
type Object struct {
	Name    string
	Fields  []string
	Methods []Func
}

// Levels of a mistake: a script with an error is not activated, one with a warning is.
const (
	LevelError   = "error"
	LevelWarning = "warning"
)

// Mistake is one thing wrong in a script, found without running it. What a run would raise too has the same words.
type Mistake struct {
	File         string
	Line, Column int // the column in bytes, from 1; 0 where it is not known
	Level        string
	Code         string
	Op           string // the function whose call is wrong, "copy.create"; may be ""
	Key          string // its sentence, and the places of it
	Args         map[string]any
	Message      string // the sentence, in the language of Known
	Hint         string // what to do now
	SourceLine   string
}

// Use is one place where a script names a bound function. A script can not call one that it does not name.
type Use struct {
	Func         Func
	Line, Column int
	In           string // the function that it stands in: "jobs.backup", "policies.monthly", "health"; "" outside of them
	Called       bool   // called here; else handed on, as to pcall

	Names []Named // the texts that are written out in its arguments

	// What it is done to, by Func.Object. Where all of these are empty, the script leaves it out.
	Objects []string // as the script writes it
	Param   string   // the param that says it: p.to
	Open    bool     // only a run knows
}

// Named is a text of a call that is written out, by the argument or option that it is given as.
type Named struct {
	Argument string
	Text     string
	Line     int
}

// Require is require "name".
type Require struct {
	Name string
	Line int
}

// Declared is what a script says of itself, as far as it is written out.
type Declared struct {
	Line     int
	Name     string
	Extends  string
	Params   []DeclaredParam
	Jobs     []DeclaredFunction
	Policies []DeclaredFunction
	Health   bool
}

// DeclaredParam is one param of a script.
type DeclaredParam struct {
	Name    string
	Line    int
	Type    string
	List    bool
	Default any // as Value.Go makes it; nil where there is none, or where only a run knows
}

// DeclaredFunction is one job or policy of a script.
type DeclaredFunction struct {
	Name string
	Line int
}

// maxMistakes are as many as anybody reads of one script, of each level: no number of warnings hides an error.
const maxMistakes = 1000

// Inspection is what a script says and does, read from its text alone.
type Inspection struct {
	Mistakes []*Mistake // by line
	Uses     []Use      // in the order of the text
	Requires []Require
	Script   *Declared // nil where the script declares nothing, or not in a table that is written out

	say   Say
	open  bool // the script may have more params than those of Declared
	asked []asked
	set   map[string]bool // params that it gives a value itself
}

// asked is a param that the script reads and does not declare itself: one that it extends may.
type asked struct {
	name    string
	mistake *Mistake // as it is told where none does
}

// Inspect reads a script without running it: all its mistakes, what it uses, what it says of itself.
func (c *Chunk) Inspect(known Known) *Inspection {
	tree, err := parseTree(c.text, c.Name)
	if err != nil {
		return &Inspection{Mistakes: []*Mistake{c.explain(err, scanTokens(c.text)).Mistake(known.Say)}}
	}
	i := &inspector{
		chunk: c, known: known, found: &Inspection{say: known.Say}, counts: map[string]int{}, blamed: map[string]bool{}, told: columnsOf(c.text), commas: map[int]map[string]string{},
		state: New(context.Background(), Options{Modules: known.Modules, Values: known.Values, Say: known.Say}),
	}
	i.named = maps.Clone(i.told)
	i.words = i.vocabulary()
	i.survey, i.plain = survey(tree), plainFunctions(c.text, tree)
	i.declare()
	i.function(&ast.FunctionExpr{ParList: &ast.ParList{}, Stmts: tree}, nil)
	i.unusedParams()
	i.escaped()
	i.encoded()
	slices.SortStableFunc(i.found.Mistakes, func(a, b *Mistake) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return i.found
}

// Inspected is Inspect, done once: a host that always knows the same asks it before each run.
func (c *Chunk) Inspected(known Known) *Inspection {
	c.inspected.Do(func() { c.inspection = c.Inspect(known) })
	return c.inspection
}

// Mistake is the error as Inspect tells one.
func (e *SyntaxError) Mistake(say Say) *Mistake {
	return &Mistake{
		File: e.File, Line: e.Line, Column: e.Column, Level: LevelError, Code: e.Code(), Key: e.Key, Args: e.Args,
		Message: e.Tell(say), Hint: e.Cure(say), SourceLine: e.SourceLine,
	}
}

// Errors are the mistakes that keep a script from being activated.
func (i *Inspection) Errors() []*Mistake {
	var errs []*Mistake
	for _, m := range i.Mistakes {
		if m.Level == LevelError {
			errs = append(errs, m)
		}
	}
	return errs
}

// String is one line: "store.lua:17: copy.create: message (option.unknown)".
func (m *Mistake) String() string {
	e := &Error{Op: m.Op, Where: place(m.File, m.Line), code: m.Code, message: m.Message}
	return e.Error()
}

// inspector is one walk over a script.
type inspector struct {
	chunk  *Chunk
	known  Known
	state  *State // never runs anything: it decodes literals, in the very words of a run
	words  map[string]*thing
	found  *Inspection
	survey *surveyed
	counts map[string]int                // mistakes, by their level
	plain  map[*ast.LocalAssignStmt]bool // local f = function: it does not see itself

	scope  *scope
	in     string
	roles  map[*ast.FunctionExpr]role
	params *paramSet                 // of the script; nil where they are not written out
	blamed map[string]bool           // names that were already called undefined or undeclared
	told   columns                   // words that no mistake was told of yet
	named  columns                   // words that no use was found at yet
	commas map[int]map[string]string // 1,5 and the like, by line
}

// report tells a mistake; word is what it is about, to find its column.
func (i *inspector) report(level string, line int, word, op string, f *fault) *Mistake {
	m := i.mistake(level, line, word, op, f)
	i.counts[level]++
	if i.counts[level] <= maxMistakes {
		i.found.Mistakes = append(i.found.Mistakes, m)
	}
	return m
}

func (i *inspector) mistake(level string, line int, word, op string, f *fault) *Mistake {
	return &Mistake{
		File: i.chunk.Name, Line: line, Column: i.told.take(line, word), Level: level, Code: f.code, Op: op, Key: f.key, Args: f.args,
		Message: i.known.Say.speak(f.key, f.args), Hint: f.hint(i.known.Say), SourceLine: i.chunk.Line(line),
	}
}

func (i *inspector) wrong(line int, word string, f *fault) { i.report(LevelError, line, word, "", f) }

// wrongAt is wrong, where the column is known.
func (i *inspector) wrongAt(line, column int, f *fault) {
	i.report(LevelError, line, "", "", f).Column = column
}

// odd is something that runs, but most probably not as it was meant.
func (i *inspector) odd(line int, word, key string, args map[string]any) {
	i.report(LevelWarning, line, word, "", &fault{code: "script.suspect", key: key, args: args})
}

// wordAt is a word of a line.
type wordAt struct {
	line int
	text string
}

// columns finds where the words of a line begin: gopher-lua keeps lines only.
type columns map[wordAt][]int

// take is the column of the first word of this text that was not taken before; 0 where there is none.
func (c columns) take(line int, text string) int {
	at := wordAt{line, text}
	if text == "" || len(c[at]) == 0 {
		return 0
	}
	column := c[at][0]
	c[at] = c[at][1:]
	return column
}

// columnsOf gives words behind a dot first: what is most often asked for is no variable of the same name.
func columnsOf(text string) columns {
	dotted, bare := columns{}, columns{}
	scan := &scan{text: text, line: 1, operators: []int{0}}
	before := ""
	for scan.fault == nil {
		t, ok := scan.next()
		if !ok {
			break
		}
		into := bare
		if before == "." || before == ":" {
			into = dotted
		}
		at := wordAt{t.line, t.text}
		into[at] = append(into[at], t.column)
		before = t.text
	}
	for at, found := range bare {
		dotted[at] = append(dotted[at], found...)
	}
	return dotted
}

// lastName is what is written after the last dot: the word that a mistake in a path is about.
func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
