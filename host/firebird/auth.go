package firebird

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// authPlugins are the ways to log in, the strongest first. Many servers in the field speak only the last, to serve
// old clients, and no server says which it speaks: it answers that the password is wrong.
var authPlugins = []string{"Srp256", "Srp", "Legacy_Auth"}

// authOrder is authPlugins with the one that worked before in front.
func authOrder(known string) []string {
	if !slices.Contains(authPlugins, known) {
		return authPlugins
	}
	order := []string{known}
	for _, plugin := range authPlugins {
		if plugin != known {
			order = append(order, plugin)
		}
	}
	return order
}

// dsn is what the driver connects with. Zone UTC, because in any other the driver reads a date on which daylight
// saving time begins as the day before. Never wire_compress, which Firebird 3 and the driver do not agree on.
func dsn(db Database, charset, plugin string) string {
	options := url.Values{
		"auth_plugin_name":       {plugin},
		"charset":                {charset},
		"timezone":               {"UTC"},
		"cancel_hard_drop":       {"true"}, // a lock wait inside a procedure ignores a cancel
		"cancel_hard_drop_grace": {"500"},
	}
	return (&url.URL{
		Scheme:   "firebird",
		User:     url.UserPassword(db.User, db.Password.Reveal()),
		Host:     withPort(db.Server),
		Path:     dsnPath(db.Path),
		RawQuery: options.Encode(),
	}).String()
}

// dsnPath writes a path so that the driver gives the server just that path: it takes the leading slash off a path
// that has no other, and off one with a colon.
func dsnPath(path string) string {
	if !strings.HasPrefix(path, "/") {
		return "/" + path // a Windows path or an alias
	}
	if strings.Count(path, "/") == 1 || strings.ContainsRune(path, ':') {
		return "/" + path
	}
	return path
}

// sayable tells whether the driver can say the path at all: it makes a relative path with a slash an absolute one.
func sayable(path string) bool {
	windows := len(path) > 1 && path[1] == ':'
	return path != "" && (strings.HasPrefix(path, "/") || windows || !strings.ContainsRune(path, '/'))
}

// withPort gives a server without a port Firebird's own.
func withPort(server string) string {
	if _, _, err := net.SplitHostPort(server); err == nil {
		return server
	}
	return net.JoinHostPort(strings.Trim(server, "[]"), "3050")
}
