package engine

type Engine struct{ power int }

type Option func(*Engine)

func New(options ...Option) *Engine { return NewWith(1) }

func NewWith(power int) *Engine { return &Engine{power: power} }

func (e *Engine) Start() *Engine { return e }

func (e *Engine) Tune() *Engine { return e }

func WithPower(power int) Option { return func(e *Engine) { e.Tune() } }
