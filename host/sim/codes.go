package sim

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// codes are what a primitive can fail with: those of host/primitive and of what it stands on. Other codes are of scripts,
// tests and commands.
var codes = []string{
	"arg.file", "arg.path", "arg.sql", "arg.value", "company.circle", "company.collision", "company.differs", "company.not_found", "company.profile", "company.structure",
	"confirm.refused", "copy.bad", "copy.degraded", "copy.encrypted", "copy.foreign", "copy.key", "copy.not_found", "copy.partial",
	"copy.suspect",
	"db.auth", "db.busy", "db.closed", "db.constraint", "db.corrupt", "db.denied", "db.encrypted", "db.failed", "db.incomplete", "db.not_found", "db.rows", "db.server", "db.version",
	"drive.busy", "drive.clone", "drive.fake", "drive.foreign", "drive.full", "drive.locked", "drive.not_found", "drive.read_only",
	"drive.removed", "drive.system", "drive.unknown", "fs.denied", "fs.exists",
	"gbak.failed", "gbak.hang", "gbak.killed",
	"guard.clock", "guard.companies", "guard.identity", "guard.ledger", "guard.live_db", "guard.newest", "guard.pinned", "guard.plan", "guard.policy", "guard.record", "guard.stale", "lock.timeout",
	"notify.auth", "notify.dropped", "notify.full", "notify.refused", "notify.unreachable", "notify.url",
	"option.keep", "option.missing", "option.type", "option.value", "restore.finished", "restore.undone", "run.limit", "run.timeout", "secret.closed", "secret.missing",
	"state.bad", "state.large", "text.long", "time.bad", "txt.encoding", "txt.file", "txt.layout", "txt.record", "txt.sequence", "zip.bad",
}

// unknownCode is what is wrong with a code that no primitive fails with, and which one may be meant.
func unknownCode(code string) *message.Error {
	if !lua.IsCode(code) {
		return message.New("option.value", "sim.no_code", message.Args{"code": code})
	}
	if slices.Contains(codes, code) {
		return nil
	}
	family, _, _ := strings.Cut(code, ".")
	kin := slices.DeleteFunc(slices.Clone(codes), func(known string) bool { return !strings.HasPrefix(known, family+".") })
	return message.New("option.value", "sim.other_code", message.Args{
		"code": code, "near": lua.Nearest(code, codes), "known": strings.Join(kin, ", "),
	})
}
