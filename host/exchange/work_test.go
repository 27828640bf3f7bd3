package exchange
const workVariable = "INBOX_TEST_WORK"
func work(string) {}
