#include "metric/report.h"

#include <doctest/doctest.h>

#include <cmath>

#include "expect_error.h"

using namespace hone;
using namespace hone::metric;

TEST_CASE("a metric is found by its name, and the loss belongs to every task") {
  const Metric metrics[] = {{"spearman", "rank correlation"}, {"rmse", "root of the mean square", Better::kLower}};
  CHECK(find_metric(metrics, "rmse")->better == Better::kLower);
  CHECK(find_metric(metrics, "spearman")->better == Better::kHigher);
  CHECK(find_metric(metrics, "loss")->better == Better::kLower);
  CHECK(find_metric(metrics, "accuracy") == nullptr);
  CHECK(name_of(Better::kHigher) == "higher");
  CHECK(name_of(Better::kLower) == "lower");
  CHECK(name_of(Better::kNeither) == "neither");
}

TEST_CASE("a metric that the user named is known, and has a better direction if models are compared by it") {
  const Metric metrics[] = {{"rmse", "root of the mean square", Better::kLower}, {"bias", "mean", Better::kNeither}};
  CHECK(known_metric(metrics, "metric", "bias").name == "bias");
  CHECK(comparable_metric(metrics, "metric", "rmse").better == Better::kLower);
  CHECK(comparable_metric(metrics, "metric", "loss").name == "loss");
  const Error unknown = expect_error([&] { comparable_metric(metrics, "metric_for_best_model", "rsme"); });
  CHECK(unknown.kind() == ErrorKind::kUsage);
  CHECK(contains(unknown.what(), "unknown metric_for_best_model \"rsme\""));
  CHECK(contains(unknown.hint(), "did you mean \"rmse\"?"));
  const Error neither = expect_error([&] { comparable_metric(metrics, "metric", "bias"); });
  CHECK(neither.kind() == ErrorKind::kUsage);
  CHECK(contains(neither.what(), "metric: neither a higher nor a lower bias is better"));
}

TEST_CASE("rows without a finite result are counted, and make every number NaN") {
  Report report{.loss = 0.5, .values = {{"accuracy", 0.9}}};
  report.spoil_if_nonfinite();
  CHECK(report.loss == 0.5);
  CHECK(report.value("accuracy") == 0.9);
  for (const uint64_t row : {7, 3, 9}) report.nonfinite.add(row);
  CHECK(report.nonfinite.count == 3);
  CHECK(report.nonfinite.first == 3);
  report.spoil_if_nonfinite();
  CHECK(std::isnan(report.loss));
  CHECK(std::isnan(report.value("accuracy")));
  CHECK(expect_error([&] { report.value("f1"); }).kind() == ErrorKind::kInternal);
  report.intervals = {{0.8, 1}};
  CHECK(report.interval("accuracy")->high == 1);
  report.spoil_if_nonfinite();
  CHECK_FALSE(report.interval("accuracy"));
}

TEST_CASE("a panel is written with its kind, name, title and data; NaN is null") {
  const Panel panel{"table", "per_label", "Labels", {{"rows", Json::object()}}};
  CHECK(to_json(panel).dump() == R"({"kind":"table","name":"per_label","title":"Labels","data":{"rows":{}}})");
  CHECK(finite_or_null(0.25) == 0.25);
  CHECK(finite_or_null(std::nan("")).is_null());
  CHECK(finite_or_null(INFINITY).is_null());
}
