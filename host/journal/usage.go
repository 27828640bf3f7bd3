package journal

import "slices"

// Usual is what these runs took as a rule: the median of each.
func Usual(runs []Usage) Usage {
	return Usage{
		Steps:        median(runs, func(u Usage) int64 { return u.Steps }),
		Seconds:      median(runs, func(u Usage) float64 { return u.Seconds }),
		Memory:       median(runs, func(u Usage) int64 { return u.Memory }),
		FilesWritten: median(runs, func(u Usage) int64 { return u.FilesWritten }),
		FilesDropped: median(runs, func(u Usage) int64 { return u.FilesDropped }),
		BytesWritten: median(runs, func(u Usage) int64 { return u.BytesWritten }),
	}
}

// median is the lower of the two in the middle where there are two: of few runs, the one that took less.
func median[T int64 | float64](runs []Usage, of func(Usage) T) T {
	var all []T
	for _, u := range runs {
		all = append(all, of(u))
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

// Before are what the runs of the same job took that came before this one and went well, at most n of them, the newest
// first. Of the journal it looks at no more than a job of every day can hide behind others in as many days.
func (j Journal) Before(run *Entry, n int) ([]Usage, error) {
	ids, err := j.Runs()
	if err != nil {
		return nil, err
	}
	var found []Usage
	for i, id := range ids[before(ids, run.Run):] {
		if len(found) == n || i == n*20 {
			break
		}
		kept, err := j.Read(id)
		if err != nil {
			return nil, err
		}
		went := kept.End.Result == Done || kept.End.Result == Degraded
		if went && kept.End.Usage != nil && kept.Script == run.Script && kept.Job == run.Job && kept.Dry == run.Dry {
			found = append(found, *kept.End.Usage)
		}
	}
	return found, nil
}

// before is where the runs begin that are older than that one; the newest is the first.
func before(ids []string, run string) int {
	for i, id := range ids {
		if id < run {
			return i
		}
	}
	return len(ids)
}
