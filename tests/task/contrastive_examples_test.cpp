#include "task/contrastive_examples.h"

#include <doctest/doctest.h>

#include <cmath>

#include "captured_log.h"
#include "expect_error.h"
#include "model/load.h"
#include "model/parameters.h"
#include "table/read.h"
#include "task/contrastive.h"
#include "task/sentence_fixture.h"

namespace contrastive_examples_test {

using namespace hone;

struct Made {
  TemporaryFolder folder;
  std::filesystem::path path = sentence_model(folder, "mean");
  model::LoadedModel loaded = model::load_model({path, "pooling"});
  text::Tokenizer tokenizer = text::Tokenizer::load(path);
  std::unique_ptr<task::Task> task;
  std::vector<table::LabelledSplit> splits;

  std::unique_ptr<task::Examples> examples(const std::string& csv, const task::TaskOptions& options = {},
                                           task::Purpose purpose = task::Purpose::kTrain) {
    task = task::make_contrastive(options, loaded.config, purpose);
    splits = {{"training", table::read_rows(folder.write("rows.csv", csv))}};
    task->adopt(splits);
    return task->examples(splits[0].rows, "rows", {tokenizer, loaded.model->vocab_size(), 12});
  }
};

constexpr const char* kPairs =
    "anchor,positive\ngood movie,great film\nbad plot,awful scene\n,fun\nlove,\nbest,worst actor\n";

TEST_CASE("pairs with a missing side are skipped with a note, or an error") {
  Made made;
  std::unique_ptr<task::Examples> examples;
  const std::string log = captured_log([&] { examples = made.examples(kPairs); });
  CHECK(examples->size() == 3);
  CHECK(contains(log, "skipped 2 rows without text, the first: "));
  CHECK(examples->preview(0) == "\"good movie\" | \"great film\"");
  task::TaskOptions strict;
  strict.rows.strict = true;
  CHECK(contains(expect_error([&] { made.examples(kPairs, strict); }).what(), "rows.csv:4"));
}

TEST_CASE("memory is bounded by mini-batches, which have the same gradients") {
  Made made;
  std::vector<std::vector<at::Tensor>> gradients;
  for (const int64_t mini_batch : {0, 1, 2}) {
    task::TaskOptions options;
    options.contrastive.mini_batch_size = mini_batch;
    const auto examples = made.examples(kPairs, options);
    const std::vector<uint64_t> rows = {0, 1, 2};
    // Without dropout: the parts of a batch draw anew.
    nn::ForwardContext context{.training = false};
    examples->loss(*made.loaded.model, rows, context).backward();
    gradients.emplace_back();
    for (const model::NamedParameter& parameter : model::named_parameters(*made.loaded.model)) {
      gradients.back().push_back(parameter.tensor.grad());
      parameter.tensor.mutable_grad() = at::Tensor();
    }
  }
  for (size_t i = 0; i < gradients[0].size(); ++i) {
    for (const size_t form : {1, 2}) {
      REQUIRE(gradients[0][i].defined() == gradients[form][i].defined());
      if (!gradients[0][i].defined() || gradients[0][i].is_sparse()) continue;
      CHECK((gradients[0][i] - gradients[form][i]).abs().max().item<double>() < 1e-5);
    }
  }
}

TEST_CASE("single texts are read twice with other dropout") {
  Made made;
  const auto examples = made.examples("text\ngood movie\nbad plot\nlove\n");
  const std::vector<uint64_t> rows = {0, 1, 2};
  const double with = examples->loss(*made.loaded.model, rows, {.training = true, .seed = 3}).item<double>();
  const double again = examples->loss(*made.loaded.model, rows, {.training = true, .seed = 3}).item<double>();
  const double other = examples->loss(*made.loaded.model, rows, {.training = true, .seed = 4}).item<double>();
  CHECK(with == again);
  CHECK(with != other);
  CHECK(examples->length(0) == 2 * made.tokenizer.encode("good movie").ids.size());
}

TEST_CASE("an evaluation has correlations of scored pairs, and the accuracy of others") {
  Made made;
  const auto scored =
      made.examples("sentence1,sentence2,score\ngood movie,good movie,5\ngood movie,bad,1\nfun,boring,0\n");
  const std::vector<uint64_t> rows = {0, 1, 2};
  auto evaluation = scored->evaluation({});
  evaluation->add(*made.loaded.model, rows);
  const metric::Report report = evaluation->report();
  CHECK(report.value("spearman_cosine") > 0.4);
  CHECK(std::isfinite(report.value("pearson_cosine")));
  CHECK(made.task->metrics().size() == 2);
  const auto pairs = made.examples("anchor,positive\ngood,good\nbad plot,bad plot\nfun,fun\n");
  evaluation = pairs->evaluation({});
  evaluation->add(*made.loaded.model, rows);
  CHECK(evaluation->report().value("accuracy_at_1") == 1);
  CHECK(made.task->metrics().size() == 1);
}

TEST_CASE("rows and options that do not fit are errors") {
  Made made;
  const auto problem = [&](const std::string& csv, const task::ContrastiveTaskOptions& contrastive) {
    task::TaskOptions options;
    options.contrastive = contrastive;
    return std::string(expect_error([&] {
                         const auto examples = made.examples(csv, options);
                         const std::vector<uint64_t> rows = {0};
                         examples->loss(*made.loaded.model, rows, {.training = true});
                       }).what());
  };
  CHECK(problem(kPairs, {}) == "a batch of one row has no negatives: they are the texts of its other rows");
  CHECK(problem(kPairs, {.contrastive_loss = "cosent"}) ==
        "cosent needs pairs of texts with scores, and the rows have no column of scores");
  CHECK(problem("text\na\n", {.contrastive_loss = "cosine"}) ==
        "cosine needs pairs of texts with scores, and the rows have no pairs");
  CHECK(contains(problem("sentence1,sentence2,score\na,b,5\n", {.contrastive_loss = "cosine"}),
                 "the score 5 is no cosine"));
  CHECK(problem("text\na\n", {.negative_columns = {"x"}}) ==
        "negative_columns is given, and the rows have no pairs of texts");
  CHECK(problem(kPairs, {.matryoshka_dims = {"0"}}) == "matryoshka_dims has \"0\", which is no number of values");
  CHECK(problem("anchor,positive,negative\na,b,c\n", {.matryoshka_dims = {"33"}}) ==
        "matryoshka_dims has 33, but the vectors have 32 values");
}

}  // namespace contrastive_examples_test
