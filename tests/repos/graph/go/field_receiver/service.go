package service

import "example.com/field_receiver/store"

// Plugin has one implementation nowhere in this module.
type Plugin interface{ Mount(item any) any }

type Service struct {
	store  *store.Store
	disk   store.Disk
	plugin Plugin
	hook   func(item any) any
}

func New(s *store.Store) *Service { return &Service{store: s} }

func (s *Service) Save(item any) any {
	s.disk.Save(item)
	return s.store.Save(item)
}

func (s *Service) Load(key string) string { return s.store.Load(key) }

func (s *Service) Flush() {
	s.store.Flush()
	s.Save(nil)
}

func (s *Service) Mount(item any) any { return item }

func (s *Service) mount(item any) {
	s.hook(item)
	var other Other
	other.Mount(item)
}

type Other struct{ inner *Service }

func (o Other) Mount(item any) { o.inner.mount(item) }

func (o Other) Save(item any) {
	o.inner.store.Save(item)
	o.inner.disk.Save(item)
	store.Save(item)
}

func (o Other) Load(key string) {
	inner := o.inner
	inner.Load(key)
}

func Save(item any, s *store.Store) { s.Save(item) }

func Close(o *Other) {
	Save(o, o.inner.store)
	New(nil).Flush()
}
