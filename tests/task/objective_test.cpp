// The tasks on running text, on a tiny model. tests/train/run_text_test.cpp compares whole trainings with
// transformers'.
#include "task/objective.h"

#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cmath>

#include "corpus/made_corpus.h"
#include "expect_error.h"
#include "model/load.h"
#include "objectives_fixture.h"
#include "task/causal_lm.h"
#include "task/masked_lm.h"
#include "temporary_folder.h"

namespace objective_test {

using namespace hone;
using namespace hone::task;

struct Made {
  model::LoadedModel loaded;
  text::Tokenizer tokenizer;
  std::unique_ptr<Task> task;
  std::unique_ptr<Examples> examples;
};

Made made(const std::string& name, const std::string& task_name, const std::filesystem::path& folder,
          const corpus::Documents& documents, const corpus::BlockOptions& options) {
  const std::filesystem::path model_dir = objectives() / name;
  const TaskRow& row = find_task(task_name);
  model::ModelRequest request{.model_dir = {model_dir}};
  request.head = row.head;
  Made made{model::load_model(request), text::Tokenizer::load(model_dir), nullptr, nullptr};
  made.task = row.make({}, made.loaded.config, Purpose::kTrain);
  const auto corpus = corpus::made_corpus(folder, {documents});
  const auto blocks = std::make_shared<const corpus::Blocks>(corpus, options);
  made.examples = made.task->text_examples(TextBlocks({{blocks, 0, blocks->size()}}, {.shuffle = false}),
                                           {made.tokenizer, made.loaded.model->vocab_size()});
  return made;
}

TEST_CASE("each token of a document but its first is a target of causal-lm") {
  const TemporaryFolder folder;
  const corpus::Documents documents = {{5, 6, 7}, {8}, {9, 10, 11, 12}};
  const Made packed = made("causal-packed", "causal-lm", folder.path() / "a", documents, {.block_size = 8});
  CHECK(packed.examples->size() == 1);
  const uint64_t row = 0;
  CHECK(packed.examples->num_targets({&row, 1}, {}) == 2 + 0 + 3);
  // The sum of the losses is that of each document by itself: no document reads another.
  const c10::NoGradGuard no_gradients;
  const double together = packed.examples->loss(*packed.loaded.model, {&row, 1}, {}).item<double>();
  const Made apart =
      made("causal-packed", "causal-lm", folder.path() / "b", documents, {.block_size = 8, .packing = false});
  double sum = 0;
  for (uint64_t i = 0; i < apart.examples->size(); ++i) {
    sum += apart.examples->loss(*apart.loaded.model, {&i, 1}, {}).item<double>();
  }
  CHECK(together == doctest::Approx(sum).epsilon(1e-6));
  const Made joined = made("causal-packed", "causal-lm", folder.path() / "c", documents,
                           {.block_size = 8, .block = true, .group_documents = 0});
  CHECK(joined.examples->num_targets({&row, 1}, {}) == 7);
}

TEST_CASE("an evaluation reports the mean loss of all targets") {
  const TemporaryFolder folder;
  const corpus::Documents documents = {{5, 6, 7}, {8, 20}, {9, 10, 11, 12}};
  const Made packed = made("causal-packed", "causal-lm", folder.path(), documents, {.block_size = 5});
  const c10::NoGradGuard no_gradients;
  const std::vector<uint64_t> rows = {0, 1};
  const auto evaluation = packed.examples->evaluation({});
  evaluation->add(*packed.loaded.model, rows);
  const metric::Report report = evaluation->report();
  const double mean = packed.examples->loss(*packed.loaded.model, rows, {}).item<double>() / 6;
  CHECK(report.num_targets == 6);
  CHECK(report.loss == doctest::Approx(mean).epsilon(1e-6));
  CHECK(report.values[0].second == doctest::Approx(std::exp(mean)).epsilon(1e-6));
}

TEST_CASE("evaluations of masked-lm hide the same tokens each time, trainings others in each step") {
  const TemporaryFolder folder;
  corpus::Documents documents(1);
  for (int32_t i = 0; i < 60; ++i) documents[0].push_back(5 + i);
  const Made made_one = made("masked-token", "masked-lm", folder.path(), documents, {.block_size = 60});
  const c10::NoGradGuard no_gradients;
  const std::vector<uint64_t> rows = {0};
  const auto loss_of = [&](const nn::ForwardContext& context) {
    return made_one.examples->loss(*made_one.loaded.model, rows, context).item<double>();
  };
  CHECK(loss_of({}) == loss_of({}));
  CHECK(loss_of({.seed = 1, .step = 1}) != loss_of({.seed = 1, .step = 2}));
  // Micro-batches share the draws of the step.
  CHECK(loss_of({.seed = 1, .step = 1, .micro_batch = 0}) == loss_of({.seed = 1, .step = 1, .micro_batch = 3}));
  const auto evaluation = made_one.examples->evaluation({});
  evaluation->add(*made_one.loaded.model, rows);
  const metric::Report report = evaluation->report();
  CHECK(report.num_targets == made_one.examples->num_targets(rows, {}));
  CHECK(report.loss == doctest::Approx(loss_of({}) / static_cast<double>(report.num_targets)).epsilon(1e-6));
  CHECK(report.values[1].first == "accuracy");
}

TEST_CASE("tasks on running text have no rows and no labels") {
  const Made task{.loaded = {}, .tokenizer = text::Tokenizer(nullptr), .task = make_masked_lm({}, {}, Purpose::kTrain)};
  CHECK(expect_error([&] { task.task->adopt({}); }).kind() == ErrorKind::kUnsupported);
  CHECK(std::string(expect_error([&] { task.task->answer({}, {}, {}); }).hint()).find("fill-mask") !=
        std::string::npos);
}

}  // namespace objective_test
