package lua

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// MaxSource is how many bytes a script may have. Reading a script can not be cancelled, so its length is what bounds it.
const MaxSource = 256 << 10

// Chunk is a script that was read and compiled. It can be run in any number of states, at the same time too.
type Chunk struct {
	Name string // the file, as errors name it
	Hash string // SHA-256 of the source, hexadecimal

	text   string
	lines  []string
	proto  *glua.FunctionProto
	linked sync.Once
	links  Links

	inspected  sync.Once
	inspection *Inspection

	// rehearsal is the script compiled so that every condition is looked at; an error for one that is too large for that.
	rehearsal func() (*glua.FunctionProto, error)
}

// Line is the text of a line, counted from 1; "" outside the script.
func (c *Chunk) Line(n int) string {
	if n < 1 || n > len(c.lines) {
		return ""
	}
	return c.lines[n-1]
}

// SyntaxError is a script that can not be read, and where.
type SyntaxError struct {
	File       string
	Line       int    // 0 where the whole file is meant
	Column     int    // in bytes, from 1; 0 where it is not known
	Near       string // the word or sign that was not understood
	SourceLine string
	Key        string // its sentence
	Args       map[string]any
}

// Error is "store.lua:12: " and the sentence, in English.
func (e *SyntaxError) Error() string { return e.Place() + ": " + e.Tell(nil) }

// Code is always "script.syntax".
func (e *SyntaxError) Code() string { return "script.syntax" }

// Hint is what to do, in English.
func (e *SyntaxError) Hint() string { return e.Cure(nil) }

// Cure is what to do, in the language of say.
func (e *SyntaxError) Cure(say Say) string { return say.speak(e.Key+".hint", e.Args) }

// Place is "store.lua:12", or the file alone.
func (e *SyntaxError) Place() string {
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d", e.File, e.Line)
}

// Tell is the sentence without the place, in the language of say.
func (e *SyntaxError) Tell(say Say) string { return say.speak(e.Key, e.Args) }

// Parse reads and compiles a script. A byte order mark is taken off and a first line "#!" is a comment; lines may end as
// on Windows. The error is a *SyntaxError. What was compiled once is not compiled again.
func Parse(name string, source []byte) (*Chunk, error) {
	hash := sha256.Sum256(source)
	key := name + "\x00" + string(hash[:])
	if chunk := compiled.get(key); chunk != nil {
		return chunk, nil
	}
	text, err := clean(name, source)
	if err != nil {
		return nil, err
	}
	chunk := &Chunk{Name: name, Hash: hex.EncodeToString(hash[:]), text: text, lines: splitLines(text)}
	if chunk.proto, err = compile(chunk, text); err != nil {
		return nil, err
	}
	chunk.rehearsal = sync.OnceValues(chunk.compileRehearsal)
	compiled.put(key, chunk)
	return chunk, nil
}

func clean(name string, source []byte) (string, error) {
	if len(source) > MaxSource {
		return "", &SyntaxError{
			File: name, Key: "lua.too_long", Args: map[string]any{"bytes": len(source), "most": MaxSource},
		}
	}
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	if wide(source) {
		return "", &SyntaxError{File: name, Key: "lua.wide"}
	}
	if bytes.IndexByte(source, 0) >= 0 || bytes.HasPrefix(source, []byte("\x1b")) {
		return "", &SyntaxError{File: name, Key: "lua.binary"}
	}
	if bytes.HasPrefix(source, []byte("#!")) {
		return "--" + string(source[2:]), nil
	}
	return string(source), nil
}

// wide tells a text in UTF-16: by its mark, or by every second byte being 0 where a script begins.
func wide(source []byte) bool {
	if bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff")) {
		return true
	}
	if len(source) < 4 {
		return false
	}
	a, b, c, d := source[0], source[1], source[2], source[3]
	return a != 0 && b == 0 && c != 0 && d == 0 || a == 0 && b != 0 && c == 0 && d != 0
}

func splitLines(text string) []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
}

func compile(chunk *Chunk, text string) (*glua.FunctionProto, error) {
	scan := scanTokens(text)
	if scan.fault != nil {
		return nil, chunk.slip(text, chunk.syntaxError(scan.fault))
	}
	tree, err := parseTree(text, chunk.Name)
	if err != nil {
		return nil, chunk.slip(text, chunk.explain(err, scan))
	}
	seeBefore(text, tree)
	functions := guardTree(tree, false, namesDecimals.MatchString(text))
	proto, err := compileTree(tree, chunk.Name)
	if err != nil {
		return nil, chunk.explain(err, scan)
	}
	repairLocals(proto, functions)
	repairLists(proto)
	return proto, nil
}

// compileRehearsal compiles once more a script that was compiled already. Its guards may make it too large for one function:
// then it can not be rehearsed, for without them it would branch on what is unknown.
func (c *Chunk) compileRehearsal() (*glua.FunctionProto, error) {
	tree, err := parseTree(c.text, c.Name)
	if err != nil {
		return nil, err
	}
	seeBefore(c.text, tree)
	functions := guardTree(tree, true, namesDecimals.MatchString(c.text))
	proto, err := compileTree(tree, c.Name)
	if err != nil {
		return nil, err
	}
	repairLocals(proto, functions)
	repairLists(proto)
	return proto, nil
}

// compileTree recovers: gopher-lua's compiler panics with some faults of its own.
func compileTree(tree []ast.Stmt, name string) (proto *glua.FunctionProto, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("%v", panicked)
		}
	}()
	return glua.Compile(tree, name)
}

// repairLists numbers the batches in which a long list is made. From the 512th on gopher-lua writes 0 for all of them, and
// what a constructor holds beyond its 25,550th element is lost.
func repairLists(proto *glua.FunctionProto) {
	batches := map[uint32]uint32{} // the last one of the list that is being made in a register
	for pc := 0; pc < len(proto.Code); pc++ {
		instruction := proto.Code[pc]
		register, batch := instruction>>18&0xff, instruction>>9&0x1ff
		switch int(instruction >> 26) {
		case glua.OP_NEWTABLE:
			batches[register] = 0
		case glua.OP_SETLIST:
			batches[register]++
			if batch == 0 {
				pc++
				proto.Code[pc] = batches[register]
			}
		}
	}
	for _, inner := range proto.FunctionPrototypes {
		repairLists(inner)
	}
}

func parseTree(text, name string) ([]ast.Stmt, error) {
	return parse.Parse(strings.NewReader(text), name)
}

// explain turns what gopher-lua says into where it is and what a person can do about it.
func (c *Chunk) explain(err error, scan *scan) *SyntaxError {
	var parsing *parse.Error
	var compiling *glua.CompileError
	switch {
	case errors.As(err, &parsing) && parsing.Pos.Line == parse.EOF:
		if open := scan.unclosed(); open != nil {
			return c.unclosed(open)
		}
		return c.syntaxError(&syntaxFault{line: scan.lastLine, key: "lua.ends"})
	case errors.As(err, &parsing) && scan.strays(parsing.Pos.Line, parsing.Token) && len(scan.open) == 0:
		return c.syntaxError(&syntaxFault{line: scan.stray.line, column: scan.stray.column, near: scan.stray.text,
			key: "lua.surplus", args: map[string]any{"near": scan.stray.text}})
	case errors.As(err, &parsing) && scan.strays(parsing.Pos.Line, parsing.Token) && scan.blamed != nil:
		return c.unclosed(scan.blamed)
	case errors.As(err, &parsing) && scan.suspect != nil && scan.closed == parsing.Pos.Line && len(scan.open) > 0:
		return c.unclosed(scan.unclosed())
	case errors.As(err, &parsing):
		return c.syntaxError(&syntaxFault{line: parsing.Pos.Line, column: c.column(parsing), near: parsing.Token,
			key: "lua.unexpected", args: map[string]any{"near": parsing.Token}})
	case errors.As(err, &compiling):
		f := compileFault(compiling)
		if f.near != "" {
			f.column = strings.Index(c.Line(f.line), f.near) + 1
		}
		return c.syntaxError(f)
	}
	return c.syntaxError(&syntaxFault{key: "lua.compile", args: map[string]any{"text": err.Error()}})
}

