package grant

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// words are what a shop owner is told of each power: what a script does that has it, and, of a power that can hurt the
// store or leave it, what a script never does that has it not.
var words = map[string]struct{ does, never string }{
	"calendar.read": {does: "grant.calendar_read"},
	"copy.destroy":  {does: "grant.copy_destroy", never: "grant.never_copy_destroy"},
	"copy.read":     {does: "grant.copy_read"},
	"copy.write":    {does: "grant.copy_write"},
	"db.read":       {does: "grant.db_read"},
	"db.write":      {does: "grant.db_write", never: "grant.never_db_write"},
	"db.recover":    {does: "grant.db_recover", never: "grant.never_db_recover"},
	"drive.destroy": {does: "grant.drive_destroy", never: "grant.never_drive_destroy"},
	"drive.read":    {does: "grant.drive_read"},
	"drive.write":   {does: "grant.drive_write", never: "grant.never_drive_write"},
	"history.read":  {does: "grant.history_read"},
	"notify":        {does: "grant.notify", never: "grant.never_notify"},
	"restore":       {does: "grant.restore", never: "grant.never_restore"},
	"txt.read":      {does: "grant.txt_read"},
	"txt.write":     {does: "grant.txt_write", never: "grant.never_txt_write"},
}

// Says is what a shop owner is told of a power, over nothing in particular.
func (p Power) Says() string { return say(words[p.Name].does, nil) }

// order is how effects follow each other in a sentence: what changes something first, and of what is never done the worst.
var (
	order = []string{"write", "destroy", "external", "read"}
	worst = []string{"destroy", "external", "write", "read"}
)

// Sentence says what a script does that has these needs, and what it never does: "makes copies on local and pendrive,
// drops copies on local; never restores". It is in the current language.
func (all Powers) Sentence(needs []Need) string {
	var does, never []string
	for _, p := range all.by(order) {
		if objects, needed := over(p.Name, needs); needed {
			does = append(does, say(words[p.Name].does, objects))
		}
	}
	for _, p := range all.by(worst) {
		if _, needed := over(p.Name, needs); !needed && words[p.Name].never != "" {
			never = append(never, message.Text(words[p.Name].never, nil))
		}
	}
	if len(does) == 0 {
		does = []string{message.Text("grant.nothing", nil)}
	}
	return strings.Join(slices.DeleteFunc([]string{strings.Join(does, ", "), strings.Join(never, ", ")}, empty), "; ")
}

// by are the powers in an order of their effects.
func (all Powers) by(effects []string) Powers {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Power) int { return slices.Index(effects, a.Effect) - slices.Index(effects, b.Effect) })
	return sorted
}

// say is a sentence about these objects.
func say(key string, objects []string) string {
	args := message.Args{"over": enumerate(objects), "n": len(objects)}
	return message.Text(key, args)
}

func empty(text string) bool { return text == "" }

// over are the objects that a power is needed over, nil where one of the needs is open.
func over(power string, needs []Need) (objects []string, needed bool) {
	open := false
	for _, n := range needs {
		if n.Power != power {
			continue
		}
		needed, open = true, open || n.Open
		if n.Object != "" {
			objects = append(objects, n.Object)
		}
	}
	if open {
		return nil, needed
	}
	slices.Sort(objects)
	return slices.Compact(objects), needed
}

// enumerate is "a", "a and b", "a, b and c".
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + message.Text("grant.and", nil) + names[last]
}
