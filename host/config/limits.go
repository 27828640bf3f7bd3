package config

import (
	"regexp"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Limits are those of one run. A zero is no limit.
type Limits struct {
	Steps        int64         // Lua instructions
	Memory       int64         // bytes, of the run's own process
	Timeout      time.Duration // of a run whose entry gives none
	FilesWritten int64
	FilesDropped int64
	Silence      time.Duration // of gbak: how long it may neither give a byte nor say a line
}

func (t *table) limits() Limits {
	in, _ := t.sub("limits")
	defer in.Close()
	return Limits{
		Steps: in.amount("steps"), Memory: in.memory("memory"), Timeout: in.positive("timeout"),
		FilesWritten: in.amount("files_written"), FilesDropped: in.amount("files_dropped"), Silence: in.positive("silence"),
	}
}

// minMemory is what the program needs for itself, and some for the script.
const minMemory = 64 << 20

func (t *table) memory(name string) int64 {
	text, ok := t.Text(name)
	if !ok {
		return 0
	}
	n, ok := parseSize(text)
	if !ok || n < minMemory {
		t.Bad(name, message.New("option.value", "config.memory", message.Args{"value": text}))
	}
	return n
}

var sizeShape = regexp.MustCompile(`^([1-9]\d{0,5}) ?([MG])B$`)

func parseSize(text string) (int64, bool) {
	found := sizeShape.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n << map[string]int{"M": 20, "G": 30}[found[2]], true
}