// compileFault says in plain words which limit of the compiler a script went beyond.
func compileFault(e *glua.CompileError) *syntaxFault {
	switch {
	case e.Message == "too many local variables":
		return &syntaxFault{line: e.Line, key: "lua.too_many_locals"}
	case strings.HasPrefix(e.Message, "register overflow"):
		return &syntaxFault{line: e.Line, key: "lua.too_many_values"}
	}
	for _, known := range compileTexts {
		m := known.text.FindStringSubmatch(e.Message)
		if m == nil {
			continue
		}
		f := &syntaxFault{line: e.Line, near: known.word, key: known.key, args: map[string]any{}}
		for n, name := range known.text.SubexpNames() {
			if line, err := strconv.Atoi(m[n]); name == "line" && err == nil {
				f.line = line
			} else if name != "" {
				f.args[name] = m[n]
			}
		}
		return f
	}
	return &syntaxFault{line: e.Line, key: "lua.compile", args: map[string]any{"text": e.Message}}
}

// compileTexts are what gopher-lua's compiler says of what a person can mend.
var compileTexts = []struct {
	text      *regexp.Regexp
	word, key string
}{
	{regexp.MustCompile(`^no visible label '(?P<name>.*)' for <goto> at line (?P<line>\d+)$`), "goto", "lua.no_label"},
	{regexp.MustCompile(`^label '(?P<name>.*)' already defined on line \d+$`), "::", "lua.label_twice"},
	{regexp.MustCompile(`^<goto (?P<name>.*)> at line (?P<line>\d+) jumps into the scope of local '(?P<variable>.*)'$`), "goto", "lua.goto_local"},
	{regexp.MustCompile(`^no loop to break$`), "break", "lua.no_break"},
	{regexp.MustCompile(`^cannot use '\.\.\.' outside a vararg function$`), "...", "lua.no_varargs"},
}

func (c *Chunk) unclosed(open *token) *SyntaxError {
	return c.syntaxError(&syntaxFault{line: open.line, column: open.column, near: open.text,
		key: "lua.unclosed", args: map[string]any{"opener": open.text, "line": open.line, "closer": closer(open.text)}})
}

// column is where the word begins; gopher-lua tells where it ends.
func (c *Chunk) column(e *parse.Error) int {
	begin := e.Pos.Column - len(e.Token)
	if line := c.Line(e.Pos.Line); begin >= 0 && begin < len(line) && strings.HasPrefix(line[begin:], e.Token) {
		return begin + 1
	}
	return e.Pos.Column
}

func (c *Chunk) syntaxError(f *syntaxFault) *SyntaxError {
	return &SyntaxError{
		File: c.Name, Line: f.line, Column: f.column, Near: f.near,
		SourceLine: c.Line(f.line), Key: f.key, Args: f.args,
	}
}

// cache keeps the chunks that were compiled last. It is bounded: a service that reloads a script all year keeps few.
type cache struct {
	mutex  sync.Mutex
	chunks map[string]*Chunk
	order  []string
}

const cachedChunks = 64

var compiled = &cache{chunks: map[string]*Chunk{}}

func (c *cache) get(key string) *Chunk {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.chunks[key]
}

func (c *cache) put(key string, chunk *Chunk) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if _, ok := c.chunks[key]; ok {
		return
	}
	c.chunks[key] = chunk
	c.order = append(c.order, key)
	if len(c.order) > cachedChunks {
		delete(c.chunks, c.order[0])
		c.order = c.order[1:]
	}
}
