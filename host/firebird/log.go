package firebird

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Log is what gbak said of one backup or restore.
type Log struct {
	// Rows are the rows per table, as gbak itself wrote or restored them, in its own transaction. A backup names
	// every table that it wrote, a restore only those with rows.
	Rows map[string]int64
	// Lines are the last lines, at most 200, as gbak wrote them.
	Lines []string
	// Warnings are the lines that gbak marks as such; they are no failure.
	Warnings []string
	// Bytes is the length of the backup by gbak's own count, 0 where it gave none.
	Bytes int64
}

const (
	keptLines = 200
	keptWarns = 50
	lineBytes = 4 << 10
	// A log has a few lines for each table, column, index and 10,000 rows. The largest are a few megabytes; a gbak
	// that asks for the next volume and gets no answer can write without end.
	logBytes = 32 << 20
)

// lineWriter cuts what a program writes into lines. It takes everything, so that the program never waits; of a line
// longer than lineBytes the rest is lost.
type lineWriter struct {
	mu    sync.Mutex
	part  []byte
	total int64
	take  func(line string)
	moved func()
	// flood is called once, when more than logBytes have come; then nothing more is taken.
	flood func()
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.moved()
	w.mu.Lock()
	defer w.mu.Unlock()
	flooded := w.total > logBytes
	w.total += int64(len(p))
	if flooded {
		return len(p), nil
	}
	for rest := p; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			w.keep(rest)
			break
		}
		w.keep(rest[:end])
		w.give()
		rest = rest[end+1:]
	}
	if w.total > logBytes {
		w.flood()
	}
	return len(p), nil
}

func (w *lineWriter) keep(p []byte) {
	w.part = append(w.part, p[:min(len(p), lineBytes-len(w.part))]...)
}

func (w *lineWriter) give() {
	w.take(strings.TrimRight(decodeName(w.part), "\r"))
	w.part = w.part[:0]
}

// end gives the last line, which may lack its newline.
func (w *lineWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.part) > 0 {
		w.give()
	}
}

// decodeName makes text of what Firebird's tools print: they translate nothing. Names are UTF-8, unless they were
// made through a connection without a character set, as old systems do: then they are in Windows-1252.
func decodeName(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "?")
	}
	return string(text)
}

var (
	countLine = regexp.MustCompile(`^(\d+) records? (?:written|restored)$`)
	bytesLine = regexp.MustCompile(`^closing file, committing, and finishing\.?(?: (\d+) bytes written)?$`)
	// Lines that gbak writes as if they were nothing, with exit code 0, while data is lost. Measured on 3.0.11, the
	// others taken from its message file.
	failureLine = regexp.MustCompile(`^(?i:error:|exiting before completion|cannot |could not |can't |commit failed|` +
		`error committing|error accessing|restore failed|warning -- |do not recognize|do not understand|` +
		`adjusting an invalid|skipped |skipping attribute|trying to recover|attribute not specified|\d+ records ignored|` +
		`database is not online|unexpected |expected |backup file .* might be corrupt|free disk space exhausted|` +
		`done with volume|press return to reopen|index .* (?:omitted because|failed to activate)|` +
		`column .* seems to have vanished|trigger .* is invalid$|failed in )`)
	ignoredLine = regexp.MustCompile(`^\d+ records ignored$`)
	volumeLine  = regexp.MustCompile(`^(?i:done with volume|press return to reopen)`)
)

// logReader understands gbak's lines as they come.
type logReader struct {
	onTable func(string)
	// onVolume is called when gbak asks for another volume: nobody will answer.
	onVolume func()
	// rowless is of a restore that was told to leave the rows out: gbak says so of each table.
	rowless bool

	mu       sync.Mutex
	log      Log
	table    string
	failures []string
	finished bool
	started  chan struct{}
	begun    bool
}

func newLogReader() *logReader {
	return &logReader{
		onTable: func(string) {}, onVolume: func() {},
		log: Log{Rows: map[string]int64{}}, started: make(chan struct{}),
	}
}

