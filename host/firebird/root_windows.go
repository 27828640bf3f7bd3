package firebird

// -a runs the server as an ordinary program instead of a service.
func serverArgs() []string { return []string{"-a"} }

// There is no line editor in isql for Windows.
func scriptInput() []string { return nil }
