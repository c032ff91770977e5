#include "kernel/activation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <span>

#include "kernel/each_level.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

constexpr ActivationKind kKinds[] = {ActivationKind::kGelu, ActivationKind::kGeluTanh, ActivationKind::kGeluQuick,
                                     ActivationKind::kSilu, ActivationKind::kRelu};

template <typename S>
bool has_same_bits(std::span<const S> a, std::span<const S> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

template <typename S>
struct Rows {
  using A = Computed<S>;
  Rows(int64_t rows, int64_t width, ActivationKind kind, double scale = 4)
      : shape{rows, width, kind},
        x(sample<S>(rows * width, 1, scale)),
        dy(sample<S>(rows * width, 2, 1)),
        y(x.size()),
        dx(x.size()),
        y_again(x.size()),
        bias(sample<A>(width, 3)),
        dbias(bias.size(), A{-1}) {}

  void run() {
    activation_forward<S>(shape, x.data(), bias.data(), y.data());
    activation_backward<S>(shape, x.data(), bias.data(), dy.data(), dx.data(), dbias.data(), y_again.data());
  }

  // Runs backward in place, with y over x and dx over dy; returns whether the results are bit-identical.
  bool is_same_in_place() const {
    std::vector<S> y_in_place = x, dx_in_place = dy;
    std::vector<A> dbias_in_place(bias.size(), A{-1});
    activation_backward<S>(shape, y_in_place.data(), bias.data(), dx_in_place.data(), dx_in_place.data(),
                           dbias_in_place.data(), y_in_place.data());
    return has_same_bits<S>(y_in_place, y) && has_same_bits<S>(dx_in_place, dx) && dbias_in_place == dbias;
  }

  ActivationShape shape;
  std::vector<S> x, dy, y, dx, y_again;
  std::vector<A> bias, dbias;
};

template <typename S>
void check_against_reference(int64_t rows, int64_t width, ActivationKind kind, double scale) {
  INFO("rows ", rows, " width ", width, " kind ", static_cast<int>(kind), " scale ", scale);
  Rows<double> exact(rows, width, kind, scale);
  Rows<S> got(rows, width, kind, scale);
  exact.run();
  got.run();
  CHECK(worst_error(got.y, exact.y, 1) < 1e-6 + kRounding<S>);
  CHECK(has_same_bits<S>(got.y_again, got.y));
  CHECK(worst_error(got.dx, exact.dx, 1) < 2e-6 + kRounding<S>);
  CHECK(got.is_same_in_place());
  CHECK(worst_error(got.dbias, exact.dbias, 1) < 1e-4);
}

TEST_CASE("activations equal the double reference at every level, width and number of rows") {
  for (const ActivationKind kind : kKinds) {
    for (const int64_t width : kTestWidths) {
      for (const int64_t rows : kTestRows) {
        for_each_level([&] {
          check_against_reference<float>(rows, width, kind, 4);
          check_against_reference<BFloat16>(rows, width, kind, 4);
        });
      }
    }
  }
}

TEST_CASE("activations of large and tiny values equal the reference") {
  for (const ActivationKind kind : kKinds) {
    for (const double scale : {1e-30, 1e-5, 20.0, 1e4, 1e30}) {
      for_each_level([&] { check_against_reference<float>(5, 100, kind, scale); });
    }
  }
}

TEST_CASE("activations keep NaN and infinity") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const ActivationKind kind : kKinds) {
    for_each_level([&] {
      std::vector<float> x(19, 1.0F), y(19);
      x[3] = x[17] = std::nanf("");
      x[4] = x[18] = infinity;
      activation_forward<float>({1, 19, kind}, x.data(), nullptr, y.data());
      for (const size_t i : {3, 17}) CHECK(std::isnan(y[i]));
      for (const size_t i : {4, 18}) CHECK(y[i] == infinity);
      CHECK(std::isfinite(y[0]));
    });
  }
}

