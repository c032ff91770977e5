#include "kernel/embedding.h"

#include <doctest/doctest.h>

#include "kernel/each_level.h"
#include "kernel/parallel.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

constexpr int64_t kTableRows[] = {50, 20, 2};

// All arrays of one embedding of three tables, forward and backward.
template <typename S>
struct Rows {
  using A = Computed<S>;

  Rows(int64_t rows, int64_t width, double p) : shape{rows, width, 3, 1e-5, {p, {42, 7, 3, 5}, 0}} {
    for (size_t k = 0; k < 3; ++k) {
      tables.push_back(sample<A>(kTableRows[k] * width, static_cast<uint32_t>(k)));
      ids.emplace_back();
      for (int64_t t = 0; t < rows; ++t) ids[k].push_back((t * 7 + 3) % kTableRows[k]);
      table_gradients.emplace_back(tables[k].size(), A{-1});
    }
    weight = sample<A>(width, 6);
    shift = sample<A>(width, 7);
    dy = sample<S>(rows * width, 8, 1);
    y.resize(dy.size());
    sum_gradient.resize(dy.size());
    for (std::vector<A>* row : {&dweight, &dshift}) row->assign(weight.size(), A{-1});
    for (std::vector<A>* row : {&mean, &inverse_scale}) row->resize(static_cast<size_t>(rows));
  }

  void run() {
    Tables<A> of_rows;
    for (size_t k = 0; k < 3; ++k) of_rows[k] = {tables[k].data(), ids[k].data()};
    embedding_forward<S>(shape, {of_rows, weight.data(), shift.data(), y.data(), mean.data(), inverse_scale.data()});
    embedding_backward<S>(shape, {of_rows, weight.data(), mean.data(), inverse_scale.data(), dy.data(),
                                  sum_gradient.data(), dweight.data(), dshift.data()});
    for (size_t k = 0; k < 3; ++k) {
      scatter_rows<A>(sum_gradient.data(), ids[k].data(), shape.num_rows, shape.width, k == 0 ? 3 : -1,
                      table_gradients[k].data(), kTableRows[k]);
    }
  }

  EmbeddingShape shape;
  std::vector<std::vector<A>> tables, table_gradients;
  std::vector<std::vector<int64_t>> ids;
  std::vector<A> weight, shift, dweight, dshift, mean, inverse_scale, sum_gradient;
  std::vector<S> y, dy;
};

template <typename S>
void check_against_reference(int64_t rows, int64_t width, double p) {
  INFO("rows ", rows, " width ", width, " p ", p);
  Rows<double> exact(rows, width, p);
  Rows<S> got(rows, width, p);
  exact.run();
  got.run();
  const double few = width == 1 ? 1e-2 : 5e-5;  // with one column the variance is 0, so only rounding errors remain
  CHECK(worst_error(got.y, exact.y, 1) < 2e-5 + kRounding<S>);
  CHECK(worst_error(got.sum_gradient, exact.sum_gradient, 1) < few);
  CHECK(worst_error(got.dweight, exact.dweight, 1) < 1e-4);
  CHECK(worst_error(got.dshift, exact.dshift, 1) < 1e-5);
  for (size_t k = 0; k < 3; ++k) CHECK(worst_error(got.table_gradients[k], exact.table_gradients[k], 1) < 10 * few);
}

TEST_CASE("embeddings equal the double reference at every level, width and number of rows") {
  for (const int64_t width : kTestWidths) {
    for (const int64_t rows : kTestRows) {
      for (const double p : {0.0, 0.3}) {
        for_each_level([&] {
          check_against_reference<float>(rows, width, p);
          check_against_reference<BFloat16>(rows, width, p);
        });
      }
    }
  }
}

TEST_CASE("the gradient of a table's row is the sum over its tokens; that of the skipped row is 0") {
  const std::vector<double> rows{1, 2, 10, 20, 100, 200, 1000, 2000};
  const std::vector<int64_t> ids{2, 0, 2, 1};
  std::vector<double> table(8, -1);
  scatter_rows(rows.data(), ids.data(), 4, 2, 1, table.data(), 4);
  CHECK(table == std::vector<double>{10, 20, 0, 0, 101, 202, 0, 0});
}

TEST_CASE("the gradients of tables are bit-identical at any number of threads") {
  const int before = omp_get_max_threads();
  for_each_level([] {
    omp_set_num_threads(1);
    Rows<float> one(997, 384, 0.1);
    one.run();
    omp_set_num_threads(3);
    Rows<float> three(997, 384, 0.1);
    three.run();
    CHECK(one.table_gradients == three.table_gradients);
    CHECK(one.y == three.y);
  });
  omp_set_num_threads(before);
}

TEST_CASE("NaN affects only the rows that look it up") {
  for_each_level([] {
    Rows<float> rows(5, 19, 0);
    rows.tables[0][static_cast<size_t>(rows.ids[0][2] * 19 + 17)] = std::nanf("");
    rows.run();
    for (size_t i = 0; i < rows.y.size(); ++i) CHECK(std::isnan(rows.y[i]) == (i / 19 == 2));
  });
}

}  // namespace
}  // namespace hone::kernel
