//go:build !race

package lua

const bombLimit = "800000" // kilobytes of data that a bomb may take
