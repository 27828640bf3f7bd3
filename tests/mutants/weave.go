package main

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A package is built once for all bugs that lie within functions: beside each of these functions stand its copies, one for
// each bug, and the function asks the environment whether to be one of them. What can not be woven in so is planted alone.

// bugEnv names the bug that is awake, by its place in the table.
const bugEnv = "PLANTED_BUG"

// woven is a test binary with many bugs, all of them asleep.
type woven struct {
	t      *tree
	pkg    string
	binary string
	bugs   map[int]bool // by place in the table
}

// weave builds the tests of a package with those of its bugs that can be woven in; nil where none can.
func (t *tree) weave(ctx context.Context, pkg string, all []Mutant) *woven {
	bugs := map[int]bool{}
	for i, m := range all {
		bugs[i] = m.Package == pkg && strings.HasSuffix(m.File, ".go")
	}
	for range all {
		texts := map[string]*weaving{}
		for i, m := range all {
			if !bugs[i] {
				continue
			}
			if texts[m.File] == nil {
				texts[m.File] = t.begin(m.File)
			}
			bugs[i] = texts[m.File] != nil && texts[m.File].add(m, i)
		}
		w := &woven{t: t, pkg: pkg, bugs: bugs, binary: filepath.Join(t.work, strings.ReplaceAll(path.Clean(pkg), "/", "-")+".test")}
		output, err := w.build(ctx, texts)
		if err == nil {
			return w
		}
		if !drowse(bugs, texts, output) {
			return nil
		}
	}
	return nil
}

// drowse leaves those out that do not build; false where it is none of them.
func drowse(bugs map[int]bool, texts map[string]*weaving, output string) (some bool) {
	for _, found := range regexp.MustCompile(`(\S+\.go):(\d+):\d+: `).FindAllStringSubmatch(output, -1) {
		line, _ := strconv.Atoi(found[2])
		for _, w := range texts {
			if w != nil && filepath.Base(w.written) == filepath.Base(found[1]) {
				if i, ok := w.at(line); ok && bugs[i] {
					bugs[i], some = false, true
				}
			}
		}
	}
	return some
}

// build makes the binary.
func (w *woven) build(ctx context.Context, texts map[string]*weaving) (output string, err error) {
	replace := map[string]string{}
	for file, text := range texts {
		if text == nil || len(text.copies) == 0 {
			continue
		}
		real, err := filepath.Abs(filepath.Join(w.t.root, filepath.FromSlash(file)))
		if err != nil {
			return "", err
		}
		name := strings.ReplaceAll(file, "/", "-")
		text.written = filepath.Join(w.t.work, "woven-"+name)
		asks := filepath.Join(w.t.work, "asks-"+name)
		ask := fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar plantedBug = os.Getenv(%q)\n", text.file.Name, bugEnv)
		if err := os.WriteFile(text.written, []byte(text.String()), 0o600); err != nil {
			return "", err
		}
		if err := os.WriteFile(asks, []byte(ask), 0o600); err != nil {
			return "", err
		}
		replace[real], replace[filepath.Join(filepath.Dir(real), "planted_bug.go")] = text.written, asks
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(w.binary+".json", overlay, 0o600); err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-gcflags=-e", "-overlay", w.binary+".json", "-o", w.binary, w.pkg)
	command.Dir = w.t.root
	said, err := command.CombinedOutput()
	return string(said), err
}

// run runs tests with one of the bugs awake; with none where it is -1.
func (w *woven) run(ctx context.Context, tests string, bug int) ended {
	limit := longest
	if bug < 0 {
		limit = longestAll
	}
	args := []string{"-test.count=1", "-test.failfast", "-test.timeout=" + limit.String(), "-test.run=" + tests}
	command := exec.CommandContext(ctx, w.binary, append(args, w.t.quiet(w.pkg)...)...)
	command.Dir = filepath.Join(w.t.root, filepath.FromSlash(w.pkg))
	if bug >= 0 {
		command.Env = append(os.Environ(), bugEnv+"="+strconv.Itoa(bug), "HISTORIES="+histories)
	}
	output, err := command.CombinedOutput()
	return judged(string(output), err)
}

// weaving is a source file that bugs are woven into.
type weaving struct {
	source  string
	file    *ast.File
	set     *token.FileSet
	edits   []edit
	asked   map[*ast.FuncDecl]bool
	copies  []functionCopy
	written string // where the text is
}

type edit struct {
	at, end int
	text    string
}

// functionCopy is a function with a bug.
type functionCopy struct {
	bug  int
	text string
}

// begin reads a source file; nil where it is none.
func (t *tree) begin(file string) *weaving {
	source, err := os.ReadFile(filepath.Join(t.root, filepath.FromSlash(file)))
	if err != nil {
		return nil
	}
	w := &weaving{source: string(source), set: token.NewFileSet(), asked: map[*ast.FuncDecl]bool{}}
	if w.file, err = parser.ParseFile(w.set, file, source, 0); err != nil {
		return nil
	}
	return w
}

func (w *weaving) offset(p token.Pos) int { return w.set.Position(p).Offset }

// add weaves a bug in; false where it does not lie within the body of one plain function.
func (w *weaving) add(m Mutant, bug int) bool {
	at := strings.Index(w.source, m.Old)
	for _, d := range w.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || f.Type.TypeParams != nil || at < w.offset(f.Body.Lbrace)+1 || at+len(m.Old) > w.offset(f.Body.Rbrace) {
			continue
		}
		if f.Name.Name == "init" || f.Name.Name == "main" || !plainReceiver(f) {
			return false
		}
		from, name, to := w.offset(f.Pos()), w.offset(f.Name.End()), w.offset(f.End())
		text := w.source[from:name] + fmt.Sprintf("Bug%d", bug) + w.source[name:at] + m.New + w.source[at+len(m.Old):to]
		w.copies = append(w.copies, functionCopy{bug, text})
		w.ask(f, bug)
		return true
	}
	return false
}

