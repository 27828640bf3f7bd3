package firebird

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nakagami/firebirdsql"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// PrivateServer is a Firebird server of our own, for the demonstration and for tests: a child process on a free
// loopback port, with its own configuration, locks, users and passwords, that dies with us and leaves nothing.
type PrivateServer struct {
	root     root
	owns     bool   // the folder itself is ours to remove
	users    string // folder of the security database, the root's own where that is short enough
	address  string
	password secret.Text
	process  *process
	said     *cappedBuffer // by the server, on its standard outputs
	tools    Tools
	external string // ExternalFileAccess
}

// startTries is how many ports are tried; a port that was free may be taken by the time Firebird wants it.
const startTries = 5

// startTime is how long one start may take. Measured: 15 ms from start to the first login on an idle machine.
const startTime = 20 * time.Second

// StartPrivateServer starts a server in dir, which must be empty or absent, and proves that it can be logged in to.
// The context bounds the start only; the server lives until Stop, or until this process dies. Firebird 3.0 or later.
// Errors are gbak.failed (no server or isql beside the tools, the server does not start) and db.version.
func StartPrivateServer(ctx context.Context, dir string, t Tools) (*PrivateServer, error) {
	return startPrivate(ctx, dir, t, modernAuth, freePort)
}

// auth is how a private server knows its users.
type auth struct {
	plugins, manager string
	prepare          string // SQL that the security database needs before its first user
	password         int    // characters of a password that count; 0 all
}

var modernAuth = auth{plugins: "Srp256, Srp", manager: "Srp"}

