//go:build race

package lua

// The race detector itself takes gigabytes.
const bombLimit = "12000000"
