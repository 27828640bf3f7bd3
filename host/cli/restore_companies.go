package cli

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// pickCompanies shows the companies of a copy, all of them chosen, and lets the person take some out. What is not chosen, or
// not in the copy, stays as it is.
func (a *app) pickCompanies(ctx context.Context, c copies.Copy, talk *bufio.Reader) ([]string, error) {
	chosen := idsOf(c)
	for len(c.Companies) > 1 {
		for _, one := range c.Companies {
			box := "[ ]"
			if slices.Contains(chosen, one.ID) {
				box = "[x]"
			}
			fmt.Fprintf(a.err, "  %s %s  %s  %s\n", box, one.ID, one.Name, cnpj(one.CNPJ))
		}
		fmt.Fprint(a.err, message.Text("cli.restore_boxes", nil)+" ")
		answer, err := readLine(ctx, talk)
		if err != nil {
			return nil, err
		}
		if answer == "" && len(chosen) == 0 { // which would be all of them
			return nil, message.New("option.value", "restore.no_company", nil)
		}
		if answer == "" {
			break
		}
		now, err := toggled(c, chosen, answer)
		if err != nil {
			a.tellOne("cli.warning", err)
			continue
		}
		chosen = now
	}
	return chosen, nil
}

// toggled takes the companies that were typed out of those that are chosen, or puts them in.
func toggled(c copies.Copy, chosen []string, answer string) (now []string, err error) {
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
