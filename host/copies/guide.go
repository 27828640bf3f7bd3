package copies

import (
	"strings"

	"github.com/djscript/djscript/host/message"
)

// guideName is the zip's first entry: how to restore by hand, for somebody who has nothing but the zip.
const guideName = "LEIA-ME.txt"

// guide is the text of LEIA-ME.txt: CRLF, plain letters, so that Notepad shows it on any Windows.
func guide(m *Manifest, part string) string {
	text := message.Text("copies.guide", message.Args{
		"store": m.Store.Name, "id": m.Store.ID, "database": m.Database.Name, "day": m.Day, "created": m.Created,
		"seq": m.Seq, "part": part, "path": m.Database.Path, "engine": m.Database.Engine, "ods": m.Database.ODS,
	})
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "\r\n") + "\r\n"
}
