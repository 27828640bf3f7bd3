//go:build race || !linux

package tests

// belt is wide: the race detector itself takes gigabytes.
const belt = "12000000"
