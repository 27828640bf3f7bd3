package cli

import "os"

// askToEnd ends a child: a Windows process without a console can not be asked. What it leaves is swept by the next run,
// and its gbak dies with it.
func askToEnd(p *os.Process) error { return p.Kill() }