func startPrivate(
	ctx context.Context, dir string, t Tools, how auth, port func(context.Context) (string, error),
) (_ *PrivateServer, err error) {
	if err := canServe(t); err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", dir, err)
	}
	if err := emptyOrAbsent(dir); err != nil {
		return nil, fmt.Errorf("start private Firebird: %w", err)
	}
	s := &PrivateServer{root: root{dir: dir}, owns: !isDir(dir), tools: t, password: randomPassword(how), external: "None"}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if s.root, err = makeRoot(dir, t, "", ""); err != nil {
		return nil, err
	}
	if err = s.placeUsers(); err != nil {
		return nil, err
	}
	if err = s.configure("0", how); err != nil {
		return nil, err
	}
	if err = s.createUsers(ctx, how); err != nil {
		return nil, err
	}
	for range startTries {
		var number string
		if number, err = port(ctx); err != nil {
			break
		}
		var taken bool
		if taken, err = s.start(ctx, how, number); !taken {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func canServe(t Tools) error {
	if !t.Version.AtLeast(3, 0) {
		return message.New("db.version", "firebird.private_old", message.Args{"path": t.Dir, "version": t.Version})
	}
	for name, path := range map[string]string{"firebird": t.Server, "isql": t.Isql} {
		if path == "" {
			return message.New("gbak.failed", "firebird.private_missing", message.Args{"path": t.Dir, "program": name})
		}
	}
	return nil
}

func (s *PrivateServer) securityFile() string { return filepath.Join(s.users, "security.fdb") }

// securityPath is how long the path of a security database may be. The server hands it on, twice and with some 60
// other bytes, in a field of 255: with a longer one it restores and validates nothing (measured on 3.0.11).
const securityPath = 95

// placeUsers chooses where the security database lies: in the root, or in a temporary folder where that path is long.
func (s *PrivateServer) placeUsers() error {
	s.users = s.root.home()
	if len(s.securityFile()) <= securityPath {
		return nil
	}
	dir, err := os.MkdirTemp("", "djscript-")
	if err != nil {
		return fmt.Errorf("start private Firebird: %w", err)
	}
	s.users = dir
	return nil
}

// configure writes firebird.conf and databases.conf for that port.
func (s *PrivateServer) configure(port string, how auth) error {
	conf := confLines(
		"RemoteServicePort", port,
		"RemoteBindAddress", "127.0.0.1",
		"RemoteAuxPort", "0",
		"SecurityDatabase", s.securityFile(),
		"AuthServer", how.plugins,
		"AuthClient", how.plugins,
		"UserManager", how.manager,
		"WireCrypt", "Enabled",
		"ServerMode", "Super",
		// The default deadlocks on DROP TABLE after a mass update (Firebird 3.0.11 and before).
		"GCPolicy", "cooperative",
		"ExternalFileAccess", s.external,
		"TempDirectories", s.root.tmp(),
		// Windows: local connections go by this name, which the machine's own server has taken.
		"IpcName", "DJSCRIPT"+port,
		"RemotePipeName", "djscript"+port,
	)
	databases := fmt.Sprintf("security.db = %s\n{\n\tRemoteAccess = false\n}\n", s.securityFile())
	err := errors.Join(
		os.WriteFile(filepath.Join(s.root.home(), "firebird.conf"), []byte(conf), 0o600),
		os.WriteFile(filepath.Join(s.root.home(), "databases.conf"), []byte(databases), 0o600),
	)
	if err != nil {
		return fmt.Errorf("configure private Firebird: %w", err)
	}
	return nil
}

// createUsers makes the security database with SYSDBA in it, through the embedded engine, which asks for no password.
func (s *PrivateServer) createUsers(ctx context.Context, how auth) error {
	script := fmt.Sprintf("CREATE DATABASE '%s';\n%sCREATE USER SYSDBA PASSWORD '%s' USING PLUGIN %s;\nCOMMIT;\n",
		strings.ReplaceAll(s.securityFile(), "'", "''"), how.prepare, s.password.Reveal(), how.manager)
	out, err := isql(ctx, s.tools.Isql, s.root.environ(), script, "-q", "-b", "-user", "SYSDBA")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || !isFile(s.securityFile()) {
		return s.startError(out)
	}
	return nil
}

// start runs the server on that port until it lets us in with our own password. A second Firebird on a taken port
// neither fails nor ends, it only does not listen: then another port is due.
func (s *PrivateServer) start(ctx context.Context, how auth, port string) (taken bool, err error) {
	if err := s.configure(port, how); err != nil {
		return false, err
	}
	s.address = net.JoinHostPort("127.0.0.1", port)
	s.said = &cappedBuffer{}
	s.process, err = start(context.WithoutCancel(ctx), child{
		path: s.tools.Server, args: serverArgs(), dir: s.root.home(), env: s.root.environ(), stdout: s.said, stderr: s.said,
	})
	if err != nil {
		return false, s.startError(err.Error())
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		err := s.login(ctx, how)
		if err == nil {
			return false, nil
		}
		if isLoginError(err) { // somebody else's server
			s.endProcess()
			return true, s.startError(err.Error())
		}
		select {
		case <-time.After(wait):
		case <-s.process.done():
			return true, s.startError(s.said.String())
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return false, ctx.Err()
			}
			s.endProcess()
			return true, s.startError(err.Error())
		}
	}
}

// login attaches to the service manager, which needs no database.
func (s *PrivateServer) login(ctx context.Context, how auth) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	plugin, _, _ := strings.Cut(how.plugins, ",")
	manager, err := firebirdsql.NewServiceManagerContext(ctx, s.address, "SYSDBA", s.password.Reveal(),
		firebirdsql.NewServiceManagerOptions(firebirdsql.WithAuthPlugin(plugin)))
	if err != nil {
		return err
	}
	return manager.Close()
}

func (s *PrivateServer) startError(why string) error {
	return message.New("gbak.failed", "firebird.private_start", message.Args{
		"path": s.root.dir, "reason": strings.TrimSpace(strings.ReplaceAll(why, s.password.Reveal(), "***")),
	})
}

// Address is "127.0.0.1:port".
func (s *PrivateServer) Address() string { return s.address }

