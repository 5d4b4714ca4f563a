package client

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"sync"

	"example.com/third_party_namesake/near"
	"github.com/web/session"
)

// Client is not the one of net/http.
type Client struct{ name string }

func (c *Client) Get(url string) string { return url }

func (c *Client) Do(request any) any { return request }

type Mutex struct{}

func (m *Mutex) Lock() {}

type Logger struct{}

func (l Logger) Println(text string) {}

func New(text string) error { return nil }

func Fetch(url string) (*http.Response, error) {
	client := &http.Client{}
	client.Get(url)
	response, err := http.Get(url)
	response.Body.Close()
	return response, err
}

func FetchHere(url string) string {
	client := &Client{}
	client.Do(url)
	return client.Get(url)
}

func Remember(far *session.Session, key string) error {
	far.Get(key)
	one := near.Get(key)
	one.Get(key)
	defer one.Close()
	two := session.Get(key)
	two.Close()
	var three near.Session
	return three.Close()
}

func Report(std *log.Logger, own Logger) error {
	std.Println("text")
	own.Println("text")
	log.Println("text")
	fmt.Println("text")
	New("text")
	return errors.New("text")
}

func Lock(a *sync.Mutex, b *Mutex) {
	a.Lock()
	b.Lock()
}
