package firebird

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/nakagami/firebirdsql"
)

// Refusal is what the engine says of one row that it does not take.
type Refusal struct {
	Rule Rule
	// Constraint and Table are the rule that was broken, by name; Column the column of Required. What the engine did not
	// say is "".
	Constraint, Table, Column string
	// Key is the value in question as the engine writes it: ("PRODUTO_ID" = 99).
	Key string
	// Said is all that the engine said, in one line; of Own the words of the exception.
	Said string
}

// Rule is the kind of rule that a row breaks.
type Rule string

// The rules.
const (
	Unique    Rule = "unique"    // a row with that key is there already
	Reference Rule = "reference" // the row that it refers to is not there
	Referred  Rule = "referred"  // another row refers to it
	Required  Rule = "required"  // a column that must not be empty is
	Check     Rule = "check"     // a CHECK of the table or of a domain
	Own       Rule = "own"       // a trigger or a procedure of the database raised an exception of its own
	Many      Rule = "many"      // several rows where one was looked for
	Locked    Rule = "locked"    // another transaction holds the row: it may do so no longer in a moment
	Other     Rule = "other"
)

// The engine's codes, the most telling first: an error of Firebird's has several.
var ruleCodes = []struct {
	rule  Rule
	codes []int
}{
	{Locked, []int{335544345, 335544336, 335544451, 335544510}}, // lock_conflict, deadlock, update_conflict, lock_timeout
	{Referred, []int{335544839}},                                // foreign_key_references_present
	{Reference, []int{335544838, 335544466}},                    // foreign_key_target_doesnt_exist, foreign_key
	{Unique, []int{335544665, 335544349}},                       // unique_key_violation, no_dup
	{Check, []int{335544558}},                                   // check_constraint
	{Required, []int{335544347, 335544879}},                     // not_valid, not_valid_for_var
	{Own, []int{335544517, 335544848, 335545016}},               // except, except2, formatted_exception
	{Many, []int{335544652}},                                    // sing_select_err
	{Other, []int{335544321, 335544334, 335544343, 335544914, 335544916, 335544565, 335544849, 335544569, 335544569, 335545250}},
}

const (
	gdsRandom    = 335544382 // random: @1
	gdsKeyValue  = 335545072 // idx_key_value: Problematic key value is @1
	gdsNotValid  = 335544347 // not_valid: validation error for column @1, value "@2"
	nothingThere = "*** null ***"
)

var ofColumn = regexp.MustCompile(`^"([^"]*)"\."([^"]*)"$`)

// Refused is what the engine says against a row; false where the error is of another kind, so that the next row would fare no
// better.
func Refused(err error) (Refusal, bool) {
	fb, ok := errors.AsType[*firebirdsql.FbError](err)
	if !ok || slices.ContainsFunc([][]int{gdsIO, gdsCorrupt, gdsShutdown, gdsLost}, func(codes []int) bool { return hasGDS(err, codes) }) {
		return Refusal{}, false
	}
	r := Refusal{Said: saidOf(fb)}
	for _, one := range ruleCodes {
		at := slices.IndexFunc(fb.GDSCodes, func(code int) bool { return slices.Contains(one.codes, code) })
		if at < 0 {
			continue
		}
		r.Rule = one.rule
		r.read(fb, at)
		return r, true
	}
	return Refusal{}, false
}

// read takes the names out of the parameters of the engine's sentences.
func (r *Refusal) read(fb *firebirdsql.FbError, at int) {
	params := func(i int) []string {
		var all []string
		for _, text := range fb.Params[i] {
			all = append(all, strings.TrimSpace(decoded(text)))
		}
		return all
	}
	for i, code := range fb.GDSCodes {
		said := params(i)
		switch {
		case code == gdsKeyValue && len(said) > 0:
			r.Key = said[0]
		case code == gdsNotValid && len(said) == 2:
			if names := ofColumn.FindStringSubmatch(said[0]); names != nil {
				r.Table, r.Column = names[1], names[2]
			}
			if said[1] != nothingThere {
				r.Rule, r.Key = Check, said[1] // of a domain
			}
		case r.Constraint == "" && len(said) == 2 && slices.Contains([]int{335544665, 335544466, 335544558}, code):
			r.Constraint, r.Table = said[0], said[1]
		case r.Constraint == "" && len(said) == 1 && code == 335544349:
			r.Constraint = said[0]
		}
	}
	if r.Rule == Own {
		// The number of the exception, its name, its words, each by itself; then where it was raised.
		for i := at + 1; i < len(fb.GDSCodes) && i <= at+2; i++ {
			if said := params(i); fb.GDSCodes[i] == gdsRandom && len(said) > 0 {
				r.Said = said[0]
			}
		}
	}
}

// saidOf is what the engine said, without the places in a block of ours, which nobody sees.
func saidOf(fb *firebirdsql.FbError) string {
	parts := strings.Split(decoded(oneLine{fb}.Error()), "; ")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return strings.HasPrefix(part, "At block line") }), "; ")
}
