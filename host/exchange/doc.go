// Package exchange takes text files into a store's database and writes them out of it: each file exactly once, whatever
// crashes between.
//
// # What was done is known by the data
//
// The ledger is a table of the store's own database, DJSCRIPT_EXCHANGE, and its lines commit together with the rows that
// they tell of. A file is known again by its content: a run that died after its commit and before the file was moved is
// recognised by the next one.
//
// # After an older database was restored
//
// Imports travel with the data: the restored database has forgotten, in its rows and in its ledger alike, what was imported
// after the copy was made. Those files lie in the folder done; put into the inbox again they are imported again. Where the
// inbox follows a sequence, the first file after the restore shows which numbers are wanting.
//
// Exports went out of the house, and no restore calls them back: a number must never name two files. So the last number that
// was given is kept beside the store, too (Numbers), with the content of its file, and the larger of the two counts. An intent
// that a restored database still holds is of no use where another file, or a later one, has had its number. After a restore
// numbers may be left out, and are never repeated; what the restored database holds of the time after its cursor goes out once
// more, under a new number.
//
// # Each row goes out once
//
// A cursor is a column that grows, and rows do not become visible in its order: id 99 may be committed after the export that saw
// id 100. So an export notes its transaction and its rows, and a value is settled only when every transaction that was open then
// has ended, the time in which rows may be late is over, and an export has read since (trail). Until then the rows are read again,
// and those that went out are left out.
//
// All rows are of one snapshot. The types that stand under others are read first and lie in a file of their own; then the others
// are read while they are written. What does not fit is found while nothing has a name yet.
package exchange
