//go:build !race

package tests

// belt is how many kilobytes of data a story about memory may take in all, should the program's own limit fail.
const belt = "1500000"
