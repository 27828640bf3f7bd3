package firebird

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// createFails tells a failure of Firebird's that has nothing to do with the database. On a busy machine the engine's own
// thread that writes pages meets the one that creates a database, now and then, where the cache is as small as ours
// (FirebirdSQL/firebird issue 8194); the engine then takes itself for damaged and gives up. So whoever creates a scratch
// database tries it once more.
func createFails(words string) bool { return strings.Contains(words, "page in use during flush") }

// Create creates an empty database at fdb, where nothing may lie; clauses are those of CREATE DATABASE, "page_size 8192".
func (e *Engine) Create(ctx context.Context, fdb, clauses string) error {
	sql := fmt.Sprintf("create database '%s' %s;\n", strings.ReplaceAll(fdb, "'", "''"), clauses)
	return twice(func() error {
		_, err := e.Script(ctx, "", sql)
		return err
	}, func() error { return removeDatabase(fdb) })
}

// twice creates a database, once more where createFails.
func twice(create, remove func() error) error {
	err := create()
	if err == nil || !createFails(err.Error()) {
		return err
	}
	if failed := remove(); failed != nil {
		return errors.Join(err, failed)
	}
	return create()
}
