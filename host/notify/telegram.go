package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	library "github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"

	"github.com/djscript/djscript/host/message"
)

const (
	telegramScheme = library.Scheme
	telegramAPI    = "https://api.telegram.org"
	answerBytes    = 64 << 10
)

// telegram posts to every chat of the address. The library takes a dead line for a success (its issue 473 upstream), so
// only its spelling of the address is used.
func telegram(ctx context.Context, api string, at *url.URL, title, body string, mask func(string) string) error {
	to := &library.Config{Preview: true, Notification: true}
	if err := to.SetURL(at); err != nil {
		return message.New("notify.url", "notify.url_wrong", message.Args{"service": telegramScheme, "why": mask(err.Error())})
	}
	text := "<b>" + html.EscapeString(title) + "</b>\n" + html.EscapeString(body)
	var failed []error
	for _, chat := range to.Chats {
		post := library.SendMessagePayload{Text: text, ParseMode: "HTML", DisablePreview: !to.Preview, DisableNotification: !to.Notification}
		post.ID, post.MessageThreadID = thread(chat)
		failed = append(failed, telegramPost(ctx, api+"/bot"+to.Token+"/sendMessage", post, mask))
	}
	return errors.Join(failed...)
}

// thread takes a chat apart: "ID", or "ID:THREAD" of a group with topics.
func thread(chat string) (id string, topic *int) {
	id, number, _ := strings.Cut(chat, ":")
	if n, err := strconv.Atoi(number); err == nil {
		topic = &n
	}
	return id, topic
}

func telegramPost(ctx context.Context, address string, post library.SendMessagePayload, mask func(string) string) error {
	text, err := json.Marshal(post)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		return failure(telegramScheme, noAnswer, mask(err.Error()))
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return failure(telegramScheme, noAnswer, mask(err.Error()))
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		OK          bool   `json:"ok"`
		Description string `json:"description"`
	}
	err = json.NewDecoder(io.LimitReader(response.Body, answerBytes)).Decode(&answer)
	switch {
	case err == nil && answer.OK:
		return nil
	case response.StatusCode == http.StatusOK:
		// A page of somebody in between: a hotel, a proxy, a filter of the provider.
		return failure(telegramScheme, noAnswer, "no answer of Telegram's")
	case response.StatusCode == http.StatusNotFound:
		// Telegram knows no such bot.
		return failure(telegramScheme, http.StatusUnauthorized, response.Status)
	case response.StatusCode == http.StatusForbidden:
		// The bot is known, and this person does not want it.
		return failure(telegramScheme, http.StatusBadRequest, mask(answer.Description))
	}
	return failure(telegramScheme, response.StatusCode, response.Status+" "+mask(answer.Description))
}
