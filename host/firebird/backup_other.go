//go:build !linux

package firebird

import "errors"

func newFIFO(string) (*dropFile, error) {
	return nil, errors.New("this system has no named pipe that gbak opens")
}
