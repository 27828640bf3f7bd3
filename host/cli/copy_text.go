package cli

import (
	"encoding/json"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// copiesOf finds the copies in what a job returned: one, or a list of them.
func copiesOf(value any) []copies.Copy {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var many []copies.Copy
	if json.Unmarshal(text, &many) == nil {
		return many
	}
	var one copies.Copy
	if json.Unmarshal(text, &one) == nil && one.ID != "" {
		return []copies.Copy{one}
	}
	return nil
}

// sentenceOf says in plain words what is known of a copy: that it was proven and how, that it is only sealed, that it
// is unlike its elders, or that it is bad.
func sentenceOf(c copies.Copy) string {
	args := message.Args{"name": c.Name, "database": c.Database, "seq": c.Seq}
	switch c.State {
	case copies.Verified:
		args["tables"], args["rows"] = len(c.Proof.Rows), total(c.Proof.Rows)
		args["seconds"], args["engine"] = lasted(c.Proof.Seconds), c.Proof.Engine
		if c.Proof.Rows == nil { // told beside ciphertext, where nobody reads what the shop has
			return message.Text("cli.copy_proven", args)
		}
		if n := len(c.Proof.Evidence); n > 0 {
			return message.Plural("cli.copy_compared", n, args)
		}
		return message.Text("cli.copy_verified", args) // an adopted copy has no source to compare with
	case copies.Bad:
		return message.Text("cli.copy_bad", args)
	case copies.Suspect:
		return message.Text("cli.copy_suspect", args)
	case copies.Missing:
		return message.Text("cli.copy_missing", args)
	}
	return message.Text("cli.copy_sealed", args)
}

func total(rows map[string]int64) int64 {
	var n int64
	for _, count := range rows {
		n += count
	}
	return n
}
