package firebird

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Inspection is what a database file shows of itself.
type Inspection struct {
	// ShutdownMode is 0 for a database that is whole and online; a restore that did not come to its end leaves 2.
	ShutdownMode int
	// InactiveIndexes are the names of the indexes that are off, in alphabetical order.
	InactiveIndexes []string
	// ValidationErrors are the lines of gfix's full validation; none for a sound database.
	ValidationErrors []string
	// Rows are counted, per table of a store's own: no views, no external or temporary tables.
	Rows map[string]int64
	// Evidence are the values of the queries asked, "" for NULL, as Firebird itself writes them.
	Evidence []string
	// Groups are the rows of some tables by what a column of theirs holds, "" for NULL; nil where that could not be told.
	Groups map[string]map[string]int64
	// ODS is the format on the disk, "12.0"; Engine the version of the engine that looked, "3.0.11".
	ODS, Engine string
	PageSize    int
	Charset     string
}

// Questions are what else an Inspection is to tell.
type Questions struct {
	Evidence []string          // SELECTs of one value each
	Groups   map[string]string // tables, and the column by which the rows of each are told apart
}

// Inspect looks at a database file that nobody else has open: what it says of itself, its rows, what gfix finds, and
// what is asked besides. With an error the Inspection holds what was learned before.
func (e *Engine) Inspect(ctx context.Context, fdb string, q Questions) (Inspection, error) {
	look, err := e.look(ctx, fdb)
	if err != nil {
		return look, fmt.Errorf("inspect %s: %w", fdb, err)
	}
	if look.ValidationErrors, err = e.Validate(ctx, fdb); err != nil {
		return look, fmt.Errorf("inspect %s: %w", fdb, err)
	}
	if look.Evidence, err = e.evidence(ctx, fdb, look.Charset, q.Evidence); err != nil {
		return look, fmt.Errorf("inspect %s: %w", fdb, err)
	}
	look.Groups = e.groups(ctx, fdb, q.Groups)
	return look, nil
}

// Query gives the values of a query's first column, "" for NULL.
func (e *Engine) Query(ctx context.Context, fdb, sql string) ([]string, error) {
	script := newScript()
	script.section("query")
	script.add(sql)
	sections, err := e.ask(ctx, fdb, unicode, script)
	if err != nil {
		return nil, err
	}
	return firstValues(sections["query"]), nil
}

// Validate is gfix's full validation, which changes nothing. gfix ends with 0 whatever it finds, so what it says
// counts: any word is an error.
func (e *Engine) Validate(ctx context.Context, fdb string) ([]string, error) {
	return e.gfix(ctx, fdb, "-v", "-full", "-n")
}

// Two tables of the same engine differ in nothing but the marks around them, so each answer is read between marks
// that no database can hold.
type script struct {
	mark string
	text strings.Builder
}

func newScript() *script {
	s := &script{mark: rand.Text()}
	s.text.WriteString("set heading off;\nset list on;\nset bail on;\n")
	// A query that holds a semicolon stays one statement, and what follows it is no command of isql's.
	fmt.Fprintf(&s.text, "set term %s ;\n", s.term())
	return s
}

func (s *script) term() string { return "@" + s.mark[:8] + "@" }

func (s *script) add(statement string) { s.text.WriteString(statement + "\n" + s.term() + "\n") }

func (s *script) section(name string) {
	s.add(fmt.Sprintf("select '%s:%s' as m from rdb$database", s.mark, name))
}

// ask runs the script and cuts isql's answer at the marks. It fails when the last mark is missing.
func (e *Engine) ask(ctx context.Context, fdb, charset string, s *script) (map[string]string, error) {
	s.section("end")
	text, err := encode(s.text.String(), charset)
	if err != nil {
		return nil, err
	}
	out, err := e.isql(ctx, fdb, charset, string(text))
	if err != nil {
		return nil, err
	}
	sections, name := map[string]string{}, ""
	for line := range strings.Lines(out) {
		if _, after, ok := strings.Cut(line, s.mark+":"); ok {
			name = strings.TrimSpace(after)
			sections[name] = ""
		} else {
			sections[name] += line
		}
	}
	if _, ok := sections["end"]; !ok {
		return nil, e.toolError(fdb, "isql", strings.ReplaceAll(out, s.mark, ""))
	}
	return sections, nil
}

const (
	headQuery = `select m.mon$shutdown_mode || ' ' || m.mon$ods_major || '.' || m.mon$ods_minor || ' ' ||
		m.mon$page_size || ' ' || rdb$get_context('SYSTEM', 'ENGINE_VERSION') || ' ' ||
		coalesce(trim(d.rdb$character_set_name), 'NONE') from mon$database m cross join rdb$database d`
	indexQuery = `select trim(trailing from rdb$index_name) from rdb$indices
		where coalesce(rdb$index_inactive, 0) <> 0 and coalesce(rdb$system_flag, 0) = 0 order by 1`
	// The names keep their own character set all the way, so that those of other sets pass too.
	rowsBlock = `execute block returns (line varchar(255) character set unicode_fss) as
		declare name varchar(63) character set unicode_fss;
		declare n bigint;
		begin
			for select trim(trailing from rdb$relation_name) from rdb$relations
				where coalesce(rdb$system_flag, 0) = 0 and rdb$view_blr is null and coalesce(rdb$relation_type, 0) = 0
				into name do
			begin
				execute statement 'select count(*) from "' || replace(name, '"', '""') || '"' into n;
				line = n || ' ' || name;
				suspend;
			end
		end`
)

