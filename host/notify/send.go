package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/discord"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/googlechat"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/matrix"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/mattermost"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/rocketchat"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/slack"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/teams"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/gotify"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/pushover"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/sms/twilio"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/generic"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// services are those of the library that take a title and say so when they fail. Its Telegram says nothing when the line
// is dead, and is here only for its address.
var services = map[string]func() types.Service{
	discord.Scheme:    func() types.Service { return &discord.Service{} },
	generic.Scheme:    func() types.Service { return &generic.Service{} },
	googlechat.Scheme: func() types.Service { return &googlechat.Service{} },
	gotify.Scheme:     func() types.Service { return &gotify.Service{} },
	matrix.Scheme:     func() types.Service { return &matrix.Service{} },
	mattermost.Scheme: func() types.Service { return &mattermost.Service{} },
	ntfy.Scheme:       func() types.Service { return &ntfy.Service{} },
	pushover.Scheme:   func() types.Service { return &pushover.Service{} },
	rocketchat.Scheme: func() types.Service { return &rocketchat.Service{} },
	slack.Scheme:      func() types.Service { return &slack.Service{} },
	smtp.Scheme:       func() types.Service { return &smtp.Service{} },
	teams.Scheme:      func() types.Service { return &teams.Service{} },
	twilio.Scheme:     func() types.Service { return &twilio.Service{} },
}

// Services are the names that an address may begin with, sorted.
func Services() []string {
	names := append(slices.Collect(maps.Keys(services)), telegramScheme)
	slices.Sort(names)
	return names
}

// Send is the Sender of the real services. An address is a URL as shoutrrr spells it, one for each service. Fails with
// notify.url when the address is wrong, notify.auth when the service does not take its token, notify.refused when it
// does not take the notice, and notify.unreachable when it does not answer.
func Send(ctx context.Context, address secret.Text, title, body string) error {
	at, err := url.Parse(address.Reveal())
	if err != nil {
		// The cause quotes the address.
		return message.New("notify.url", "notify.url", message.Args{"known": strings.Join(Services(), ", ")})
	}
	mask := masker(at)
	done := make(chan error, 1)
	go func() {
		defer func() {
			// The library can panic on an address that is wrong.
			if p := recover(); p != nil {
				done <- message.New("notify.url", "notify.url_wrong", message.Args{"service": at.Scheme, "why": mask(fmt.Sprint(p))})
			}
		}()
		done <- deliver(ctx, at, title, body, mask)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return message.New("notify.unreachable", "notify.slow", nil)
	}
}

func deliver(ctx context.Context, at *url.URL, title, body string, mask func(string) string) error {
	if at.Scheme == telegramScheme {
		return telegram(ctx, telegramAPI, at, title, body, mask)
	}
	create, ok := services[at.Scheme]
	if !ok {
		return message.New("notify.url", "notify.url", message.Args{"known": strings.Join(Services(), ", ")})
	}
	service := create()
	if err := service.Initialize(at, nil); err != nil {
		text := mask(err.Error())
		if lineShape.MatchString(text) || statusShape.MatchString(text) {
			// Matrix logs in already.
			return failure(at.Scheme, status(text), text)
		}
		return message.New("notify.url", "notify.url_wrong", message.Args{"service": at.Scheme, "why": text})
	}
	if at.Scheme == smtp.Scheme {
		// The library writes the subject as it is given.
		title = mime.QEncoding.Encode("utf-8", title)
	}
	if err := service.Send(body, &types.Params{types.TitleKey: title}); err != nil {
		text := mask(err.Error())
		return failure(at.Scheme, status(text), text)
	}
	return nil
}

const codeRefused = "notify.refused"

// failure is what a service answered: a status of HTTP or SMTP, or noAnswer.
func failure(service string, status int, text string) error {
	args := message.Args{"service": service}
	cause := errors.New(text)
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, service == smtp.Scheme && slices.Contains(authReplies, status):
		return message.Wrap(cause, "notify.auth", "notify.auth", args)
	case status == noAnswer, status == http.StatusTooManyRequests, service != smtp.Scheme && status >= http.StatusInternalServerError:
		return message.Wrap(cause, "notify.unreachable", "notify.unreachable", args)
	}
	return message.Wrap(cause, codeRefused, "notify.refused", args)
}

const noAnswer = 0

// Replies of SMTP that speak of user and password (RFC 4954).
var authReplies = []int{530, 534, 535, 538}

var (
	lineShape   = regexp.MustCompile(`(?i)\b((dial|read|write) (tcp|udp)|lookup|no such host|connection (refused|reset)|EOF|timeout|deadline exceeded|tls:|x509:|malformed HTTP)`)
	statusShape = regexp.MustCompile(`(?:^|[^\w:.*-])([45]\d\d)\b`)
)

// status finds the status in the library's words; most of its services keep it nowhere else. Words that speak of none
// are about what was sent.
func status(text string) int {
	if lineShape.MatchString(text) {
		return noAnswer
	}
	found := statusShape.FindStringSubmatch(text)
	if found == nil {
		return http.StatusBadRequest
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

// shortest is the length from which a piece of an address counts as a secret; shorter ones are "yes" and "587".
const shortest = 4

var (
	addressShape = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"']+`)
	apart        = regexp.MustCompile(`[^\pL\pN]+`)
)

// masker hides an address and its pieces, however a service puts them together again: user, password, path and query
// hold tokens, and so does the host where it is no computer's name.
func masker(at *url.URL) func(string) string {
	password, _ := at.User.Password()
	texts := []string{at.User.Username(), password, at.Path, at.Fragment, at.Opaque}
	for _, values := range at.Query() {
		texts = append(texts, values...)
	}
	if host := at.Hostname(); !strings.ContainsAny(host, ".:") && host != at.Scheme && host != "localhost" {
		texts = append(texts, host)
	}
	known := []secret.Text{secret.Text(password)}
	for _, text := range texts {
		for _, piece := range append(apart.Split(text, -1), text) {
			if len(piece) >= shortest {
				known = append(known, secret.Text(piece))
			}
		}
	}
	hide := secret.Mask(known)
	return func(text string) string { return hide(addressShape.ReplaceAllString(text, "***")) }
}
