package primitive

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
	"github.com/djscript/djscript/lua"
)

// No store keeps more; it is a slip of the hand.
const mostKept = 100_000

var scriptPolicy = regexp.MustCompile(`^[\w-]+:[\w-]+$`)

// ParseKeep reads rules as a person types them, "daily=7 weekly=4; class=closing monthly=60", or the name of a script's
// policy, "fiscal:year".
func ParseKeep(text string) (*Keep, error) {
	if scriptPolicy.MatchString(strings.TrimSpace(text)) {
		return &Keep{Script: strings.TrimSpace(text)}, nil
	}
	k := &Keep{}
	var wrong []error
	for set := range strings.SplitSeq(text, ";") {
		p, err := parsePolicy(set)
		wrong, k.Policies = append(wrong, err), append(k.Policies, p)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return k, nil
}

func parsePolicy(text string) (retention.Policy, error) {
	a := &policyArgs{}
	counts := map[string]*int{
		"last": &a.Last, "hourly": &a.Hourly, "daily": &a.Daily, "weekly": &a.Weekly, "monthly": &a.Monthly, "yearly": &a.Yearly,
	}
	rules := []string{"last", "hourly", "daily", "weekly", "monthly", "yearly", "within", "weekdays", "class", "min"}
	told := map[string]bool{}
	var wrong []error
	for word := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(strings.Trim(word, ","), "=")
		args := message.Args{"word": word, "name": name, "known": strings.Join(rules, ", "), "near": cmp.Or(message.Rule(name), lua.Nearest(name, rules))}
		switch {
		case !slices.Contains(rules, name):
			wrong = append(wrong, message.New("option.value", "primitive.rule_word", args))
			continue
		case value == "":
			wrong = append(wrong, message.New("option.value", "primitive.rule_value", args))
			continue
		case told[name]:
			wrong = append(wrong, message.New("option.value", "primitive.rule_twice", args))
			continue
		}
		told[name] = true
		var err error
		switch name {
		case "within":
			days, ok := strings.CutSuffix(value, "d")
			var n int
			if n, err = count(word, days); !ok || n == 0 {
				err = message.New("option.value", "primitive.whole_days", message.Args{"got": value})
			}
			a.Within = time.Duration(n) * 24 * time.Hour
		case "weekdays":
			a.Weekdays = strings.Split(value, ",")
		case "class":
			a.Class = strings.Split(value, ",")
		case "min":
			a.Min = new(int)
			*a.Min, err = count(word, value)
		default:
			*counts[name], err = count(word, value)
		}
		wrong = append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return retention.Policy{}, err
	}
	return a.policy()
}

func count(word, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > mostKept {
		return 0, message.New("option.value", "primitive.rule_count", message.Args{"word": word, "most": mostKept})
	}
	return n, nil
}
