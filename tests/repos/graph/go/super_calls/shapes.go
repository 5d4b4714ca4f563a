package shapes

import "github.com/draw/canvas"

// Go has no super: an embedded type's methods are promoted, and an outer method hides the inner one.

type Shape struct{ name string }

func (s Shape) Area() int { return 0 }

func (s Shape) Describe() string { return s.name }

func (s *Shape) Rename(name string) { s.name = name }

type Drawn struct{}

func (d Drawn) Area() int { return -1 }

func (d Drawn) Draw() int { return d.Area() }

type Polygon struct {
	Shape
	corners int
}

func (p Polygon) Area() int { return p.Shape.Area() + 1 }

type Square struct {
	*Polygon
	drawn Drawn
}

func (s Square) Area() int { return s.Polygon.Area() }

func (s Square) Describe() string {
	s.Rename("square")
	return s.Polygon.Describe() + s.Shape.Describe()
}

func (s Square) Draw() int { return s.drawn.Draw() }

type Sketch struct {
	Square
	canvas.Canvas
}

func (s *Sketch) Fill() int {
	s.Square.Area()
	s.Canvas.Fill()
	return s.Area()
}

func (s *Sketch) Draw() int {
	s.Canvas.Draw()
	return s.Square.Draw()
}

type Remote struct{ canvas.Canvas }

func (r Remote) Area() int { return r.Canvas.Area() }

func (r Remote) Describe() string { return r.Canvas.Describe() }

func Use(sketch *Sketch, remote Remote, polygon Polygon) {
	sketch.Draw()
	sketch.Describe()
	sketch.Rename("sketch")
	remote.Area()
	remote.Draw()
	polygon.Describe()
	polygon.Area()
}
