// Package server answers requests.
package server

import (
	"context"
	. "math"
	_ "net/http/pprof"

	str "strings"
	"github.com/acme/shop/stock"
)

import "os"

// Limits of the server.
const (
	MaxItems      = 100 // not a doc of the next line
	Low, High int = 1, 2
)

const Version = "1"

// Kind says what an item is.
type Kind int

const (
	Book Kind = iota
	Toy
)

var ErrClosed = errors.New("closed")
var first, second = 1, 2

var (
	registry = map[string]Handler{}
	hook     = func() {}
)

var onExit = func(code int) {
	os.Exit(code)
}

// Handler answers one request.
type Handler interface {
	context.Context
	Closer
	// Serve answers.
	Serve(ctx context.Context, kind Kind) (int, error)
}

type Number interface {
	~int | ~float64
}

// Server holds everything.
//
// It is safe for concurrent use.
type Server struct {
	Base
	*stock.Shelf
	Cache[Kind]
	name, path string `json:"name"`
	// Done is closed at the end.
	Done  chan struct{}
	limit func(kind Kind) bool
}

type (
	// Box holds one value.
	Box[T any] struct {
		value T
	}
	Alias = Box[Kind]
	Größe float64
)

// New makes a server.
func New(name string, options ...Option) (*Server, error) {
	server := &Server{name: name}
	for _, option := range options {
		option(server)
	}
	shelf := stock.Shelf{Items: []stock.Item{{}}}
	box := Box[Kind]{value: Book}
	return server, shelf.Fill(box.Get())
}

// Serve answers, as Handler says.
func (s *Server) Serve(ctx context.Context, kind Kind) (int, error) {
	double := func(x int) int {
		return twice(x)
	}
	go s.run()
	defer s.Base.Close()
	if k, ok := ctx.Value(key{}).(Kind); ok {
		return double(Map[int](k)), nil
	}
	return str.Count(string(s.name), "x"), (*s.next).Serve(new(Request))
}

func (s Server) run() {}

func (Kind) String() string { return "" }

func (b *Box[T]) Get() T { return b.value }

func Map[T, U any](values []T, change func(T) U) []U {
	out := make([]U, 0, len(values))
	return out
}

func (g Größe) Länge() float64 { return Sqrt(float64(g)) }
