package exchange

import (
	"context"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// LongestSequence is how many letters the name of a sequence has at most.
const LongestSequence = 60

// The table has no generator and no trigger: it needs one right, that to make a table. Names are in UTF8 whatever the
// database's own set is; JSON is ASCII.
var ledgerTable = []string{
	`create table DJSCRIPT_EXCHANGE (
		KIND char(1) character set ascii not null,
		NAME varchar(80) character set utf8 not null,
		CONTENT varchar(64) character set ascii not null,
		AGAIN integer not null,
		FILE_NAME varchar(255) character set utf8,
		SEQUENCE_NAME varchar(60) character set utf8,
		SEQUENCE_NUMBER bigint,
		DONE_AT timestamp,
		RUN_ID varchar(60) character set utf8,
		RECORDS integer,
		INSERTED integer,
		UPDATED integer,
		DELETED integer,
		REJECTED integer,
		CURSOR_JSON blob sub_type text character set ascii,
		INTENT_JSON blob sub_type text character set ascii,
		constraint DJSCRIPT_EXCHANGE_KEY primary key (KIND, NAME, CONTENT, AGAIN))`,
	`create descending index DJSCRIPT_EXCHANGE_NUMBER on DJSCRIPT_EXCHANGE (SEQUENCE_NAME, SEQUENCE_NUMBER)`,
}

// Another process that makes the table at the same moment needs no longer.
const (
	prepareTries = 20
	preparePause = 100 * time.Millisecond
)

// Prepare makes the table of the ledger where it is missing, in a transaction of its own. db.denied where the user may not.
func Prepare(ctx context.Context, conn *firebird.Conn) error {
	made, err := Prepared(ctx, conn)
	if made || err != nil {
		return err
	}
	failed := conn.Transaction(ctx, func(tx *firebird.Transaction) error {
		for _, one := range ledgerTable {
			if _, err := tx.Exec(ctx, one); err != nil {
				return err
			}
		}
		return nil
	})
	if failed == nil {
		return nil
	}
	if told := notMade(failed, conn.Database().User); told != nil {
		return told
	}
	for range prepareTries {
		if made, err := Prepared(ctx, conn); made || err != nil {
			return err
		}
		pause := time.NewTimer(preparePause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return context.Cause(ctx)
		case <-pause.C:
		}
	}
	return failed
}

// notMade tells who gives the right to make the table, where that is what is missing.
func notMade(err error, user string) error {
	if !firebird.Denied(err) {
		return nil
	}
	return message.Wrap(err, "db.denied", "ledger.not_made", message.Args{"user": user})
}

// Prepared says whether the ledger was made.
func Prepared(ctx context.Context, conn *firebird.Conn) (made bool, err error) {
	err = conn.Snapshot(ctx, func(s *firebird.Snapshot) error {
		rows, err := s.Query(ctx, `select 1 from RDB$RELATIONS where RDB$RELATION_NAME = 'DJSCRIPT_EXCHANGE'`, nil, 1)
		made = err == nil && len(rows.Values) == 1
		return err
	})
	return made, err
}
