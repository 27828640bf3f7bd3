package lua

import "fmt"

// ParseSize reads a size as scripts write it: "500MB", "1GB".
func ParseSize(text string) (Size, error) {
	n, ok := parseSize(text)
	if !ok {
		return 0, fmt.Errorf("size %q: want a number and KB, MB, GB or TB", text)
	}
	return Size(n), nil
}
