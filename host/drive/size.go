package drive

import (
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Size is a number of bytes that a sentence shows as a person says it, in the current language: "1,5 GB".
type Size int64

// String is the size with one decimal below ten, in powers of 1024, as Windows Explorer shows it.
func (s Size) String() string {
	const units = "KMGTPE"
	if s < 1024 {
		return fmt.Sprintf("%d bytes", int64(s))
	}
	value, unit := float64(s), -1
	// 1023.5 would be written as 1024 of the smaller unit.
	for value >= 1023.5 && unit+1 < len(units) {
		value, unit = value/1024, unit+1
	}
	text := fmt.Sprintf("%.0f", value)
	if value < 9.95 {
		text = fmt.Sprintf("%.1f", value)
	}
	if message.Language() == message.Portuguese {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text + " " + units[unit:unit+1] + "B"
}