func (r *logReader) take(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	table, volume := r.understand(line)
	if table != "" {
		r.onTable(table)
	}
	if volume {
		r.onVolume()
	}
}

func (r *logReader) understand(line string) (table string, volume bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(line)
	text, kind := cutMark(line)
	switch {
	case r.rowless && ignoredLine.MatchString(text):
		return "", false
	case kind == markError || !ordinary(text) && failureLine.MatchString(text):
		if len(r.failures) < keptWarns {
			r.failures = append(r.failures, text)
		}
		return "", volumeLine.MatchString(text)
	case kind == markWarning:
		if len(r.log.Warnings) < keptWarns {
			r.log.Warnings = append(r.log.Warnings, text)
		}
		return "", false
	}
	return r.progress(text), false
}

// keep keeps the last lines; twice as many, so that they seldom have to be moved.
func (r *logReader) keep(line string) {
	if len(r.log.Lines) == 2*keptLines {
		r.log.Lines = r.log.Lines[:copy(r.log.Lines, r.log.Lines[keptLines:])]
	}
	r.log.Lines = append(r.log.Lines, line)
}

// ordinary are nearly all lines, known at a glance.
func ordinary(text string) bool {
	return strings.HasPrefix(text, "writing ") || strings.HasPrefix(text, "restoring ")
}

// progress takes a line of a gbak that works, and gives the table that it now begins.
func (r *logReader) progress(text string) string {
	if ordinary(text) {
		return r.begins(text)
	}
	if m := countLine.FindStringSubmatch(text); m != nil {
		// The counts of one table grow; the last one stands.
		if n, err := strconv.ParseInt(m[1], 10, 64); err == nil && r.table != "" {
			r.log.Rows[r.table] = n
		}
		return ""
	}
	if m := bytesLine.FindStringSubmatch(text); m != nil {
		r.finished = true
		r.log.Bytes, _ = strconv.ParseInt("0"+m[1], 10, 64)
		return ""
	}
	switch text {
	case "starting transaction", "started transaction":
		r.begin()
	case "finishing, closing, and going home":
		r.finished = true
	}
	return ""
}

// begins gives the table whose data begins with this line.
func (r *logReader) begins(text string) string {
	for _, verb := range []string{"writing data for table ", "restoring data for table "} {
		if name, ok := strings.CutPrefix(text, verb); ok {
			r.table = name
			if _, ok := r.log.Rows[name]; !ok {
				r.log.Rows[name] = 0
			}
			return name
		}
	}
	return ""
}

func (r *logReader) begin() {
	if !r.begun {
		r.begun = true
		close(r.started)
	}
}

// over says that no more lines come: nobody shall wait for the transaction's start any longer.
func (r *logReader) over() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
}

// result is the log so far, the lines that tell of a failure, and whether gbak said that it came to its end.
func (r *logReader) result() (Log, []string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := r.log
	log.Rows = make(map[string]int64, len(r.log.Rows))
	maps.Copy(log.Rows, r.log.Rows)
	log.Lines = slices.Clone(r.log.Lines[max(0, len(r.log.Lines)-keptLines):])
	log.Warnings = slices.Clone(r.log.Warnings)
	return log, slices.Clone(r.failures), r.finished
}

type mark int

const (
	markNone mark = iota
	markWarning
	markError
)

// cutMark takes "gbak:" and "gbak: ERROR:" off a line. Of the text only the spaces that gbak itself adds are taken: a
// table's name may begin with one.
func cutMark(line string) (string, mark) {
	line = strings.TrimRight(line, " \t") // the services API adds one space
	line = strings.TrimPrefix(line, "gbak:")
	line = strings.TrimLeft(line, " \t")
	if text, ok := strings.CutPrefix(line, "ERROR:"); ok {
		return strings.TrimSpace(text), markError
	}
	if text, ok := strings.CutPrefix(line, "WARNING:"); ok {
		return strings.TrimSpace(text), markWarning
	}
	return line, markNone
}
