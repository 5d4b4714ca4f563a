#pragma once
#include <vector>
#include "core/base.hpp"

using namespace std::literals;
using std::string;
using core::detail::hash;
namespace fs = std::filesystem;

#define SHAPES_VERSION 3

namespace shapes {
namespace detail::v1 {
inline int counter = 0;
}

class Canvas;
template <typename T>
using List = std::vector<T>;
typedef unsigned long size_type;

/// What can be drawn.
/// The second line.
template <typename T, int N = 2>
class Shape : public Base<T>, private core::Drawable, virtual mixin::Named<T> {
 public:
  /** Makes a shape. */
  explicit Shape(T value) : Base<T>(value), points_{value} { check(); }
  Shape(const Shape&) = delete;
  template <class U>
  Shape(U first, U second);
  virtual ~Shape();

  virtual void draw(Canvas& canvas) const = 0;
  double area() const override { return scale(2.0) * points_.size(); }
  static Shape* make(int kind,
                     const string& name);
  const T& at(size_type index) const;
  T& operator[](int index);
  bool operator==(const Shape& other) const { return other.at(0) == at(0); }
  explicit operator bool() const;
  template <typename U>
  U scale(U by) { return by; }

  struct Point {
    int x = 0, y;
    double area() const;
  };

  enum class Kind : int { Round, Square = 2 };
  using value_type = T;
  static constexpr int kLimit = N;

 protected:
  std::function<void(int)> callback;
  Point* origin_ = nullptr;
  friend class Canvas;

 private:
  List<T> points_;
};

template <>
struct Printer<Shape<int, 1>> {
  std::string operator()(const Shape<int, 1>& shape) const;
};

union Bits {
  int whole;
  float real;
};

enum Colour { RED, GREEN };

/// Draws everything.
void draw(const List<Shape<int>>& shapes, Canvas* canvas);
template <typename T>
concept Drawable = requires(T shape) { shape.draw(); };
}  // namespace shapes
