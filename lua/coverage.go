package lua

import (
	"slices"

	glua "github.com/yuin/gopher-lua"
)

// Coverage counts how often each line of scripts ran, over any number of states, one after the other. Its zero value is
// ready. The counting goes through the context that counts steps; a state without Coverage pays nothing for it.
type Coverage struct {
	files  []*CoveredFile
	byHash map[string]*CoveredFile
	protos map[*glua.FunctionProto]*CoveredFile
}

// CoveredFile is one script.
type CoveredFile struct {
	Name string
	Hits map[int]int // by line, of those that hold something to run: 0 where it never ran

	chunk *Chunk
}

// Files are the scripts that ran, in the order in which they ran first.
func (c *Coverage) Files() []*CoveredFile { return c.files }

// Missed are the lines that never ran, in order.
func (f *CoveredFile) Missed() []int {
	var lines []int
	for line, hits := range f.Hits {
		if hits == 0 {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// Line is the text of a line.
func (f *CoveredFile) Line(n int) string { return f.chunk.Line(n) }

// add notes a script that is about to run.
func (c *Coverage) add(chunk *Chunk) {
	if c == nil {
		return
	}
	file := c.byHash[chunk.Name+chunk.Hash]
	if file == nil {
		file = &CoveredFile{Name: chunk.Name, Hits: map[int]int{}, chunk: chunk}
		if c.byHash == nil {
			c.byHash, c.protos = map[string]*CoveredFile{}, map[*glua.FunctionProto]*CoveredFile{}
		}
		c.byHash[chunk.Name+chunk.Hash] = file
		c.files = append(c.files, file)
	}
	c.learn(file, chunk.proto)
}

// learn notes the lines of a function and of those within it. The last instruction of each is the return that the
// compiler adds: the word "end" is nothing that runs.
func (c *Coverage) learn(file *CoveredFile, proto *glua.FunctionProto) {
	if c.protos[proto] != nil {
		return
	}
	c.protos[proto] = file
	for _, line := range proto.DbgSourcePositions[:max(0, len(proto.DbgSourcePositions)-1)] {
		file.Hits[line] += 0
	}
	for _, inner := range proto.FunctionPrototypes {
		c.learn(file, inner)
	}
}

// coverLine counts the line that runs now, once for each of its instructions.
func (s *State) coverLine() {
	debug, ok := s.l.GetStack(0)
	if !ok {
		return
	}
	at := positionOf(s.l, debug)
	file := s.options.Cover.protos[at.proto]
	if file == nil || at.pc < 0 || at.pc >= len(at.proto.DbgSourcePositions) {
		return
	}
	line := at.proto.DbgSourcePositions[at.pc]
	if _, counts := file.Hits[line]; counts {
		file.Hits[line]++
	}
}
