#include "serve/served_model.h"

#include <doctest/doctest.h>

#include "eval/metrics_fixture.h"
#include "expect_error.h"

using namespace hone;

namespace {

serve::ServedModel tiny(const std::string& name) {
  return serve::load_served_model({fixtures() / "models" / name, {}, {.num_threads = 1, .precision = "fp32"}}, 128);
}

}  // namespace

TEST_CASE("a served model has its class, its model type and the number of parameters that transformers counts") {
  const serve::ServedModel bert = tiny("tiny-bert");
  CHECK(bert.description.name == "tiny-bert");
  CHECK(bert.description.class_name == "BertForSequenceClassification");
  CHECK(bert.description.model_type == "bert");
  CHECK(bert.description.labels == std::vector<std::string>{"NEGATIVE", "NEUTRAL", "POSITIVE"});
  CHECK(bert.description.score_function == "softmax");
  CHECK(bert.num_parameters == 19533);
  CHECK(bert.num_labels() == 3);
  const serve::ServedModel distilbert = tiny("tiny-distilbert");
  CHECK(distilbert.description.class_name == "DistilBertForSequenceClassification");
  CHECK(distilbert.num_parameters == 22979);
}

TEST_CASE("the logits of a row do not depend on the other rows of its batch") {
  const serve::ServedModel model = tiny("tiny-bert");
  std::vector<text::Encoding> rows;
  text::EncodeOptions options;
  options.max_length = model.classifier.max_length;
  for (const Json& text : metrics_fixture()["models"]["tiny-bert"]["texts"]) {
    rows.push_back(model.classifier.tokenizer.encode(text.get<std::string>(), options));
  }
  serve::Worker::Rows all;
  for (const text::Encoding& row : rows) all.push_back(&row);
  const std::vector<float> together = serve::logits_of(model, all);
  REQUIRE(together.size() == rows.size() * 3);
  for (size_t row = 0; row < rows.size(); ++row) {
    const std::vector<float> alone = serve::logits_of(model, {&rows[row]});
    for (size_t label = 0; label < 3; ++label) CHECK(std::abs(alone[label] - together[row * 3 + label]) < 1e-6);
  }
}

TEST_CASE("a description has the score function of transformers' pipeline and the examples of the folder") {
  const TemporaryFolder folder;
  folder.write("config.json", R"({"model_type": "bert", "id2label": {"0": "A", "1": "B"},
                                  "problem_type": "multi_label_classification"})");
  CHECK(serve::describe_model(folder.path()).score_function == "sigmoid");
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
