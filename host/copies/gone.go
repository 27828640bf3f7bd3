package copies

import (
	"context"
	"strconv"
	"strings"
)

// Gone is a copy that was dropped at a destination and is not in the trash there any more, as the ledger tells it.
type Gone struct {
	ID       string `json:"id"`
	Seq      string `json:"seq"`
	Name     string `json:"name"`
	Database string `json:"database"`
	Dropped  string `json:"dropped,omitempty"` // when it went into the trash, RFC 3339 by the PC's clock
	Deleted  string `json:"deleted"`           // when it left the trash for good
	Why      string `json:"why,omitempty"`     // it was dropped, in the words of then
}

// Gone is the copy of the store that a destination had and gave up for good, by its number, its file name, its id or the
// end of it; nil where there is none, or where it came again.
func (c *Catalogue) Gone(where, ref string) (*Gone, error) {
	d, err := c.reach(where)
	if err != nil {
		return nil, err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return nil, err
	}
	var found *Gone
	dropped := map[string]string{}
	for _, e := range events {
		if e.Store != c.Store || !e.named(ref) {
			continue
		}
		switch e.Event {
		case eventSealed, eventFound, eventUntrashed:
			found = nil
		case eventDropping:
			found, dropped[e.ID] = nil, e.At
		case eventDropped:
			found = &Gone{
				ID: e.ID, Seq: strconv.FormatUint(e.Seq, 10), Name: e.Name, Database: e.Database, Dropped: dropped[e.ID], Deleted: e.At, Why: e.Why,
			}
		}
	}
	return found, nil
}

// GivenUp are the ids of the store's copies that were dropped at a destination, and are not there again.
func (c *Catalogue) GivenUp(_ context.Context, where string) (map[string]bool, error) {
	d, err := c.reach(where)
	if err != nil {
		return nil, err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, e := range events {
		if e.Store != c.Store {
			continue
		}
		switch e.Event {
		case eventSealed, eventFound, eventUntrashed:
			delete(gone, e.ID)
		case eventDropping:
			gone[e.ID] = true
		}
	}
	return gone, nil
}

// named tells whether a person may call the copy of the event so.
func (e event) named(ref string) bool {
	return ref == strconv.FormatUint(e.Seq, 10) || ref == e.Name && ref != "" || len(ref) >= 4 && strings.HasSuffix(e.ID, strings.ToUpper(ref))
}
