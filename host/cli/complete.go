package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
)

// candidate is a word that the shell may offer, and what it is.
type candidate struct{ word, about string }

// offers are what the shell offers for the next word of a command, given those before it. Nothing of it may fail: a store
// that can not be read has nothing to offer.
type offers struct {
	words func(ctx context.Context, before []string) []candidate
	most  int  // how many words it offers; 0: any number
	files bool // a path will do as well
}

// offered are the commands that know their words.
func (a *app) offered() map[string]offers {
	return map[string]offers{
		"run":            {words: a.offerRun},
		"simulate":       {words: a.offerSimulate},
		"docs":           {words: a.offerDocs, most: 1},
		"copies show":    {words: a.offerCopies, most: 1, files: true},
		"copies check":   {words: a.offerCopies, files: true},
		"copies prove":   {words: a.offerCopies, files: true},
		"copies extract": {words: a.offerCopies, most: 1, files: true},
		"copies why":     {words: a.offerCopies, most: 1, files: true},
		"copies pin":     {words: a.offerCopies},
		"copies unpin":   {words: a.offerCopies},
		"copies accept":  {words: a.offerCopies},
		"copies send":    {words: a.offerCopies},
		"copies plan":    {words: a.offerDestinations},
		"copies prune":   {words: a.offerDestinations},
		"companies":      {words: a.offerCopies, most: 1, files: true},
		"recover":        {words: a.offerDatabases, most: 1, files: true},
		"secret remove":  {words: a.offerSecrets, most: 1},
		"notify test":    {words: a.offerRoutes, most: 1},
		"layout show":    {words: a.offerLayouts, most: 1, files: true},
		"diff":           {words: offerWords(layer.Store, layer.Reseller), most: 1, files: true},
	}
}

// offeredValues are the flags that know their values, whatever command has them.
func (a *app) offeredValues() map[string]func(context.Context, []string) []candidate {
	return map[string]func(context.Context, []string) []candidate{
		"lang":     offerWords(message.Portuguese, message.English),
		"as":       offerWords(layer.Store, layer.Reseller),
		"layout":   a.offerLayouts,
		"state":    offerWords(copies.Verified, copies.Sealed, copies.Suspect, copies.Bad, copies.Missing),
		"fault":    offerWords(sim.Faults...),
		"where":    a.offerDestinations,
		"waive":    a.offerDestinations,
		"level":    offerWords(recovery.Validate, recovery.Mend, recovery.Salvage),
		"database": a.offerDatabases,
	}
}

// offer tells the shell of them.
func (a *app) offer(root *cobra.Command) {
	commands, values := a.offered(), a.offeredValues()
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		path := strings.TrimPrefix(c.CommandPath(), root.Name()+" ")
		if o, ok := commands[path]; ok {
			c.ValidArgsFunction = o.complete
		}
		for name, words := range values {
			if c.LocalNonPersistentFlags().Lookup(name) != nil || c == root && c.PersistentFlags().Lookup(name) != nil {
				flag := offers{words: words}
				_ = c.RegisterFlagCompletionFunc(name, flag.complete) // fails where it is told twice
			}
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
}

func (o offers) complete(c *cobra.Command, before []string, begun string) ([]string, cobra.ShellCompDirective) {
	how := cobra.ShellCompDirectiveNoFileComp
	if o.files {
		how = cobra.ShellCompDirectiveDefault
	}
	if o.most > 0 && len(before) >= o.most {
		return nil, how
	}
	var found []string
	for _, one := range o.words(c.Context(), before) {
		if strings.HasPrefix(one.word, begun) {
			found = append(found, cobra.CompletionWithDesc(one.word, one.about))
		}
		if strings.HasSuffix(one.word, "=") {
			how |= cobra.ShellCompDirectiveNoSpace
		}
	}
	return found, how
}

func offerWords(words ...string) func(context.Context, []string) []candidate {
	return func(context.Context, []string) []candidate {
		var all []candidate
		for _, word := range words {
			all = append(all, candidate{word: word})
		}
		return all
	}
}

// offerRun gives the entries, the scripts and their jobs; after them, the params of the script.
func (a *app) offerRun(ctx context.Context, before []string) []candidate {
	store, err := a.host()
	if err != nil {
		return nil
	}
	if len(before) > 0 {
		return offerParams(ctx, store, before)
	}
	var all []candidate
	for _, e := range run.Entries(store.Config) {
		all = append(all, candidate{e.Name, e.Run})
	}
	for _, name := range store.Scripts() {
		all = append(all, candidate{word: name})
		script, err := store.Describe(ctx, name)
		if err != nil {
			continue
		}
		for _, job := range slices.Sorted(maps.Keys(script.Jobs)) {
			all = append(all, candidate{word: name + ":" + job})
		}
	}
	return all
}

// offerParams gives the params that are not given yet.
func offerParams(ctx context.Context, store *run.Host, before []string) []candidate {
	target := before[0]
	for _, e := range run.Entries(store.Config) {
		if e.Name == target {
			target = e.Run
		}
	}
	target, _, _ = strings.Cut(target, ":")
	script, err := store.Describe(ctx, target)
	if err != nil {
		return nil
	}
	var all []candidate
	for _, p := range describeParams(script) {
		given := func(word string) bool { return strings.HasPrefix(word, p.Name+"=") }
		if !slices.ContainsFunc(before[1:], given) {
			all = append(all, candidate{p.Name + "=", p.Help})
		}
	}
	return all
}

func (a *app) offerDocs(context.Context, []string) []candidate {
	known, err := readStubs(primitive.Stubs(message.Language()), sim.Stubs(message.Language()))
	if err != nil {
		return nil
	}
	var all []candidate
	for _, name := range known.names() {
		about := ""
		if f := known.function(name); f != nil {
			about = firstSentence(f.Prose)
		}
		if name != "" {
			all = append(all, candidate{name, about})
		}
	}
	if store, err := a.host(); err == nil {
		for _, script := range store.Scripts() {
			all = append(all, candidate{word: script})
		}
	}
	return all
}

func (a *app) offerCopies(ctx context.Context, _ []string) []candidate {
	store, err := a.host()
	if err != nil {
		return nil
	}
	found, _, err := store.Catalogue().List(ctx, copies.Filter{})
	if err != nil || len(found) == 0 {
		return nil
	}
	all := []candidate{{word: "newest"}}
	for _, c := range found {
		all = append(all, candidate{c.Seq, joinWords(c.Database, dayOf(c), stateWord(c.State))})
	}
	return all
}

func (a *app) offerSecrets(context.Context, []string) []candidate {
	store, err := a.secrets()
	if err != nil {
		return nil
	}
	names, err := store.List()
	if err != nil {
		return nil
	}
	return offerWords(names...)(nil, nil)
}

func (a *app) offerRoutes(context.Context, []string) []candidate {
	store, err := a.host()
	if err != nil {
		return nil
	}
	var all []candidate
	for _, r := range store.Config.Routes {
		all = append(all, candidate{r.Name, strings.Join(r.Levels, ", ")})
	}
	return all
}

func (a *app) offerDestinations(context.Context, []string) []candidate {
	store, err := a.host()
	if err != nil {
		return nil
	}
	var all []candidate
	for _, d := range store.Config.Destinations {
		all = append(all, candidate{d.Name, d.Path})
	}
	return all
}

func (a *app) offerDatabases(context.Context, []string) []candidate {
	store, err := a.host()
	if err != nil {
		return nil
	}
	var all []candidate
	for _, d := range store.Config.Databases {
		all = append(all, candidate{d.Name, d.Path})
	}
	return all
}
