#include "eval/trained_model.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

#include "base/files.h"
#include "captured_log.h"
#include "eval/changed_model.h"
#include "eval/evaluate.h"
#include "eval/tiny_rows.h"
#include "expect_error.h"

namespace trained_model_test {

using namespace hone;

namespace fs = std::filesystem;

// A copy of tiny-bert that a test may modify.
struct ModelCopy {
  explicit ModelCopy(const std::vector<std::string>& without = {}) {
    for (const char* name : {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}) {
      if (std::find(without.begin(), without.end(), name) != without.end()) continue;
      fs::copy(fixtures() / "models" / "tiny-bert" / name, path() / name);
    }
  }
  const fs::path& path() const { return folder.path(); }
  Error refused(std::optional<int64_t> max_seq_length = {}) const {
    return expect_error([&] { eval::load_trained_model(path(), {max_seq_length}); });
  }
  TemporaryFolder folder;
};

TEST_CASE("load_trained_model returns the model, task and maximum length of a trained folder") {
  const ModelCopy copy;
  const eval::TrainedModel trained = eval::load_trained_model(copy.path(), {});
  CHECK(trained.model->num_outputs() == 3);
  CHECK(trained.task_row->name == "text-classification");
  CHECK(trained.task->facts()["labels"] == Json({"NEGATIVE", "NEUTRAL", "POSITIVE"}));
  CHECK(trained.max_length == 40);  // config.json's max_position_embeddings
  CHECK_FALSE(trained.training.seed.has_value());
  CHECK_FALSE(trained.training.label_smoothing.has_value());
}

TEST_CASE("the maximum length is the requested one, by default that of the training, otherwise the model's limit") {
  const ModelCopy copy;
  copy.folder.write("training_args.json", R"({"max_seq_length": 24, "seed": 7, "label_smoothing_factor": 0.2})");
  CHECK(eval::load_trained_model(copy.path(), {}).max_length == 24);
  CHECK(eval::load_trained_model(copy.path(), {}).training.seed == 7);
  CHECK(eval::load_trained_model(copy.path(), {}).training.label_smoothing == 0.2);
  CHECK(eval::load_trained_model(copy.path(), {12}).max_length == 12);
  CHECK(eval::load_trained_model(copy.path(), {40}).max_length == 40);
  copy.folder.write("training_args.json", R"({"max_seq_length": 128})");
  CHECK(eval::load_trained_model(copy.path(), {}).max_length == 40);
}

TEST_CASE("a requested length above the model's limit is a usage error") {
  const Error error = ModelCopy().refused(41);
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "max_seq_length is 41, but"));
  CHECK(contains(error.what(), "holds 40 tokens"));
  CHECK(error.hint() == "give 40 or less");
}

TEST_CASE("training_args.json of another program, without the keys or with other types, is ignored") {
  const TemporaryFolder folder;
  CHECK_FALSE(eval::training_facts(folder.path()).max_seq_length.has_value());
  folder.write("training_args.json", R"({"max_seq_length": "long", "seed": 1.5})");
  CHECK_FALSE(eval::training_facts(folder.path()).max_seq_length.has_value());
  CHECK_FALSE(eval::training_facts(folder.path()).seed.has_value());
  folder.write("training_args.json", "[1]");
  CHECK_FALSE(eval::training_facts(folder.path()).seed.has_value());
  folder.write("training_args.json", R"({"seed": )");
  CHECK(expect_error([&] { eval::training_facts(folder.path()); }).kind() == ErrorKind::kInput);
}

TEST_CASE("is_training_split recognises the training file under any spelling of its path") {
  const TemporaryFolder folder;
  const std::string train = folder.write("data/train.csv", "text,label\n").string();
  const std::string dataset = (folder.path() / "data").string();
  folder.write("training_args.json", Json({{"dataset", dataset}, {"validation_split", 0.1}}).dump());
  const eval::TrainingFacts by_dataset = eval::training_facts(folder.path());
  CHECK(by_dataset.validation_split == 0.1);
  CHECK(eval::is_training_split(by_dataset, dataset + "/../data", "train"));
  CHECK_FALSE(eval::is_training_split(by_dataset, dataset, "test"));
  CHECK(eval::is_training_split(by_dataset, train, "train"));
  CHECK_FALSE(eval::is_training_split(by_dataset, folder.write("other/train.csv", "text,label\n"), "train"));
  CHECK_FALSE(eval::is_training_split(by_dataset, folder.path() / "gone", "train"));
  folder.write("training_args.json", Json({{"dataset", dataset}, {"train_file", {"/missing.csv", train}}}).dump());
  const eval::TrainingFacts by_file = eval::training_facts(folder.path());
  CHECK(eval::is_training_split(by_file, train, "train"));
  CHECK(eval::is_training_split(by_file, dataset, "train"));
  folder.write("training_args.json", R"({"dataset": 3, "train_file": "x", "validation_split": "y"})");
  CHECK_FALSE(eval::is_training_split(eval::training_facts(folder.path()), dataset, "train"));
}

TEST_CASE("a folder without weights is an error that says how to train") {
  const Error error = ModelCopy({"model.safetensors"}).refused();
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "holds no trained model: all its weights would be random"));
  CHECK(contains(error.hint(), "hone train --model"));
}

