package drive

import "errors"

// ErrOtherVolume says that a file has to be copied where it is to go.
var ErrOtherVolume = errors.New("another volume")

// Rename gives a file another name on its volume. What has that name already is never replaced ("fs.exists"); on another
// volume the error is ErrOtherVolume.
func Rename(from, to string) error {
	err := renameFree(from, to)
	switch {
	case otherVolume(err):
		return ErrOtherVolume
	case faultOf(err) == exists:
		return explain(err, to)
	}
	return explain(err, from)
}
