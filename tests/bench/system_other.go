//go:build !linux

package main

import (
	"context"
	"time"
)

func canCool() bool { return false }

func settle(context.Context, bool) error { return nil }

func processorTime() time.Duration { return 0 }
