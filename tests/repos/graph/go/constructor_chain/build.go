package build

import (
	"example.com/constructor_chain/engine"
	other "github.com/other/engine"
)

type Car struct {
	engine *engine.Engine
	spare  engine.Engine
}

func New() *Car { return &Car{engine: engine.New()} }

func NewCar() (*Car, error) { return New(), nil }

func (c *Car) Start() *engine.Engine { return c.engine.Start() }

func (c *Car) WithEngine(e *engine.Engine) *Car {
	c.engine = e
	return c
}

type Builder struct{ car Car }

func NewBuilder() Builder { return Builder{} }

func (b Builder) Power(power int) Builder { return b }

func (b Builder) Build() *Car { return &b.car }

type Start struct{}

func (s Start) Tune() {}

func Drive(unknown func() any) {
	engine.New().Start()
	engine.NewWith(3).Tune().Tune()
	New().engine.Start()
	New().WithEngine(engine.NewWith(4)).Start()
	NewBuilder().Power(1).Build().Start()
	NewBuilder().Build().spare.Tune()
	Start{}.Tune()
	(&Start{}).Tune()
	other.New().Start()
	unknown()
	car, err := NewCar()
	car.Start()
	err.Error()
	engine.New(engine.WithPower(2)).Tune()
	made := new(Car)
	made.Start().Tune()
}
