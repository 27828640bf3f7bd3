package firebird

import (
	"fmt"
	"net"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Way is how a backup comes out of Firebird.
type Way string

// The ways, and what each took for a database of 346 MB on the same machine.
const (
	// WayFIFO has the server write into a named pipe of ours, through its services: 3.9 s, nothing on the disk. Linux,
	// and a server on this machine that sees our folder.
	WayFIFO Way = "fifo"
	// WayTCP has gbak read the database over the network: 5.5 s, works everywhere.
	WayTCP Way = "tcp"
	// WayEmbedded has gbak open the file itself: 4 s, only when no server holds it.
	WayEmbedded Way = "embedded"
	// WayFile has the server write a file into a folder of ours, which is read afterwards and removed: 3.9 s and the
	// reading, and the space for it.
	WayFile Way = "file"
)

// Ways are the ways that make sense for a database, the fastest first. local says that the server runs on this
// machine. One that turns out not to work there ends with ErrWayNotPossible, and the next one is due.
func Ways(db Database, local bool) []Way { return ways(db, local, runtime.GOOS) }

func ways(db Database, local bool, system string) []Way {
	switch {
	case db.Server == "":
		return []Way{WayEmbedded}
	case !local:
		return []Way{WayTCP}
	case system == "linux":
		return []Way{WayFIFO, WayTCP, WayFile}
	default:
		return []Way{WayTCP, WayFile}
	}
}

// Local tells whether the server is named as one on this machine: localhost or a loopback address.
func (db Database) Local() bool {
	host, _ := cutServer(db.Server)
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// ErrWayNotPossible says that this way of making a backup does not work here while another one may: the server is
// elsewhere, or does not see our folder.
var ErrWayNotPossible = message.New("gbak.failed", "gbak.way", nil)

// DefaultSilence is how long gbak may neither write a byte nor say a line.
const DefaultSilence = 10 * time.Minute

// BackupOptions are what a backup may be told; the zero value is a whole backup.
type BackupOptions struct {
	// SkipTables are the tables whose rows are left out, by exact name. gbak itself does not tell case apart here:
	// "Item" and "ITEM" go together. Firebird 3.0 or later.
	SkipTables []string
	// Ignore goes on where a checksum is wrong or a page is damaged, and takes no notice of transactions that were left in
	// limbo: for databases that can not be backed up otherwise.
	Ignore bool
	// MetadataOnly leaves out all rows.
	MetadataOnly bool
	// Silence is the watchdog's time; 0 is DefaultSilence. The time in which nobody takes the bytes does not count.
	Silence time.Duration
	// OnTable is called when gbak begins a table, from another goroutine.
	OnTable func(table string)
	// WorkDir is where the folder for WayFIFO and WayFile is made; "" is the system's temporary folder. The server's
	// user has to be able to come through it.
	WorkDir string
}

// backupArgs are gbak's arguments. target is where the server writes to in WayFIFO and WayFile.
func backupArgs(db Database, way Way, target string, o BackupOptions) []string {
	args := []string{"-b", "-g", "-v"}
	if len(o.SkipTables) > 0 {
		args = append(args, "-skip_data", skipPattern(o.SkipTables))
	}
	if o.Ignore {
		args = append(args, "-ignore", "-limbo")
	}
	if o.MetadataOnly {
		args = append(args, "-m")
	}
	switch way {
	case WayFIFO, WayFile:
		return append(args, "-se", serviceManager(db.Server), db.Path, target)
	case WayTCP:
		return append(args, remotePath(db), "stdout")
	default:
		return append(args, db.Path, "stdout")
	}
}

// cutServer splits "host:port"; the port may be missing. An IPv6 address stands in brackets.
func cutServer(server string) (host, port string) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return strings.Trim(server, "[]"), ""
	}
	return host, port
}

// toolServer is the server as Firebird's tools write it: "host/3050:".
func toolServer(server string) string {
	host, port := cutServer(server)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += "/" + port
	}
	return host + ":"
}

func remotePath(db Database) string { return toolServer(db.Server) + db.Path }

// A bare "service_mgr" does the work and then dies of a segmentation fault (3.0.11), so the host is always named.
func serviceManager(server string) string { return toolServer(server) + "service_mgr" }

// skipPattern is the SIMILAR TO pattern that means exactly these names.
func skipPattern(tables []string) string {
	escaped := make([]string, len(tables))
	for i, table := range tables {
		escaped[i] = similarSpecial.ReplaceAllString(table, `\$0`)
	}
	return "(" + strings.Join(escaped, "|") + ")"
}

var similarSpecial = regexp.MustCompile(`[\[\]()|^\-+*%_?{}\\]`)

// checkBackup refuses what gbak would take for something else.
func checkBackup(db Database, t Tools, o BackupOptions) error {
	if db.Path == "" || strings.HasPrefix(db.Path, "-") {
		return message.New("db.not_found", "gbak.path", message.Args{"path": db.Path})
	}
	if len(o.SkipTables) > 0 && !t.Version.AtLeast(3, 0) {
		return message.New("db.version", "gbak.skip", message.Args{"version": t.Version})
	}
	return nil
}

// label is the database as a person is told of it.
func (db Database) label() string {
	if db.Server == "" {
		return db.Path
	}
	return fmt.Sprintf("%s (%s)", db.Path, db.Server)
}

// env hands user and password to Firebird's tools. As arguments everybody on the machine could read them.
func (db Database) env() map[string]string {
	env := map[string]string{}
	if db.User != "" {
		env["ISC_USER"], env["ISC_PASSWORD"] = db.User, db.Password.Reveal()
	}
	return env
}
