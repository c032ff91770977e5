// Expected losses come from transformers (tests/fixtures/make_language_task_fixture.py).
#include "task/causal_lm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "expect_error.h"
#include "table/read.h"
#include "task/language_tasks_fixture.h"
#include "temporary_folder.h"

namespace causal_lm_test {

using namespace hone;

std::vector<uint64_t> all_rows(const task::Examples& examples) {
  std::vector<uint64_t> rows(examples.size());
  std::iota(rows.begin(), rows.end(), uint64_t{0});
  return rows;
}

struct Text {
  TemporaryFolder folder;
  text::Tokenizer tokenizer = text::Tokenizer::load(story_model_folder());
  std::shared_ptr<model::Model> model = language_model(story_model_folder());
  std::unique_ptr<task::Task> task;
  std::unique_ptr<task::Examples> examples;

  void read(const std::vector<std::string>& lines, size_t length, int64_t stride,
            const std::string& separator = "\n\n") {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    task::TaskOptions options;
    options.windows.stride = stride;
    options.windows.row_separator = separator;
    task = task::make_causal_lm(options, {}, task::Purpose::kUseTrained);
    table::LabelledSplit split{"train", table::read_rows(folder.write("lines.txt", text))};
    task->adopt(std::span(&split, 1));
    examples = task->examples(split.rows, "rows", {tokenizer, model->vocab_size(), length});
  }
  metric::Report report() const {
    const auto evaluation = examples->evaluation({});
    for (const uint64_t row : all_rows(*examples)) evaluation->add(*model, {&row, 1});
    return evaluation->report();
  }
};

TEST_CASE("windows overlap, and each token but the first counts in the first window that holds it") {
  const auto windows = [](uint64_t tokens, uint64_t length, uint64_t stride) {
    std::vector<std::vector<uint64_t>> all;
    for (const task::TextWindow& w : task::text_windows(tokens, length, stride)) {
      all.push_back({w.begin, w.end, w.first_target});
    }
    return all;
  };
  using Windows = std::vector<std::vector<uint64_t>>;
  CHECK(windows(10, 4, 2) == Windows{{0, 4, 1}, {2, 6, 4}, {4, 8, 6}, {6, 10, 8}});
  CHECK(windows(9, 4, 2) == Windows{{0, 4, 1}, {2, 6, 4}, {4, 8, 6}, {6, 9, 8}});
  CHECK(windows(8, 4, 4) == Windows{{0, 4, 1}, {4, 8, 5}});
  CHECK(windows(9, 4, 4) == Windows{{0, 4, 1}, {4, 8, 5}});  // the last one has no context
  CHECK(windows(3, 4, 1) == Windows{{0, 3, 1}});
}

TEST_CASE("the loss of a text in windows is transformers', and perplexity and bits per byte follow from it") {
  if (lacks_story_model()) return;
  const Json made = language_tasks_fixture()["text"];
  const auto lines = made["lines"].get<std::vector<std::string>>();
  Text text;
  for (const Json& window : made["windows"]) {
    CAPTURE(window.dump());
    text.read(lines, window["length"].get<size_t>(), window["stride"].get<int64_t>());
    const auto loss = window["loss"].get<double>();
    const metric::Report report = text.report();
    CHECK(report.loss == doctest::Approx(loss).epsilon(1e-5));
    CHECK(report.value("perplexity") == doctest::Approx(std::exp(loss)).epsilon(1e-5));
    const std::vector<uint64_t> rows = all_rows(*text.examples);
    const uint64_t num_targets = text.examples->num_targets(rows, {});
    CHECK(report.num_targets == num_targets);
    CHECK(report.num_rows == text.examples->size());
    CHECK(text.examples->loss(*text.model, rows, {}).item<double>() ==
          doctest::Approx(loss * static_cast<double>(num_targets)).epsilon(1e-5));
    if (window["stride"] == window["length"]) continue;
    CHECK(num_targets == made["num_tokens"].get<uint64_t>() - 1);
    // The first token is special, so all bytes of the text count.
    const double bits = loss * static_cast<double>(num_targets) / std::numbers::ln2;
    CHECK(report.value("bits_per_byte") == doctest::Approx(bits / made["num_bytes"].get<double>()).epsilon(1e-5));
  }
}

TEST_CASE("the separator of rows is part of the text") {
  if (lacks_story_model()) return;
  Text text;
  text.read({"Once upon a time", "there was"}, 32, 16, " ");
  const double joined = text.report().loss;
  text.read({"Once upon a time there was"}, 32, 16);
  CHECK(text.report().loss == joined);
}

TEST_CASE("a text with nothing to predict, and windows that leave tokens out, are errors") {
  if (lacks_story_model()) return;
  Text text;
  const auto problem = [&](const std::vector<std::string>& lines, int64_t stride) {
    return std::string(expect_error([&] { text.read(lines, 16, stride); }).what());
  };
  CHECK(
      contains(problem({""}, 8), "lines.txt: the text has 1 token; only a token behind another one can be predicted"));
  CHECK(problem({"Once upon a time"}, 17) == "stride is 17, more than the 16 tokens of a window");
}

}  // namespace causal_lm_test
