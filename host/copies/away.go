package copies

import "context"

// lying is what lies at a destination: on the drive or in the folder that is there now, and on those of its drives that
// are not plugged in, as it was when they were last seen.
func (d Destination) lying(ctx context.Context, store string) (all []Copy, problems []error) {
	if shelf, err := openShelf(ctx, d, store); err != nil {
		problems = append(problems, err)
	} else {
		all, problems = shelf.copies, shelf.problems
	}
	if d.Away == nil {
		return all, problems
	}
	away, wrong := d.Away()
	for _, c := range away {
		if c.Store == store || store == "" {
			all = append(all, c.offline(d.Name))
		}
	}
	return all, append(problems, wrong...)
}

// offline is the copy as it lay at a destination whose drive is gone since. What was bad there is bad still.
func (c Copy) offline(where string) Copy {
	var places []Place
	for _, p := range c.Places {
		if p.Destination == where && (p.State == Present || p.State == Offline || p.State == Bad) {
			if p.State == Present {
				p.State = Offline
			}
			places = append(places, p)
		}
	}
	c.Places = places
	return c
}
