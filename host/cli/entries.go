package cli

import (
	"errors"
	"fmt"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/schedule"
)

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
