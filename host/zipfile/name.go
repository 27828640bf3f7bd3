package zipfile

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Longer names do not unpack on Windows, whatever they are.
const maxName = 1024

// safeName says whether an entry of that name can be unpacked into a folder of any system and is then in that folder
// under that name: relative, no "..", no drive, no stream (":"), nothing that Windows reserves or trims.
func safeName(name string) bool {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || path.Clean(name) != name {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if !plainPart.MatchString(part) || reservedPart.MatchString(part) {
			return false
		}
	}
	return true
}

var (
	plainPart    = regexp.MustCompile(`^[^\x00-\x1f\x7f<>:"\\|?*]*[^\x00-\x1f\x7f<>:"\\|?*. ]$`)
	reservedPart = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)`)
)

func isASCII(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// tree is the names of a zip as Windows would unpack them: upper and lower case are one, and what is a file is no
// folder. true is a file, false a folder.
type tree map[string]bool

func (t tree) add(name string) bool {
	name = strings.ToLower(name)
	if _, taken := t[name]; taken {
		return false
	}
	t[name] = true
	return t.addFolder(path.Dir(name))
}

func (t tree) addFolder(name string) bool {
	for name = strings.ToLower(name); name != "."; name = path.Dir(name) {
		if t[name] {
			return false
		}
		t[name] = false
	}
	return true
}
