#include "task/text_classification.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "table/read.h"
#include "task/captured_log.h"

using namespace hone;

namespace {

using Names = std::vector<std::string>;

at::Tensor matrix(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  const auto num_rows = static_cast<int64_t>(rows.size());
  return at::tensor(values).to(at::kFloat).view({num_rows, -1});
}

table::Rows rows_with_labels(const Names& labels) {
  const TemporaryFolder folder;
  std::string text = "text,label\n";
  for (const std::string& label : labels) text += "a movie," + label + "\n";
  return table::read_rows(folder.write("rows.csv", text));
}

model::ModelConfig config_with(const Names& labels) {
  model::ModelConfig config;
  config.set_labels(labels);
  return config;
}

Names chosen(const Names& cells, const task::LabelRequest& request) {
  return task::choose_labels(rows_with_labels(cells), "label", request).id2label();
}

Error refused(const Names& cells, const task::LabelRequest& request) {
  return expect_error([&] { task::choose_labels(rows_with_labels(cells), "label", request); });
}

}  // namespace

TEST_CASE("the loss and its gradient are those of torch, and with smoothing of transformers' LabelSmoother") {
  for (const Json& item : metrics_fixture()["losses"]) {
    CAPTURE(item["smoothing"].get<double>());
    at::Tensor logits = matrix(item["logits"]).requires_grad_();
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const double num_rows = static_cast<double>(labels.size());
    const at::Tensor sum = task::classification_loss_sum(logits, at::tensor(labels), {item["smoothing"].get<double>()});
    CHECK(sum.dim() == 0);
    CHECK(sum.item<double>() / num_rows == doctest::Approx(item["mean_loss"].get<double>()).epsilon(1e-6));
    sum.backward();
    CHECK(at::allclose(logits.grad() / num_rows, matrix(item["gradient_of_mean"]), 1e-5, 1e-6));
  }
}

TEST_CASE("without anything given, the labels are those of the rows") {
  CHECK(chosen({"POSITIVE", "NEGATIVE"}, {}) == Names{"NEGATIVE", "POSITIVE"});
  CHECK(chosen({"1", "0", "2"}, {}) == Names{"LABEL_0", "LABEL_1", "LABEL_2"});
}

TEST_CASE("a model that was trained with the same names keeps its order of them") {
  const model::ModelConfig config = config_with({"POSITIVE", "NEGATIVE"});
  CHECK(chosen({"POSITIVE", "NEGATIVE"}, {.config = &config}) == Names{"POSITIVE", "NEGATIVE"});
  const model::ModelConfig other = config_with({"LABEL_0", "LABEL_1"});
  CHECK(chosen({"POSITIVE", "NEGATIVE"}, {.config = &other}) == Names{"NEGATIVE", "POSITIVE"});
}

TEST_CASE("names that the user gives win, and may be more than the rows have") {
  const model::ModelConfig config = config_with({"NEGATIVE", "POSITIVE"});
  const task::LabelRequest request{.id2label = "POSITIVE,NEGATIVE,MIXED", .config = &config};
  CHECK(chosen({"POSITIVE", "NEGATIVE"}, request) == Names{"POSITIVE", "NEGATIVE", "MIXED"});
}

TEST_CASE("labels that are not 0 to n-1 get new ids, which is said") {
  const std::string log = captured_log([] { CHECK(chosen({"1", "5"}, {}) == Names{"1", "5"}); });
  CHECK(log == "the labels 1, 5 get the ids 0 to 1\n");
}

TEST_CASE("num_labels above what the rows hold is taken with a warning") {
  const std::string log =
      captured_log([] { CHECK(chosen({"0", "1"}, {.num_labels = 3}) == Names{"LABEL_0", "LABEL_1", "LABEL_2"}); });
  CHECK(log ==
        "warning: num_labels is 3, but column \"label\" holds 2 labels: LABEL_0, LABEL_1; the others get no training "
        "rows\n");
  CHECK(captured_log([] { chosen({"0", "1"}, {.num_labels = 2}); }).empty());
}

TEST_CASE("num_labels below what the rows hold, or beside named labels, is a usage error") {
  const Error below = refused({"0", "1", "2"}, {.num_labels = 2});
  CHECK(below.kind() == ErrorKind::kUsage);
  CHECK(contains(below.what(), "num_labels is 2, but column \"label\" holds 3 labels: LABEL_0, LABEL_1, LABEL_2"));
  CHECK(contains(below.hint(), "leave num_labels out"));
  const Error named = refused({"bad", "good"}, {.num_labels = 3});
  CHECK(named.kind() == ErrorKind::kUsage);
  CHECK(std::string(named.what()) == "num_labels is 3, but column \"label\" holds 2 labels: bad, good");
  CHECK(contains(named.hint(), "name all labels with --id2label"));
}

TEST_CASE("rows of one class are an error that names it") {
  const Error error = refused({"good", "good", "good"}, {});
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "all 3 training rows have the one label \"good\"");
  CHECK(contains(error.hint(), "at least two classes"));
}