// Tools are the tools that the server belongs to.
func (s *PrivateServer) Tools() Tools { return s.tools }

// Database is the database of that path on this server, as SYSDBA.
func (s *PrivateServer) Database(path string) Database {
	return Database{Server: s.address, Path: path, User: "SYSDBA", Password: s.password}
}

// CreateDatabase creates an empty database in that character set; pageSize is in bytes, 0 the server's default.
// It refuses a path where a file lies (fs.exists).
func (s *PrivateServer) CreateDatabase(ctx context.Context, path, charset string, pageSize int) error {
	if isFile(path) {
		return message.New("fs.exists", "firebird.exists", message.Args{"path": path})
	}
	script := "CREATE DATABASE '" + strings.ReplaceAll(remotePath(s.Database(path)), "'", "''") + "'"
	if pageSize > 0 {
		script += " PAGE_SIZE " + strconv.Itoa(pageSize)
	}
	if charset != "" {
		script += " DEFAULT CHARACTER SET " + charset
	}
	out, err := s.Script(ctx, "", script+";\n")
	if err != nil {
		return fmt.Errorf("create database %s: %w: %s", path, err, out)
	}
	return nil
}

// Script runs a script of SQL against a database of this server through isql and gives back what isql said. The
// script stops at its first error. path "" runs it without a database.
func (s *PrivateServer) Script(ctx context.Context, path, script string) (string, error) {
	args := []string{"-q", "-b", "-charset", "UTF8"}
	if path != "" {
		args = append(args, remotePath(s.Database(path)))
	}
	env := s.root.environ()
	env["ISC_USER"], env["ISC_PASSWORD"] = "SYSDBA", s.password.Reveal()
	return isql(ctx, s.tools.Isql, env, script, args...)
}

// Restart ends the server and starts it again at its address, as when its computer is switched off and on. Whoever is
// connected is cut off.
func (s *PrivateServer) Restart(ctx context.Context) error {
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return fmt.Errorf("restart private Firebird: %w", err)
	}
	s.endProcess()
	_, err = s.start(ctx, modernAuth, port)
	return err
}

// AllowExternal lets tables lie in files of a folder, and restarts the server: an external table is the fastest way in that
// Firebird has, for measuring others against it. A server of a store's never has it.
func (s *PrivateServer) AllowExternal(ctx context.Context, dir string) error {
	s.external = "Restrict " + dir
	return s.Restart(ctx)
}

// Stop ends the server, by force if it does not end within two seconds, and removes what it kept in its folder; the
// folder too when StartPrivateServer made it and nothing else lies in it. It may be called again.
func (s *PrivateServer) Stop() error {
	s.endProcess()
	if s.users != "" {
		if err := os.RemoveAll(s.users); err != nil {
			return fmt.Errorf("remove private Firebird: %w", err)
		}
	}
	if err := s.root.remove(); err != nil {
		return fmt.Errorf("remove private Firebird: %w", err)
	}
	if entries, err := os.ReadDir(s.root.dir); s.owns && err == nil && len(entries) == 0 {
		return os.Remove(s.root.dir)
	}
	return nil
}

// stopTime is how long a server may take to end by itself. Most take 0.1 to 0.5 s; one in five of 3.0.11 sleeps over
// the signal, and over every further one. Killed it loses nothing: what was committed has been written.
const stopTime = 2 * time.Second

func (s *PrivateServer) endProcess() {
	if s.process == nil {
		return
	}
	timer := time.NewTimer(stopTime)
	defer timer.Stop()
	s.process.ask()
	select {
	case <-s.process.done():
	case <-timer.C:
		s.process.kill()
		<-s.process.done()
	}
}

// freePort is a loopback port that nobody listens on at this moment.
func freePort(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// randomPassword has 130 bits, where that many count.
func randomPassword(how auth) secret.Text {
	text := rand.Text()
	if how.password > 0 {
		text = text[:how.password]
	}
	return secret.Text(text)
}
