package firebird

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/djscript/djscript/host/message"
)

// Why we killed a gbak ourselves.
var (
	errHang    = errors.New("no sign of life")
	errFlood   = errors.New("output without end")
	errVolume  = errors.New("asks for another volume")
	errHeader  = errors.New("not a backup")
	errDropped = errors.New("closed before its end")
	errReading = errors.New("stream lost")
)

// ending is all that is known of a gbak that is over.
type ending struct {
	subject  string // the database, as a person is told of it
	server   string
	way      Way   // "" for a restore
	killed   error // context.Cause of its context; nil when it ended by itself
	exit     error // of process.wait
	failures []string
	lines    []string
	finished bool
}

// verdict is nil only for a gbak that ended by itself with 0, said nothing of an error and said that it was done.
func (e ending) verdict() error {
	if e.killed != nil {
		return e.whyKilled()
	}
	var exit *exec.ExitError
	switch {
	case errors.As(e.exit, &exit) && !exit.Exited():
		return message.New("gbak.killed", "gbak.killed", message.Args{"database": e.subject, "signal": exit.String()})
	case len(e.failures) > 0:
		return e.failed()
	case errors.As(e.exit, &exit):
		code := "gbak.failed"
		if !e.finished {
			code = "gbak.killed" // ended in the middle without a word of its own: so Windows shows a process that was killed
		}
		return message.New(code, "gbak.exit", message.Args{
			"database": e.subject, "exit": exit.ExitCode(), "line": e.lastLine()})
	case e.exit != nil:
		return fmt.Errorf("run gbak: %w", e.exit)
	case !e.finished:
		return message.New("gbak.failed", "gbak.unfinished", message.Args{"database": e.subject, "line": e.lastLine()})
	}
	return nil
}

func (e ending) whyKilled() error {
	args := message.Args{"database": e.subject, "line": e.lastLine()}
	switch {
	case errors.Is(e.killed, errHang):
		return message.New("gbak.hang", "gbak.hang", args)
	case errors.Is(e.killed, errFlood):
		return message.New("gbak.failed", "gbak.flood", args)
	case errors.Is(e.killed, errVolume):
		if e.way == "" {
			return message.New("gbak.failed", "gbak.truncated", args)
		}
		return message.New("drive.full", "gbak.full", args)
	case errors.Is(e.killed, errHeader):
		return message.New("gbak.failed", "gbak.header", args)
	}
	return fmt.Errorf("gbak stopped: %w", e.killed)
}

// failed puts gbak's own words into one of our sentences. They count whatever the exit code was.
func (e ending) failed() error {
	words := joinWords(e.failures)
	args := message.Args{"database": e.subject, "server": e.server, "line": words, "way": string(e.way)}
	for _, k := range kinds() {
		if k.words.MatchString(words) {
			return message.New(k.code, k.key, args)
		}
	}
	if e.exit == nil {
		return message.New("gbak.failed", "gbak.lied", args)
	}
	return message.New("gbak.failed", "gbak.failed", args)
}

// lastLine is the last thing that gbak said; lines without words do not count.
func (e ending) lastLine() string {
	for _, line := range slices.Backward(e.lines) {
		line, _ = cutMark(line)
		if line = strings.TrimSpace(line); line != "" {
			return shorten(line)
		}
	}
	return "-"
}

// kind is a failure that Firebird's words give away.
type kind struct {
	words     *regexp.Regexp
	code, key string
}

// kinds are tried in order. What the operating system says comes in its language: Windows in Brazil speaks
// Portuguese, in a code page that we do not know, hence the dots.
var kinds = sync.OnceValue(func() []kind {
	match := func(words string) *regexp.Regexp { return regexp.MustCompile("(?i)" + words) }
	return []kind{
		{match(`cannot open backup file`), "gbak.failed", "gbak.way"},
		{match(`user name and password are not defined|install incomplete|missing security context`), "db.auth", "gbak.auth"},
		{match(`no permission for|unable to perform operation|must be SYSDBA or owner`), "db.auth", "gbak.rights"},
		{match(`unable to complete network request|unavailable database|cannot attach to services manager|` +
			`error reading data from the connection|error writing data to the connection|connection lost`),
			"db.server", "gbak.server"},
		{match(`already opened with engine instance|used by another process|usado por outro processo|lock conflict|` +
			`object .* is in use`), "db.busy", "gbak.busy"},
		{match(`database .* shutdown`), "db.busy", "gbak.shutdown"},
		{match(`no such file or directory|cannot find the (?:file|path)|n.{1,3}o pode encontrar o`),
			"db.not_found", "gbak.missing"},
		{match(`permission denied|access is denied|acesso negado`), "fs.denied", "gbak.denied"},
		{match(`disk space exhausted|no space left|not enough space|espa.{1,3}o (?:suficiente|insuficiente)|` +
			`not enough disk space`), "drive.full", "gbak.full"},
		{match(`unsupported on-disk structure|expected backup version|is too old to restore`), "db.version", "gbak.version"},
		{match(`wrong page type|corrupt|consistency check|bad checksum|file size is less|is not a valid database|` +
			`bad parameters on attach`), "db.corrupt", "gbak.corrupt"},
		{match(`unexpected end of file|done with volume|backup incomplete`), "gbak.failed", "gbak.truncated"},
		{match(`expected backup description record|do not recognize|adjusting an invalid|decompression length|` +
			`wrong length record|expected .* record|skipped \d+ bytes`), "gbak.failed", "gbak.damaged"},
		{match(`cannot commit index|failed to activate|not online`), "gbak.failed", "gbak.index"},
	}
})

// joinWords makes one line of gbak's error lines, without what says nothing.
func joinWords(lines []string) string {
	var words []string
	for _, line := range lines {
		if !strings.HasPrefix(line, "Exiting before completion") && !slices.Contains(words, line) {
			words = append(words, line)
		}
	}
	if len(words) == 0 {
		words = lines
	}
	return shorten(strings.Join(words, "; "))
}

func shorten(text string) string {
	const most = 400
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
