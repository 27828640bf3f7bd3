// Package secret keeps the passwords of a store: a type that never prints its value, a folder that never holds one in
// clear, and a mask for the texts of programs that do print them.
//
// On Windows the file is sealed by the machine's own key (DPAPI), elsewhere by an age identity that lies in another
// folder, so that a copy of the store's folder opens nothing. The package refuses names that are not plain words,
// empty values, and a file that it can not open: it never starts over by itself.
package secret
