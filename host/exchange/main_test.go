package exchange

import (
	"os"
	"testing"

	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func TestMain(m *testing.M) { os.Exit(firebirdtest.Main(m)) }
