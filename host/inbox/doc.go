// Package inbox keeps a folder into which others put files: each is taken exactly once, whole, and in the order of its number,
// by one of any number of processes, whichever of them dies.
//
// The inbox only moves files: a file is taken by a rename into a folder that belongs to one process, and ends in done or in
// rejected with what was written about it. What was done with it is known by the data (host/exchange), and by its content.
package inbox
