package config

import (
	"net"
	"path"
	"regexp"
	"strings"
)

// A place is a path written for the system that owns it, which need not be the one this program runs on: a
// configuration for Windows is checked on Linux too.
type place struct {
	clean   string
	windows bool
}

var (
	driveShape  = regexp.MustCompile(`^[A-Za-z]:[/\\]`)
	shareShape  = regexp.MustCompile(`^(\\\\|//)[^/\\]+[/\\][^/\\]+`)
	serverShape = regexp.MustCompile(`^[A-Za-z0-9._-]{2,}(/\d+)?:.`)
)

func absolute(text string) bool {
	return driveShape.MatchString(text) || shareShape.MatchString(text) || strings.HasPrefix(text, "/")
}

// An alias is a name that Firebird's own configuration gives to a database.
func alias(text string) bool { return text != "" && !strings.ContainsAny(text, `/\:`) }

func placeOf(text string) place {
	windows := driveShape.MatchString(text) || shareShape.MatchString(text)
	if windows {
		text = strings.ToLower(strings.ReplaceAll(text, `\`, "/"))
	}
	return place{clean: path.Clean(text), windows: windows}
}

// within says whether p is the other place or lies in it.
func (p place) within(other place) bool {
	if p.windows != other.windows {
		return false
	}
	return p == other || strings.HasPrefix(p.clean, strings.TrimSuffix(other.clean, "/")+"/")
}

// Local says whether the database's file is a file of this machine, as far as its server's name tells.
func (d Database) Local() bool { return !alias(d.Path) && onThisMachine(d.Server) }

// onThisMachine says whether a server's paths are paths of this machine, as far as its name tells.
func onThisMachine(server string) bool {
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		host = server
	}
	return host == "" || strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
