package copies

import "github.com/djscript/djscript/host/drive"

// fileLimit is how large a file at the destination may be; 0: as large as it wants.
func (d Destination) fileLimit() int64 {
	if d.limit > 0 {
		return d.limit
	}
	at, err := drive.Of(d.Path)
	if err != nil || !drive.SplitsFiles(at) {
		return 0 // where the drive can not be asked, the writer will say what is wrong there
	}
	return drive.PieceLimit
}
