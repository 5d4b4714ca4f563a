#include "shapes.hpp"

namespace shapes {

namespace {
int hidden = 1;
}  // namespace

template <typename T, int N>
Shape<T, N>::~Shape() = default;

/* Draws nothing. */
template <typename T, int N>
double Shape<T, N>::Point::area() const {
  return x * this->y;
}

Circle::Circle(int radius) : Shape<int>(radius), radius_(radius) {}

int Circle::count = 0;

const std::string& Circle::name() const noexcept { return name_; }

void draw(const List<Shape<int>>& shapes, Canvas* canvas) {
  auto paint = [&](const Shape<int>& shape) {
    shape.draw(*canvas);
    return core::paint::fill<int>(shape, detail::v1::counter);
  };
  for (auto& shape : shapes) paint(shape);
  std::lock_guard<std::mutex> lock(mutex);
  auto* circle = new Circle(1);
  auto box = std::make_unique<fs::Box>(2);
  auto other = Square{3};
  canvas->add<Circle>(static_cast<Shape<int>*>(circle));
  canvas->layers().front().clear();
  new core::Layer<int>();
  delete circle;
}

}  // namespace shapes

std::ostream& operator<<(std::ostream& out, const shapes::Circle& größe) {
  return out << größe.länge();
}

double shapes::Circle::Center::area() { return 0; }

extern "C" int entry(void) { return shapes::Circle::make(1); }

TEST(Circle, Area) {
  EXPECT_EQ(Circle(1).area(), 3);
}

int main(int argc, char** argv) { return 0; }
