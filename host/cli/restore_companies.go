package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// choose asks until the answer can be taken, and says why one can not: a slip of the finger ends nothing. Nobody there to answer is no.
func (a *app) choose(ctx context.Context, talk *bufio.Reader, question func() string, take func(answer string) (done bool, sorry string)) error {
	for {
		fmt.Fprint(a.err, question()+" ")
		answer, err := lineOf(ctx, talk)
		if errors.Is(err, errNobody) {
			fmt.Fprintln(a.err)
			return message.New("confirm.refused", "cli.restore_unconfirmed", nil)
		}
		if err != nil {
			return err
		}
		done, sorry := take(answer)
		if done {
			return nil
		}
		if sorry != "" {
			fmt.Fprintln(a.err, sorry)
		}
	}
}

// pickCompanies shows the companies of a copy, all of them chosen, and lets the person take some out. What is not chosen, or
// not in the copy, stays as it is.
func (a *app) pickCompanies(ctx context.Context, c copies.Copy, talk *bufio.Reader) ([]string, error) {
	chosen := idsOf(c)
	if len(chosen) < 2 {
		return chosen, nil
	}
	err := a.choose(ctx, talk, func() string {
		for _, one := range c.Companies {
			box := "[ ]"
			if slices.Contains(chosen, one.ID) {
				box = "[x]"
			}
			fmt.Fprintf(a.err, "  %s %s  %s  %s\n", box, one.ID, one.Name, cnpj(one.CNPJ))
		}
		return message.Text("cli.restore_boxes", nil)
	}, func(answer string) (bool, string) {
		if answer == "" && len(chosen) == 0 {
			return false, message.Text("cli.restore_no_box", nil)
		}
		now, err := toggled(c, chosen, answer)
		if err != nil {
			return false, err.Error()
		}
		chosen = now
		return answer == "", ""
	})
	return chosen, err
}

// toggled takes the companies that were typed out of those that are chosen, or puts them in.
func toggled(c copies.Copy, chosen []string, answer string) ([]string, error) {
	now := []string{}
	typed := strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	known := idsOf(c)
	for _, id := range typed {
		if !slices.Contains(known, id) {
			return nil, message.New("company.not_found", "restore.no_such_company", message.Args{"id": id, "seq": c.Seq, "known": strings.Join(known, ", ")})
		}
	}
	for _, id := range known {
		if slices.Contains(chosen, id) != slices.Contains(typed, id) {
			now = append(now, id)
		}
	}
	return now, nil
}

func idsOf(c copies.Copy) (ids []string) {
	for _, one := range c.Companies {
		ids = append(ids, one.ID)
	}
	return ids
}
