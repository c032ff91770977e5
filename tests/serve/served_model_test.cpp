#include "serve/served_model.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <limits>

#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "http/response.h"

namespace served_model_test {

using namespace hone;

serve::ServedModel tiny(const std::string& name) {
  return serve::load_served_model({fixtures() / "models" / name, {}, {.num_threads = 1, .precision = "fp32"}}, 128);
}

TEST_CASE("a served model has its class, its model type and the number of parameters that transformers counts") {
  const serve::ServedModel bert = tiny("tiny-bert");
  CHECK(bert.description.name == "tiny-bert");
  CHECK(bert.description.class_name == "BertForSequenceClassification");
  CHECK(bert.description.model_type == "bert");
  CHECK(bert.description.task->name == "text-classification");
  CHECK(bert.description.answer_facts ==
        Json::parse(
            R"({"labels": ["NEGATIVE", "NEUTRAL", "POSITIVE"], "function_to_apply": "softmax", "explains": true})"));
  CHECK(bert.num_parameters == 19533);
  const serve::ServedModel distilbert = tiny("tiny-distilbert");
  CHECK(distilbert.description.class_name == "DistilBertForSequenceClassification");
  CHECK(distilbert.num_parameters == 22979);
}

TEST_CASE("a model whose answers are texts is refused, with the command that answers with it") {
  const Error error =
      expect_error([] { serve::load_served_model({fixtures() / "seq2seq" / "t5", {}, {.precision = "fp32"}}, 128); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "hone serve with a model for translation"));
  CHECK(contains(error.hint(), "hone predict answers with it"));
}

TEST_CASE("a description has the score function of transformers' pipeline and the examples of the folder") {
  const TemporaryFolder folder;
  folder.write("config.json", R"({"model_type": "bert", "id2label": {"0": "A", "1": "B"},
                                  "problem_type": "multi_label_classification"})");
  CHECK(serve::describe_model(folder.path()).answer_facts["function_to_apply"] == "sigmoid");
  CHECK(serve::describe_model(folder.path()).samples.empty());
  CHECK(serve::describe_model(folder.path()).dataset == "");
  folder.write("training_args.json", R"({"dataset": "stanfordnlp/imdb", "seed": 42})");
  CHECK(serve::describe_model(folder.path()).dataset == "stanfordnlp/imdb");
  folder.write("training_args.json", R"({"dataset": null, "train_file": ["a.csv"]})");
  CHECK(serve::describe_model(folder.path()).dataset == "");
  folder.write("examples.json", R"({"examples": [{"text": "good", "label": "A"}]})");
  REQUIRE(serve::describe_model(folder.path()).samples.size() == 1);
  CHECK(serve::describe_model(folder.path()).samples[0].text == "good");
}

TEST_CASE("a missing folder or config.json is detected without loading; invalid content only by loading") {
  const TemporaryFolder folder;
  const Error missing = expect_error([&] { serve::check_model_exists(folder.path() / "nowhere"); });
  CHECK(missing.kind() == ErrorKind::kIo);
  CHECK(contains(missing.what(), "nowhere does not exist"));
  CHECK(contains(expect_error([&] { serve::check_model_exists(folder.path()); }).what(), "has no config.json"));
  folder.write("config.json", "{ not json");
  CHECK_NOTHROW(serve::check_model_exists(folder.path()));
}

TEST_CASE("a folder's name is the last component of its path in every spelling") {
  const TemporaryFolder folder;
  folder.write("models/results/config.json", "{}");
  const std::filesystem::path results = folder.path() / "models" / "results";
  CHECK(serve::folder_name(results) == "results");
  CHECK(serve::folder_name(results / "") == "results");
  CHECK(serve::folder_name(results / "." / ".." / "results") == "results");
  CHECK(serve::folder_name("nowhere/at-all") == "at-all");
}

TEST_CASE("a folder without a trained model is refused") {
  const TemporaryFolder folder;
  const Error error = expect_error([&] { serve::load_served_model({folder.path(), {}, {}}, 128); });
  CHECK(error.kind() == ErrorKind::kIo);
}

TEST_CASE("a question without tokens is the client's error, outputs that are not finite are the server's") {
  const serve::ServedModel model = tiny("tiny-bert");
  const auto refused = [](const std::function<void()>& check) {
    try {
      check();
    } catch (const http::RequestError& error) {
      return error.details();
    }
    return http::ErrorDetails{.status = 0};
  };
  CHECK(refused([&] { serve::check_question(model, {}, "inputs[3]"); }).field == "inputs[3]");
  CHECK(refused([&] { serve::check_outputs({{{0, 1}}}, "inputs[0]"); }).status == 0);
  for (const float wrong : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    const http::ErrorDetails error = refused([&] { serve::check_outputs({{{0, 1}, {wrong, 0}}}, "inputs[1]"); });
    CHECK(error.status == 500);
    CHECK(error.message == "the model gave inputs[1] a score that is not a number");
    CHECK(error.hint == "the model's weights may be damaged (NaN or infinity)");
  }
}

}  // namespace served_model_test