// plainReceiver leaves out methods of types that take types.
func plainReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	_, ok := of.(*ast.Ident)
	return ok
}

// ask makes a function its copy when that bug is awake.
func (w *weaving) ask(f *ast.FuncDecl, bug int) {
	call := fmt.Sprintf("%sBug%d(%s)", f.Name.Name, bug, strings.Join(w.named(f, f.Type.Params), ", "))
	if f.Recv != nil {
		call = w.named(f, f.Recv)[0] + "." + call
	}
	if f.Type.Results != nil {
		call = "return " + call
	} else {
		call += "; return"
	}
	w.asked[f] = true
	at := w.offset(f.Body.Lbrace) + 1
	w.edits = append(w.edits, edit{at, at, fmt.Sprintf(" if plantedBug == \"%d\" { %s }\n", bug, call)})
}

// named are the parameters as a call hands them on; one without a name gets one.
func (w *weaving) named(f *ast.FuncDecl, fields *ast.FieldList) (all []string) {
	given := func(at, end int, text string) {
		if !w.asked[f] {
			w.edits = append(w.edits, edit{at, end, text})
		}
	}
	for i, field := range fields.List {
		more := ""
		if _, variadic := field.Type.(*ast.Ellipsis); variadic {
			more = "..."
		}
		own := fmt.Sprintf("given%d", w.offset(fields.Pos())+i)
		if len(field.Names) == 0 {
			given(w.offset(field.Type.Pos()), w.offset(field.Type.Pos()), own+" ")
			all = append(all, own+more)
		}
		for n, name := range field.Names {
			called := name.Name
			if called == "_" {
				called = fmt.Sprintf("%s_%d", own, n)
				given(w.offset(name.Pos()), w.offset(name.End()), called)
			}
			all = append(all, called+more)
		}
	}
	return all
}

// original is the source, where each function with bugs asks first.
func (w *weaving) original() string {
	edits := slices.Clone(w.edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	var text strings.Builder
	done := 0
	for _, e := range edits {
		text.WriteString(w.source[done:e.at] + e.text)
		done = e.end
	}
	return text.String() + w.source[done:]
}

// String is the whole file.
func (w *weaving) String() string {
	var text strings.Builder
	text.WriteString(w.original())
	for _, c := range w.copies {
		text.WriteString("\n\n" + c.text)
	}
	return text.String() + "\n"
}

// at is the bug whose function has that line.
func (w *weaving) at(line int) (bug int, ok bool) {
	first := strings.Count(w.original(), "\n") + 3
	for _, c := range w.copies {
		last := first + strings.Count(c.text, "\n")
		if line >= first && line <= last {
			return c.bug, true
		}
		first = last + 2
	}
	return 0, false
}
