package drive

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Lock is a lock on a file of a drive: for processes, and for the PCs that share the drive, as far as its filesystem
// has locks. Where it has none, everybody who asks gets it. The system frees it when its holder dies.
type Lock struct{ file *os.File }

// TryLock takes the lock of a file for one holder alone; TryShare together with others who share it. The file is made
// where there is none, its folder is not; a link is not followed. nil without an error: somebody else has it.
func TryLock(path string) (*Lock, error) { return lockAt(path, tryLock) }

// TryShare is TryLock for holders who do not mind each other.
func TryShare(path string) (*Lock, error) { return lockAt(path, tryShare) }

func lockAt(path string, try func(*os.File) (bool, error)) (*Lock, error) {
	file, err := openPlain(path)
	if err != nil {
		return nil, explainAt(err, filepath.Dir(path), path)
	}
	locked, err := try(file)
	if err == nil && locked && stillThere(file, path) {
		return &Lock{file}, nil
	}
	// Where it is not there any more, whoever had it last took the file away: as good as busy, for a moment.
	return nil, explainAt(errors.Join(err, file.Close()), filepath.Dir(path), path)
}

func stillThere(file *os.File, path string) bool {
	held, err := file.Stat()
	if err != nil || !held.Mode().IsRegular() {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(held, there)
}

// Say writes into the file who holds the lock.
func (l *Lock) Say(words string) error {
	if err := l.file.Truncate(0); err != nil {
		return explain(err, l.file.Name())
	}
	_, err := l.file.WriteAt([]byte(words), 0)
	return explain(err, l.file.Name())
}

// Said is what the holder of a lock wrote into its file, at most a few hundred bytes of it; "" where nothing can be read.
func Said(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	words, err := io.ReadAll(io.LimitReader(file, 300))
	if err != nil {
		return ""
	}
	return string(words)
}

// Release gives the lock up; the file stays, and says nothing any more.
func (l *Lock) Release() error {
	if size, err := l.file.Seek(0, io.SeekEnd); err == nil && size > 0 {
		_ = l.file.Truncate(0) // only words
	}
	unlockFile(l.file)
	return explain(l.file.Close(), l.file.Name())
}

// SyncFolder flushes a folder: what was renamed or removed in it stays so after a power cut.
func SyncFolder(dir string) error { return explain(syncFolder(dir), dir) }
