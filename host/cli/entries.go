package cli

import (
	"errors"
	"fmt"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

// due is an entry of the store with its schedule.
type due struct {
	config.Cron
	schedule *schedule.Entry
}

// dues are the entries of a store that have a schedule and are not suspended.
func dues(c *config.Config) ([]due, error) {
	var all []due
	for _, e := range run.Entries(c) {
		spec, err := specOf(c, e)
		if err != nil {
			return nil, err
		}
		parsed, err := schedule.Parse(spec)
		if err != nil {
			return nil, err
		}
		if !e.Suspend {
			all = append(all, due{Cron: e, schedule: parsed})
		}
	}
	return all, nil
}

func specOf(c *config.Config, e config.Cron) (schedule.Spec, error) {
	spec := schedule.Spec{Name: e.Name, Cron: e.Schedule, Location: c.Store.Location, DayStarts: c.Store.DayStarts}
	if e.Window != nil {
		spec.Window = &schedule.Window{From: e.Window.From, Until: e.Window.Until, Every: e.Window.Every}
	}
	if e.Name == run.BackupEntry && c.Backup != nil {
		spec.At, spec.Days = c.Backup.At, c.Backup.Days
	}
	for _, name := range e.Except {
		calendar, err := c.Calendar(name)
		if err != nil {
			return spec, err
		}
		days, err := run.Calendar(calendar)
		if err != nil {
			return spec, err
		}
		spec.Except = append(spec.Except, days)
	}
	return spec, nil
}

// checkSchedule finds the cron specs that can not serve, for config, which does not read them.
func checkSchedule(c *config.Config) []config.Mistake {
	var mistakes []config.Mistake
	for _, e := range c.Cron {
		_, err := schedule.Parse(schedule.Spec{Name: e.Name, Cron: e.Schedule})
		var refused schedule.Refused
		if !errors.As(err, &refused) {
			continue
		}
		for _, one := range refused {
			mistakes = append(mistakes, c.At(fmt.Sprintf("cron.%s.schedule[%d]", e.Name, one.Index), one.Err))
		}
	}
	return mistakes
}