TEST_CASE("without a bias nothing is added, and the result in place is the same") {
  for_each_level([] {
    Rows<float> rows(5, 33, ActivationKind::kGelu);
    rows.bias.assign(33, 0);
    rows.run();
    std::vector<float> x = rows.x, dy = rows.dy;
    activation_backward<float>(rows.shape, rows.x.data(), nullptr, dy.data(), dy.data(), nullptr, nullptr);
    CHECK(dy == rows.dx);
    activation_forward<float>(rows.shape, x.data(), nullptr, x.data());
    CHECK(x == rows.y);
  });
}

TEST_CASE("the gradient of a bias is equal bit for bit from run to run") {
  Rows<float> first(997, 384, ActivationKind::kGelu), second(997, 384, ActivationKind::kGelu);
  first.run();
  second.run();
  CHECK(first.dbias == second.dbias);
}

template <typename S>
struct Gated {
  Gated(int64_t rows, int64_t width_in, ActivationKind kind)
      : shape{rows, width_in, kind},
        stride(width_in * 2 + 3),
        x(sample<S>(rows * stride, 1, 8)),
        dy(sample<S>(rows * width_in, 3)),
        dx(x.size()),
        y(dy.size()),
        y_again(dy.size()) {}

  template <typename U>
  GatedRows<U> parts(U* data) const {
    return {{data, stride}, {data + shape.width, stride}};
  }
  template <typename U>
  StridedRows<U> rows(U* data) const {
    return {data, shape.width};
  }

  void run() {
    gated_forward<S>(shape, parts<const S>(x.data()), rows(y.data()));
    gated_backward<S>(shape, parts<const S>(x.data()), rows<const S>(dy.data()), parts(dx.data()),
                      rows(y_again.data()));
  }

  // Runs backward with the gradients over gate and up, and y over dy.
  bool is_same_in_place() const {
    std::vector<S> x_in_place = x, dy_in_place = dy, none = dx;
    gated_backward<S>(shape, parts<const S>(x_in_place.data()), rows<const S>(dy_in_place.data()),
                      parts(x_in_place.data()), rows(dy_in_place.data()));
    gated_backward<S>(shape, parts<const S>(x.data()), rows<const S>(dy.data()), parts(none.data()), {});
    bool is_same = has_same_bits<S>(dy_in_place, y) && has_same_bits<S>(none, dx);
    for (int64_t t = 0; t < shape.num_rows; ++t) {
      for (int64_t i = 0; i < 2 * shape.width; ++i) {
        const auto at = static_cast<size_t>(t * stride + i);
        is_same = is_same && to_float(x_in_place[at]) == to_float(dx[at]);
      }
    }
    return is_same;
  }

  ActivationShape shape;
  int64_t stride;
  std::vector<S> x, dy, dx, y, y_again;
};

template <typename S>
void check_gated(int64_t rows, int64_t width, ActivationKind kind) {
  INFO("rows ", rows, " width ", width, " kind ", static_cast<int>(kind));
  Gated<double> exact(rows, width, kind);
  Gated<S> got(rows, width, kind);
  exact.run();
  got.run();
  CHECK(worst_error(got.y, exact.y, 1) < 2e-6 + kRounding<S>);
  CHECK(has_same_bits<S>(got.y_again, got.y));
  CHECK(worst_error(got.dx, exact.dx, 1) < 4e-6 + kRounding<S>);
  CHECK(got.is_same_in_place());
}

TEST_CASE("activation(gate) * up equals the double reference at every level, also with other columns around it") {
  for (const ActivationKind kind : kKinds) {
    for (const int64_t width : kTestWidths) {
      for (const int64_t rows : kTestRows) {
        for_each_level([&] {
          check_gated<float>(rows, width, kind);
          check_gated<BFloat16>(rows, width, kind);
        });
      }
    }
  }
}

}  // namespace
}  // namespace hone::kernel
