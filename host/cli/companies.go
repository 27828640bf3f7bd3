package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

func (a *app) companiesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "companies [COPY]", Short: message.Text("cli.companies_short", nil), Long: message.Text("cli.companies_long", nil), Args: between(0, 1),
		Example: "  djscript companies\n  djscript companies newest\n  djscript companies E:/Copias/loja-centro-loja-000012-2026-11-20-2200.zip",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.liveCompanies(c.Context())
			}
			return a.copiedCompanies(c.Context(), args[0])
		},
	}
}

// company is a company with the database that knows it.
type company struct {
	firebird.Company
	Database string `json:"database"`
}

// liveCompanies asks every database; one that can not be asked does not keep the others from answering.
func (a *app) liveCompanies(ctx context.Context) error {
	store, err := a.host()
	if err != nil {
		return err
	}
	databases, _, err := store.Databases()
	failed := []error{err}
	found := []company{}
	for _, d := range databases {
		if d.System.Companies == "" {
			a.tell("cli.companies_unknown", message.Args{"database": d.Name})
			continue
		}
		all, err := askCompanies(ctx, d)
		failed = append(failed, err)
		for _, c := range all {
			found = append(found, company{Company: c, Database: d.Name})
		}
	}
	if err := errors.Join(failed...); err != nil && (len(found) == 0 || a.json) {
		return err
	}
	return errors.Join(a.tellCompanies(found), errors.Join(failed...))
}

func askCompanies(ctx context.Context, d copies.Database) ([]firebird.Company, error) {
	conn, err := firebird.Connect(ctx, d.At)
	if err != nil {
		return nil, err
	}
	all, err := conn.Companies(ctx, d.System.Companies)
	return all, errors.Join(err, conn.Close())
}

func (a *app) copiedCompanies(ctx context.Context, ref string) error {
	c, err := a.findCopy(ctx, ref, nil)
	if err != nil {
		return err
	}
	found := []company{}
	for _, one := range c.Companies {
		found = append(found, company{Company: one, Database: c.Database})
	}
	return a.tellCompanies(found)
}

func (a *app) tellCompanies(found []company) error {
	if a.json {
		return a.printJSON(map[string]any{"companies": found})
	}
	if len(found) == 0 {
		a.print("cli.companies_none", nil)
		return nil
	}
	var rows [][]string
	for _, c := range found {
		rows = append(rows, []string{c.Database, c.ID, c.Name, cnpj(c.CNPJ)})
	}
	return table(a.out, columns("cli.companies_columns"), rows)
}

// cnpj puts the usual mask on a CNPJ; what has not 14 positions stays as it is.
func cnpj(text string) string {
	if len(text) != 14 {
		return orDash(text)
	}
	return text[:2] + "." + text[2:5] + "." + text[5:8] + "/" + text[8:12] + "-" + text[12:]
}
