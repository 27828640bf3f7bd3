package run

import (
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/schedule"
)

// Due is an entry of the store with its schedule.
type Due struct {
	config.Cron
	Schedule *schedule.Entry
}

// Dues are the entries of a store that have a schedule and are not suspended.
func Dues(c *config.Config) ([]Due, error) {
	var all []Due
	for _, e := range Entries(c) {
		spec, err := specOf(c, e)
		if err != nil {
			return nil, err
		}
		parsed, err := schedule.Parse(spec)
		if err != nil {
			return nil, err
		}
		if !e.Suspend {
			all = append(all, Due{Cron: e, Schedule: parsed})
		}
	}
	return all, nil
}

func specOf(c *config.Config, e config.Cron) (schedule.Spec, error) {
	spec := schedule.Spec{Name: e.Name, Cron: e.Schedule, Location: c.Store.Location, DayStarts: c.Store.DayStarts}
	if e.Window != nil {
		spec.Window = &schedule.Window{From: e.Window.From, Until: e.Window.Until, Every: e.Window.Every}
	}
	if e.Name == BackupEntry && c.Backup != nil {
		spec.At, spec.Days = c.Backup.At, c.Backup.Days
	}
	for _, name := range e.Except {
		calendar, err := c.Calendar(name)
		if err != nil {
			return spec, err
		}
		days, err := Calendar(calendar)
		if err != nil {
			return spec, err
		}
		spec.Except = append(spec.Except, days)
	}
	return spec, nil
}
