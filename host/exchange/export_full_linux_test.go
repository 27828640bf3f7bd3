package exchange

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestOnAFullDiskNothingGoesOutAndTheNextTriesAgain(t *testing.T) {
	s := sold(t, 1)
	for range 3 { // 4,096 sales
		s.exec(t, `insert into VENDA select gen_id(G, 1) + 1000, 1, QUANDO, TOTAL from VENDA, RDB$TYPES rows 2000`)
	}
	small := smallVolume(t, "64k")
	for _, full := range []string{"target", "store"} {
		o := s.outgoing()
		switch full {
		case "target":
			o.Folder = small
		case "store":
			o.Store = filepath.Join(small, "store")
		}
		_, err := Export(t.Context(), s.conn, o)
		if message.Code(err) != "drive.full" || message.Hint(err) == "" {
			t.Errorf("%s: %v", full, err)
		}
		left, err := filepath.Glob(filepath.Join(small, "*"))
		if full == "target" && (err != nil || len(left) > 0) {
			t.Error(left, err)
		}
		if hidden, _ := filepath.Glob(filepath.Join(small, ".*")); len(hidden) > 0 {
			t.Error(hidden)
		}
		if err := os.RemoveAll(filepath.Join(small, "store")); err != nil {
			t.Fatal(err)
		}
	}
	if x := s.must(t, s.outgoing()); x.Number != 1 || x.Records["DOC"] < 4000 || x.Gone != 0 {
		t.Errorf("%+v", x)
	}
}
