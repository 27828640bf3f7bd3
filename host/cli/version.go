package cli

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: message.Text("cli.version_short", nil), Args: exactly(0), Example: "  djscript version\n  djscript version --json",
		RunE: func(c *cobra.Command, _ []string) error { return a.version(c.Context()) },
	}
}

// library is one that is part of the program.
type library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"`
}

// licence is a library's licence by SPDX, as its licence file says; "" for one that is not known. The test holds the
// list against go.mod.
func licence(path string) string {
	switch path {
	case "github.com/BurntSushi/toml", "github.com/VividCortex/ewma", "github.com/acarl005/stripansi", "github.com/mattn/go-colorable",
		"github.com/mattn/go-isatty", "github.com/mattn/go-runewidth", "github.com/nicholas-fedor/shoutrrr",
		"github.com/nakagami/chacha20", "github.com/nakagami/firebirdsql", "github.com/nicksnyder/go-i18n/v2",
		"github.com/rivo/uniseg", "github.com/robfig/cron/v3", "github.com/yuin/gopher-lua":
		return "MIT"
	case "filippo.io/age", "filippo.io/hpke", "github.com/gofrs/flock", "github.com/kardianos/osext", "github.com/klauspost/compress",
		"github.com/spf13/pflag", "gitlab.com/nyarla/go-crypt", "golang.org/x/crypto", "golang.org/x/sys", "golang.org/x/term",
		"golang.org/x/text":
		return "BSD-3-Clause"
	case "github.com/inconshreveable/mousetrap", "github.com/moby/sys/mountinfo", "github.com/oklog/ulid/v2", "github.com/spf13/cobra":
		return "Apache-2.0"
	case "github.com/vbauerster/mpb/v8":
		return "Unlicense"
	}
	return ""
}

func (a *app) version(ctx context.Context) error {
	build, _ := debug.ReadBuildInfo()
	own := a.ownVersion(build)
	tools, engine := a.tools(ctx)
	if a.json {
		shown := map[string]any{
			"djscript": own, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH, "licence": "MIT", "libraries": libraries(build),
		}
		if engine == nil {
			shown["firebird"] = map[string]any{"version": tools.Version.String(), "dir": tools.Dir, "source": tools.Source}
		}
		return a.printJSON(shown)
	}
	a.print("cli.version_own", message.Args{"version": own, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH})
	if engine == nil {
		a.print("cli.version_engine", message.Args{"version": tools.Version.String(), "path": tools.Dir, "source": tools.Source})
	} else {
		a.print("cli.version_no_engine", message.Args{"why": engine.Error()})
	}
	a.print("cli.version_licence", nil)
	var rows [][]string
	for _, l := range libraries(build) {
		rows = append(rows, []string{"  " + l.Name, l.Version, l.Licence})
	}
	return table(a.out, columns("cli.version_columns"), rows)
}

// tools are those that this store would use, or those of this machine.
func (a *app) tools(ctx context.Context) (firebird.Tools, error) {
	bin := ""
	if c, err := a.load(); err == nil {
		bin = c.Firebird.Bin
	}
	return firebird.FindTools(ctx, bin)
}

// ownVersion is what the build was told it is, or what Go knows of it.
func (a *app) ownVersion(build *debug.BuildInfo) string {
	if a.Version != "" {
		return a.Version
	}
	if build == nil || build.Main.Version == "" {
		return "(devel)"
	}
	return build.Main.Version
}

// BuiltAt is the time of the commit that the program was built from; zero where the build knows of none.
func BuiltAt(build *debug.BuildInfo) time.Time {
	if build == nil {
		return time.Time{}
	}
	for _, s := range build.Settings {
		if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
			return at
		}
	}
	return time.Time{}
}

// libraries are what this very program was built from.
func libraries(build *debug.BuildInfo) []library {
	found := []library{}
	if build == nil {
		return found
	}
	for _, m := range build.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		found = append(found, library{m.Path, m.Version, licence(m.Path)})
	}
	return found
}