TEST_CASE("a pretrained body without a head is refused, and the error lists the tensors that would be random") {
  const ModelCopy copy;
  std::string bytes = read_file(copy.path() / "model.safetensors");
  for (size_t at = bytes.find("\"classifier."); at != std::string::npos; at = bytes.find("\"classifier.")) {
    bytes.replace(at, 12, "\"other_task.");
  }
  copy.folder.write("model.safetensors", bytes);
  const Error error = copy.refused();
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "holds no trained model: classifier.bias, classifier.weight would be random"));
}

TEST_CASE("a tokenizer with more tokens than the embedding is reported as another model's") {
  const ModelCopy copy;
  Json tokenizer = read_json(copy.path() / "tokenizer.json");
  tokenizer["model"]["vocab"]["##xyz"] = 106;
  copy.folder.write("tokenizer.json", tokenizer.dump());
  const Error error = copy.refused();
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "the tokenizer has 107 tokens, the model's embedding only 106 rows"));
  CHECK(contains(error.hint(), "put the model's own tokenizer files into the folder"));
}

TEST_CASE("added tokens without an embedding cause a warning, and only a text that contains one is refused") {
  const ModelCopy copy;
  Json tokenizer = read_json(copy.path() / "tokenizer.json");
  for (const auto& [id, content] : {std::pair{105, "<spare>"}, {106, "<brand>"}, {107, "<price>"}}) {
    tokenizer["added_tokens"].push_back({{"id", id},
                                         {"content", content},
                                         {"single_word", false},
                                         {"lstrip", false},
                                         {"rstrip", false},
                                         {"normalized", false},
                                         {"special", false}});
  }
  copy.folder.write("tokenizer.json", tokenizer.dump());
  std::filesystem::remove(copy.path() / "tokenizer_config.json");  // a BERT class would read its tokens from there
  std::optional<eval::TrainedModel> trained;
  const std::string log = captured_log([&] { trained = eval::load_trained_model(copy.path(), {}); });
  CHECK(contains(log, "the model's embedding has no row for 2 added tokens (\"<brand>\", \"<price>\")"));
  CHECK(contains(log, "add_tokens without resize_token_embeddings"));
  const auto place_of = [](size_t question) { return "row " + std::to_string(question); };
  std::vector<task::Question> questions = {
      task::make_question(trained->tokenizer, "good <spare> movie", {}, {})};  // the embedding has one unused row
  CHECK(eval::outputs(*trained, questions, place_of).size() == 1);
  questions.push_back(task::make_question(trained->tokenizer, "good <price>", {}, {}));
  const Error error = expect_error([&] { eval::outputs(*trained, questions, place_of); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "row 1 has the token \"<price>\", for which the model's embedding has no row");
  CHECK(contains(error.hint(), "without resizing the embedding"));
}

Json answer_of(const eval::TrainedModel& trained, const task::Question& question, const std::string& function = "") {
  const auto outputs = eval::outputs(trained, {&question, 1}, [](size_t) { return std::string("the text"); });
  return trained.task->answer(question, outputs.front(), {.function_to_apply = function})->json();
}

void check_answers(const TinyRows& tiny, const Json& expected) {
  REQUIRE(tiny.questions.size() == expected.size());
  for (size_t row = 0; row < expected.size(); ++row) {
    CAPTURE(row);
    const Json json = answer_of(tiny.trained, tiny.questions[row]);
    double best = 0;
    REQUIRE(json["scores"].size() == expected[row].size());
    for (const auto& [label, score] : expected[row].items()) {
      CHECK(json["scores"][label].get<double>() == doctest::Approx(score.get<double>()).epsilon(1e-4));
      best = std::max(best, score.get<double>());
    }
    CHECK(json["score"].get<double>() == doctest::Approx(best).epsilon(1e-4));
    CHECK(expected[row][json["label"].get<std::string>()].get<double>() == best);
  }
}

TEST_CASE("labels and scores equal those of transformers' pipeline, for texts and pairs") {
  for (const std::string name : {"tiny-bert", "tiny-distilbert"}) {
    CAPTURE(name);
    check_answers(tiny_rows(name), metrics_fixture()["models"][name]["scores"]);
  }
  check_answers(tiny_rows("tiny-bert", true), metrics_fixture()["models"]["tiny-bert"]["pairs"]["scores"]);
}

TEST_CASE("a model's default score function is that of transformers' pipeline, and another one can be requested") {
  // sigmoid(2.68055) = 0.93587; softmax of 2.68055 and -7.446 gives 0.99996.
  const std::tuple<const char*, const char*, double> expected[] = {{"multi_label_classification", "", 0.93587},
                                                                   {"multi_label_classification", "softmax", 0.99996},
                                                                   {"single_label_classification", "", 0.99996},
                                                                   {"single_label_classification", "sigmoid", 0.93587},
                                                                   {"regression", "", 2.68055}};
  for (const auto& [problem_type, function, score] : expected) {
    CAPTURE(problem_type);
    CAPTURE(function);
    const TemporaryFolder folder;
    write_constant_model(folder.path(), 2.68055f, -7.446f, problem_type);
    const eval::TrainedModel trained = eval::load_trained_model(folder.path(), {});
    const task::Question question = task::make_question(trained.tokenizer, "good movie", {}, trained.reading());
    const Json json = answer_of(trained, question, function);
    CHECK(json["scores"]["A"].get<double>() == doctest::Approx(score).epsilon(1e-5));
  }
}

}  // namespace trained_model_test
