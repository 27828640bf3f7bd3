package firebird

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Statement is one statement of a script.
type Statement struct {
	// SQL is without a final semicolon. A name that is not ASCII stands as it is, in UTF-8.
	SQL string
	// Args are bound to the places of the statement ("?"); only a server takes them.
	Args []any
	// Answers says that the statement gives rows of one column: a SELECT, or a block that suspends.
	Answers bool
}

// File is a database file that an embedded engine of ours has to itself: nobody else has it open.
type File struct {
	Engine *Engine
	Path   string
}

// Run runs statements one after the other, each committed before the next begins, and gives what those answered that
// do, "" for NULL. It stops at the first that fails; the error is a *StatementError. done is told how many are through.
//
// Nothing fires that the database does when somebody connects, commits or defines something. Texts go through as they
// lie there, whatever their character set.
func (f File) Run(ctx context.Context, statements []Statement, done func(n int)) ([][]string, error) {
	if len(statements) == 0 {
		return nil, nil
	}
	s := newScript()
	for i, one := range statements {
		if len(one.Args) > 0 {
			return nil, fmt.Errorf("run statement %d: an embedded engine binds no arguments", i)
		}
		s.section(fmt.Sprint(i))
		s.add(one.SQL)
		s.add("commit")
	}
	s.section("end")
	heard := &answers{mark: s.mark, done: done, sections: make([]bytes.Buffer, len(statements))}
	err := f.isql(ctx, s.text.String(), heard)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || !heard.whole {
		return nil, f.refused(statements, heard, err)
	}
	results := make([][]string, len(statements))
	for i, one := range statements {
		if one.Answers {
			results[i] = firstValues(heard.sections[i].String())
		}
	}
	return results, nil
}

// Ask gives the values of the first column of each query, "" for NULL.
func (f File) Ask(ctx context.Context, queries ...string) ([][]string, error) {
	return f.Run(ctx, asking(queries), nil)
}

func asking(queries []string) []Statement {
	statements := make([]Statement, len(queries))
	for i, q := range queries {
		statements[i] = Statement{SQL: q, Answers: true}
	}
	return statements
}

// cache is how many pages an engine keeps that works through whole tables and their indexes: a restore does with 128,
// but each page more than the file has takes its time too, when the engine opens it.
func (f File) cache() string {
	const least, most, page = 128, 8192, 8192
	info, err := os.Stat(f.Path)
	if err != nil {
		return strconv.Itoa(least) // isql will say what is wrong with it
	}
	return strconv.FormatInt(min(max(least, info.Size()/page), most), 10)
}

func (f File) isql(ctx context.Context, text string, heard *answers) error {
	if f.Engine.tools.Isql == "" {
		return message.New("gbak.failed", "gbak.no_tool", message.Args{"tool": "isql", "path": f.Engine.tools.Dir})
	}
	file, err := os.CreateTemp(f.Engine.root.tmp(), "script-")
	if err != nil {
		return fmt.Errorf("write script: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString(text)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write script: %w", err)
	}
	p, err := start(ctx, child{
		path: f.Engine.tools.Isql, dir: f.Engine.root.tmp(), env: f.Engine.env(), stdout: heard, stderr: heard,
		args: []string{"-q", "-b", "-nodbtriggers", "-charset", "NONE", "-cache", f.cache(), f.Path, "-i", file.Name()},
	})
	if err != nil {
		return fmt.Errorf("run isql: %w", err)
	}
	return p.wait()
}

// answers cuts what isql says at the marks, as it comes.
type answers struct {
	mark     string
	done     func(int)
	sections []bytes.Buffer
	at       int // the section that is being heard
	begun    bool
	whole    bool
	line     []byte
}

// Write takes everything; of one statement's words it keeps no more than a person can use, or the answers fill.
func (a *answers) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			a.line = append(a.line, rest...)
			break
		}
		a.line = append(a.line, rest[:end+1]...)
		a.take(a.line)
		a.line, rest = a.line[:0], rest[end+1:]
	}
	return len(p), nil
}

const answerBytes = 256 << 20

func (a *answers) take(line []byte) {
	if _, after, ok := bytes.Cut(line, []byte(a.mark+":")); ok {
		a.next(strings.TrimSpace(string(after)))
		return
	}
	if a.begun && a.sections[a.at].Len() < answerBytes {
		a.sections[a.at].Write(line)
	}
}

func (a *answers) next(name string) {
	if name == "end" {
		a.whole = true
		a.at = len(a.sections) - 1
		if a.done != nil {
			a.done(len(a.sections))
		}
		return
	}
	if _, err := fmt.Sscan(name, &a.at); err == nil {
		a.begun = true
		if a.done != nil {
			a.done(a.at)
		}
	}
}

// StatementError is a statement that the database refused.
type StatementError struct {
	Index int // in the script
	SQL   string
	Err   error
}

// Error is what Firebird said.
func (e *StatementError) Error() string { return e.Err.Error() }

// Unwrap is the error with its code.
func (e *StatementError) Unwrap() error { return e.Err }

var constraintWords = regexp.MustCompile(`(?i)violation of |validation error for|attempt to store duplicate|` +
	`problematic key value|integrity constraint|operation violates check`)

var errUnfinished = errors.New("ended before its script")

// Where in our own file of the script it was says nothing to a person.
var scriptPlace = regexp.MustCompile(`(?m)^(?:After|At) line \d+ in file .*$`)

// refused is the error of the statement that isql stopped at.
func (f File) refused(statements []Statement, heard *answers, err error) error {
	said := string(heard.line)
	if heard.begun {
		said = heard.sections[heard.at].String() + said
	}
	said = scriptPlace.ReplaceAllString(said, "")
	words := toolWords(said)
	if len(words) == 0 {
		return fmt.Errorf("run isql: %w", errors.Join(err, errUnfinished))
	}
	failed := f.Engine.toolError(f.Path, "isql", said)
	if text := joinWords(words); constraintWords.MatchString(text) {
		failed = message.New("db.constraint", "firebird.constraint_said", message.Args{"path": f.Path, "line": text})
	}
	if !heard.begun {
		return failed
	}
	return &StatementError{Index: heard.at, SQL: statements[heard.at].SQL, Err: failed}
}

// ForcedWrites has the engine wait for the disk with each page that it writes, or not. What was not waited for lies in the
// system's cache: whoever wants to rely on it flushes the file.
func (f File) ForcedWrites(ctx context.Context, on bool) error {
	if f.Engine.tools.Gfix == "" {
		return message.New("gbak.failed", "gbak.no_tool", message.Args{"tool": "gfix", "path": f.Engine.tools.Dir})
	}
	how := "async"
	if on {
		how = "sync"
	}
	var out cappedBuffer
	p, err := start(ctx, child{
		path: f.Engine.tools.Gfix, args: []string{"-write", how, f.Path}, dir: f.Engine.root.tmp(), env: f.Engine.env(), stdout: &out, stderr: &out,
	})
	if err != nil {
		return fmt.Errorf("run gfix: %w", err)
	}
	if err = p.wait(); ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || len(toolWords(out.String())) > 0 {
		return f.Engine.toolError(f.Path, "gfix", out.String())
	}
	return nil
}

// Reach is how a statement that runs in one database comes to another: an EXECUTE BLOCK has Params before its first
// word and binds Args, and Clause follows the inner statement.
type Reach struct {
	Params string
	Clause string
	Args   []any
}

// Reach comes to the file from another one that the same engine has open.
func (f File) Reach() Reach {
	return Reach{Clause: "ON EXTERNAL '" + strings.ReplaceAll(f.Path, "'", "''") + "' AS USER 'SYSDBA'"}
}
