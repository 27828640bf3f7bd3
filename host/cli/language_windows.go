package cli

import (
	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/message"
)

// systemLanguage is the language that Windows shows its own menus in.
func systemLanguage() string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return message.Match(names[0])
}
