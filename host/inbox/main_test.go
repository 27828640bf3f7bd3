package inbox

import (
	"os"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestMain(m *testing.M) {
	if plan := os.Getenv(workVariable); plan != "" {
		work(plan)
	}
	if plan := os.Getenv(importVariable); plan != "" {
		importAll(plan)
	}
	os.Exit(firebirdtest.Main(m))
}

var monday = time.Date(2026, 11, 23, 8, 30, 0, 0, time.Local)
