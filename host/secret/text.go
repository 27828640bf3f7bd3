package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden is what every way of printing a Text shows.
const hidden = "***"

// Text is a password or another value that must never be read by chance: it prints, formats, marshals and logs as "***".
// The only way to the value is Reveal. Two things no method can reach: a Text in a field that is not exported, under %v,
// and a Text that is the key of a map, under JSON.
type Text string

// Reveal returns the value itself. Call it only where the value leaves for the program that needs it.
func (t Text) Reveal() string { return string(t) }

// String returns "***".
func (Text) String() string { return hidden }

// GoString returns "***", so that %#v is as silent as %v.
func (Text) GoString() string { return hidden }

// Format prints "***" for every verb, %x and %q included.
func (Text) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, hidden) }

// MarshalText writes "***".
func (Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON writes "***" as a JSON string.
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue logs "***".
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }
