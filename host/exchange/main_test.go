package exchange

import (
	"os"
	"testing"

	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestMain(m *testing.M) {
	if plan := os.Getenv(sendVariable); plan != "" {
		send(plan)
	}
	os.Exit(firebirdtest.Main(m))
}
