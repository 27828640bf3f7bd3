package child

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// envelope is what a child reads first.
type envelope struct {
	Memory  int64           `json:"memory"`
	Request json.RawMessage `json:"request"`
}

// Request reads, in the child, what its parent wants of it, and limits the child as it says; numbers in an any are
// json.Number. From then on heard is told of each line more, and asked is called once when the parent asks the child to end.
func Request(in io.Reader, into any, heard func(line []byte), asked func()) error {
	input := bufio.NewReader(in)
	line, err := input.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	var letter envelope
	if err := json.Unmarshal(line, &letter); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(letter.Request))
	decoder.UseNumber() // a float64 does not hold every integer
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	if letter.Memory > 0 {
		if err := limitMemory(letter.Memory); err != nil {
			return fmt.Errorf("limit memory: %w", err)
		}
	}
	go func() {
		for {
			line, err := input.ReadBytes('\n')
			if err != nil { // any end of it is the end
				asked()
				return
			}
			heard(line)
		}
	}()
	return nil
}