// look learns all but the evidence in one run of isql, without a character set: names come as they lie.
func (e *Engine) look(ctx context.Context, fdb string) (Inspection, error) {
	s := newScript()
	for _, part := range [][2]string{{"head", headQuery}, {"indexes", indexQuery}, {"rows", rowsBlock}} {
		s.section(part[0])
		s.add(part[1])
	}
	sections, err := e.ask(ctx, fdb, "NONE", s)
	if err != nil {
		return Inspection{}, err
	}
	look, err := parseHead(firstValues(sections["head"]))
	if err != nil {
		return look, err
	}
	look.InactiveIndexes = firstValues(sections["indexes"])
	look.Rows, err = parseRows(firstValues(sections["rows"]))
	return look, err
}

func parseHead(values []string) (Inspection, error) {
	var i Inspection
	if len(values) != 1 {
		return i, fmt.Errorf("read database header: %d rows", len(values))
	}
	_, err := fmt.Sscanf(values[0], "%d %s %d %s %s", &i.ShutdownMode, &i.ODS, &i.PageSize, &i.Engine, &i.Charset)
	if err != nil {
		return i, fmt.Errorf("read database header %q: %w", values[0], err)
	}
	return i, nil
}

func parseRows(lines []string) (map[string]int64, error) {
	rows := make(map[string]int64, len(lines))
	for _, line := range lines {
		count, name, ok := strings.Cut(line, " ")
		n, err := strconv.ParseInt(count, 10, 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("read row count %q", line)
		}
		rows[name] = n
	}
	return rows, nil
}

// evidence asks the queries as Snapshot.Scalars does, through a connection in the same character set, so that both
// give the same text.
func (e *Engine) evidence(ctx context.Context, fdb, charset string, queries []string) ([]string, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	s := newScript()
	for i, one := range queries {
		inner, err := query(one)
		if err != nil {
			return nil, err
		}
		s.section(strconv.Itoa(i))
		s.add("select cast(v as varchar(200)) from (" + inner + ") as e (v)")
	}
	charset = connectionCharset(charset)
	sections, err := e.ask(ctx, fdb, charset, s)
	if err != nil {
		return nil, err
	}
	values := make([]string, len(queries))
	for i, one := range queries {
		found := records(sections[strconv.Itoa(i)])
		if len(found) > 1 {
			return nil, message.New("arg.sql", "firebird.evidence", message.Args{"query": one})
		}
		if len(found) == 1 {
			values[i] = decodeFrom(found[0], charset)
		}
	}
	return values, nil
}

// decodeFrom makes text of bytes in a connection's character set.
func decodeFrom(raw, charset string) string {
	if set, ok := charmaps[charset]; ok {
		if text, err := set.NewDecoder().String(raw); err == nil {
			return text
		}
	}
	return decoded(raw)
}

// In a list isql writes each column as its name, padded to 32, and its value.
const listName = 32

// records are the values of a list of one column. A value may go over several lines; the next record begins where a
// line repeats the column's name.
func records(section string) []string {
	var found []string
	label := ""
	for line := range strings.Lines(section) {
		text := strings.TrimRight(line, "\r\n")
		switch {
		case label == "" && len(text) < listName: // blank lines before the first record
			if strings.TrimSpace(text) != "" && len(found) == 0 {
				label = fmt.Sprintf("%-*s", listName, strings.TrimSpace(text)) // a value that is empty, its padding cut
				found = append(found, "")
			}
		case label == "":
			label = text[:listName]
			found = append(found, text[listName:])
		case strings.HasPrefix(text, label):
			found = append(found, text[listName:])
		case strings.TrimSpace(text) == strings.TrimSpace(label):
			found = append(found, "")
		default:
			found[len(found)-1] += "\n" + text
		}
	}
	for i, value := range found {
		if found[i] = strings.TrimRight(value, "\n"); found[i] == "<null>" {
			found[i] = ""
		}
	}
	return found
}

// firstValues are the records as names.
func firstValues(section string) []string {
	values := records(section)
	for i, value := range values {
		values[i] = decodeName([]byte(value))
	}
	return values
}

// toolWords are the lines of a tool that are not blank.
func toolWords(out string) []string {
	var words []string
	for line := range strings.Lines(out) {
		if text := strings.Join(strings.Fields(decodeName([]byte(line))), " "); text != "" {
			words = append(words, text)
		}
	}
	return words
}

// RowsDiffer names the tables whose rows are not the same in both, in alphabetical order. A table that one of them
// lacks counts as empty: gbak's restore does not name the empty ones, its backup names temporary ones.
func RowsDiffer(a, b map[string]int64) []string {
	var differ []string
	for name, n := range a {
		if b[name] != n {
			differ = append(differ, name)
		}
	}
	for name, n := range b {
		if _, ok := a[name]; !ok && n != 0 {
			differ = append(differ, name)
		}
	}
	slices.Sort(differ)
	return differ
}
