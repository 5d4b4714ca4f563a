package basket

import (
	"bytes"
	"container/list"
	"strings"
	"sync"
)

// Basket has the methods of the library's collections.
type Basket struct {
	names []string
	index map[string]string
	queue *list.List
	seen  sync.Map
}

type Builder struct{ inner strings.Builder }

func (b *Builder) WriteString(text string) { b.inner.WriteString(text) }

func (b *Builder) Len() int { return b.inner.Len() }

func (b *Basket) PushBack(item string) {
	b.queue.PushBack(item)
	b.append(item)
}

func (b *Basket) append(item string) { b.names = append(b.names, item) }

func (b *Basket) delete(key string) { delete(b.index, key) }

func (b *Basket) Len() int { return b.queue.Len() + len(b.names) }

func (b *Basket) Load(key string) any {
	found, _ := b.seen.Load(key)
	return found
}

func (b *Basket) Range(visit func(key, value any) bool) { b.seen.Range(visit) }

func len2(b *Basket) int { return b.Len() }

func Contains(text, part string) bool { return strings.Contains(text, part) }

func Update(queue *list.List, basket *Basket, seen *sync.Map, text *bytes.Buffer, builder *Builder) {
	queue.PushBack("item")
	basket.PushBack("item")
	seen.Load("key")
	basket.Load("key")
	text.WriteString("text")
	builder.WriteString("text")
	baskets := []*Basket{basket}
	baskets[0].delete("key")
	for _, each := range baskets {
		each.append("each")
	}
	byName := map[string]Basket{}
	one := byName["one"]
	one.Len()
	first := queue.Front()
	first.Value.(*Basket).Load("first")
	Contains("text", "t")
	copy := func(a, b []string) {}
	copy(nil, nil)
}
