package demo_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
	"strconv"

	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestSize(t *testing.T) {
	n, _ := strconv.ParseInt(os.Getenv("DEMO_BYTES"), 10, 64)
	path := filepath.Join(t.TempDir(), "loja.fdb")
	begin := time.Now()
	if err := demo.Create(t.Context(), firebirdtest.Server(t), path, demo.Options{Bytes: n}); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(begin))
	info, _ := os.Stat(path)
	t.Log(info.Size())
	conn, err := firebird.Connect(t.Context(), firebirdtest.Server(t).Database(path))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		rows, err := s.Rows(t.Context())
		sum := int64(0)
		for _, n := range rows {
			sum += n
		}
		t.Log(sum, rows)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(begin))
}
