#include "kernel/norm.h"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include "kernel/each_level.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

// All arrays of one norm, forward and backward.
template <typename S>
struct Rows {
  using A = Computed<S>;

  Rows(int64_t rows, int64_t width, NormKind kind, double p, double scale = 2) {
    shape = {rows, width, kind, 1e-5, {p, {42, 7, 3, 5}, 0}};
    x = sample<S>(rows * width, 1, scale);
    residual = sample<S>(rows * width, 2, scale);
    dy = sample<S>(rows * width, 3, 1);
    dz = sample<S>(rows * width, 4, 1);
    bias = sample<A>(width, 5);
    weight = sample<A>(width, 6);
    shift = sample<A>(width, 7);
    for (std::vector<S>* row : {&sum, &normed, &dx, &dresidual}) row->resize(x.size());
    for (std::vector<A>* row : {&dbias, &dweight, &dshift}) row->resize(bias.size());
    mean.resize(static_cast<size_t>(rows));
    inverse_scale.resize(static_cast<size_t>(rows));
  }

  void run() {
    norm_forward<S>(shape, {x.data(), residual.data(), bias.data(), weight.data(), shift.data(), sum.data(),
                            normed.data(), mean.data(), inverse_scale.data()});
    norm_backward<S>(shape, {dy.data(), dz.data(), sum.data(), mean.data(), inverse_scale.data(), weight.data(),
                             dx.data(), dresidual.data(), dbias.data(), dweight.data(), dshift.data()});
  }

  NormShape shape;
  std::vector<S> x, residual, dy, dz, sum, normed, dx, dresidual;
  std::vector<A> bias, weight, shift, mean, inverse_scale, dbias, dweight, dshift;
};

// The double reference uses the sums rounded to S, so that only the kernel's own error is measured.
template <typename S>
void check_against_reference(int64_t rows, int64_t width, NormKind kind, double p) {
  INFO("rows ", rows, " width ", width, " p ", p, " rms ", kind == NormKind::kRms);
  Rows<double> exact(rows, width, kind, p);
  exact.run();
  Rows<S> got(rows, width, kind, p);
  got.run();
  CHECK(worst_error(got.sum, exact.sum, 1) < 1e-6 + kRounding<S>);
  Rows<double> same_sum(rows, width, kind, 0);
  for (size_t i = 0; i < got.sum.size(); ++i) same_sum.sum[i] = to_float(got.sum[i]);
  norm_forward<double>(same_sum.shape, {same_sum.sum.data(), nullptr, nullptr, exact.weight.data(), exact.shift.data(),
                                        nullptr, exact.normed.data(), exact.mean.data(), exact.inverse_scale.data()});
  norm_backward<double>(exact.shape,
                        {exact.dy.data(), exact.dz.data(), same_sum.sum.data(), exact.mean.data(),
                         exact.inverse_scale.data(), exact.weight.data(), exact.dx.data(), exact.dresidual.data(),
                         exact.dbias.data(), exact.dweight.data(), exact.dshift.data()});
  CHECK(worst_error(got.inverse_scale, exact.inverse_scale, 1e-3) < 2e-5);
  const double few = width == 1 ? 1e-2 : 2e-5;  // with one column the variance is 0, so only rounding errors remain
  CHECK(worst_error(got.normed, exact.normed, 1) < 2e-5 + kRounding<S>);
  CHECK(worst_error(got.dx, exact.dx, 1) < few + kRounding<S>);
  CHECK(worst_error(got.dresidual, exact.dresidual, 1) < few + kRounding<S>);
  CHECK(worst_error(got.dbias, exact.dbias, 1) < few * 10);
  CHECK(worst_error(got.dweight, exact.dweight, 1) < 1e-4);
  CHECK(worst_error(got.dshift, exact.dshift, 1) < 1e-5);
}

TEST_CASE("norms equal the double reference at every level, width and number of rows") {
  for (const int64_t width : kTestWidths) {
    for (const int64_t rows : kTestRows) {
      for (const double p : {0.0, 0.3}) {
        for_each_level([&] {
          check_against_reference<float>(rows, width, NormKind::kLayer, p);
          check_against_reference<BFloat16>(rows, width, NormKind::kLayer, p);
          check_against_reference<float>(rows, width, NormKind::kRms, p);
        });
      }
    }
  }
}

TEST_CASE("a norm of large, tiny and constant rows equals the reference") {
  for (const double scale : {1e-12, 1e-4, 1e15}) {
    Rows<double> exact(5, 33, NormKind::kLayer, 0.1, scale);
    exact.bias.assign(33, 0);
    exact.run();
    for_each_level([&] {
      Rows<float> got(5, 33, NormKind::kLayer, 0.1, scale);
      got.bias.assign(33, 0);
      got.run();
      CHECK(worst_error(got.normed, exact.normed, 1) < 1e-5);
      CHECK(worst_error(got.dweight, exact.dweight, 1) < 1e-5);
    });
  }
}

TEST_CASE("NaN and infinity affect only their own row") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for_each_level([&] {
      for (const size_t place : {size_t{0}, size_t{16}, size_t{18}}) {
        Rows<float> rows(3, 19, NormKind::kLayer, 0);
        rows.x[19 + place] = bad;
        rows.run();
        for (size_t i = 0; i < 57; ++i) CHECK(std::isnan(rows.normed[i]) == (i / 19 == 1));
        for (size_t i = 0; i < 57; ++i) CHECK(std::isnan(rows.dx[i]) == (i / 19 == 1));
      }
    });
  }
}

TEST_CASE("gradients that are not requested are skipped, and the others are the same") {
  for_each_level([] {
    Rows<float> all(5, 33, NormKind::kLayer, 0.3), some(5, 33, NormKind::kLayer, 0.3);
    all.dz.assign(all.dz.size(), 0);
    all.run();
    some.sum = some.x;  // in place
    norm_forward<float>(some.shape,
                        {some.sum.data(), some.residual.data(), some.bias.data(), some.weight.data(), some.shift.data(),
                         some.sum.data(), some.normed.data(), some.mean.data(), some.inverse_scale.data()});
    CHECK(some.sum == all.sum);
    CHECK(some.normed == all.normed);
    norm_backward<float>(some.shape,
                         {some.dy.data(), nullptr, some.sum.data(), some.mean.data(), some.inverse_scale.data(),
                          some.weight.data(), some.dx.data(), nullptr, nullptr, nullptr, nullptr});
    CHECK(some.dx == all.dx);
    norm_backward<float>(some.shape,
                         {nullptr, some.dz.data(), some.sum.data(), some.mean.data(), some.inverse_scale.data(),
                          some.weight.data(), nullptr, some.dresidual.data(), nullptr, nullptr, nullptr});
    CHECK(some.dresidual == some.dz);
  });
}

TEST_CASE("a norm's gradients are equal bit for bit from run to run") {
  for_each_level([] {
    Rows<float> first(997, 384, NormKind::kLayer, 0.1), second(997, 384, NormKind::kLayer, 0.1);
    first.run();
    second.run();
    CHECK(first.dx == second.dx);
    CHECK(first.dweight == second.dweight);
    CHECK(first.dbias == second.dbias);
  });
}

}  // namespace
}  // namespace hone::kernel
