// Package zipfile writes zip files in one pass and reads the ones that others bring.
//
// What it writes opens in Windows Explorer, 7-Zip, unzip and every language's library: deflate, ASCII names, zip64
// where 4 GiB do not do. What it reads may come from anywhere, so it refuses, by name and reason, what would leave
// the folder, write over a file, follow a link, fill the disk, or mean different things to different programs: two
// entries of one name or in one place, a header that disagrees with the directory, bytes that belong to nothing.
package zipfile
