package lua

import "strings"

// splitProse takes the examples out of the prose.
func splitProse(lines []proseLine) (string, []Example) {
	var prose []string
	var examples []Example
	var example []proseLine
	fenced, indented := false, false
	end := func() {
		if len(example) > 0 {
			examples = append(examples, newExample(example))
		}
		example, fenced, indented = nil, false, false
	}
	for _, l := range lines {
		trimmed := strings.TrimSpace(l.text)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			wasFenced := fenced
			end()
			fenced = !wasFenced
		case fenced:
			example = append(example, l)
		case trimmed == "Example:" || trimmed == "Exemplo:":
			end()
			indented = true
		case indented && strings.HasPrefix(l.text, "  "):
			example = append(example, l)
		default:
			end()
			prose = append(prose, trimmed)
		}
	}
	end()
	return strings.TrimSpace(strings.Join(prose, "\n")), examples
}

// newExample takes off the blanks that all lines begin with.
func newExample(lines []proseLine) Example {
	margin := -1
	for _, l := range lines {
		if blanks := len(l.text) - len(strings.TrimLeft(l.text, " \t")); strings.TrimSpace(l.text) != "" && (margin < 0 || blanks < margin) {
			margin = blanks
		}
	}
	code := make([]string, len(lines))
	for i, l := range lines {
		code[i] = strings.TrimRight(l.text[min(max(margin, 0), len(l.text)):], " \t")
	}
	return Example{Code: strings.Join(code, "\n") + "\n", Line: lines[0].line}
}
