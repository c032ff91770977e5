#include "eval/classifier.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/files.h"
#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "eval/prediction.h"
#include "expect_error.h"

using namespace hone;

namespace {

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
    return expect_error([&] { eval::load_trained_classifier(path(), max_seq_length); });
  }
  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("load_classifier returns the model, labels and maximum length of a trained folder") {
  const ModelCopy copy;
  const eval::Classifier classifier = eval::load_trained_classifier(copy.path(), {});
  CHECK(classifier.model->num_outputs() == 3);
  CHECK(classifier.labels == std::vector<std::string>{"NEGATIVE", "NEUTRAL", "POSITIVE"});
  CHECK(classifier.max_length == 40);  // config.json's max_position_embeddings
  CHECK(classifier.score_function == "softmax");
  CHECK_FALSE(classifier.training.seed.has_value());
  CHECK_FALSE(classifier.training.label_smoothing.has_value());
}

TEST_CASE("the maximum length is the requested one, by default that of the training, otherwise the model's limit") {
  const ModelCopy copy;
  copy.folder.write("training_args.json", R"({"max_seq_length": 24, "seed": 7, "label_smoothing_factor": 0.2})");
  CHECK(eval::load_trained_classifier(copy.path(), {}).max_length == 24);
  CHECK(eval::load_trained_classifier(copy.path(), {}).training.seed == 7);
  CHECK(eval::load_trained_classifier(copy.path(), {}).training.label_smoothing == 0.2);
  CHECK(eval::load_trained_classifier(copy.path(), 12).max_length == 12);
  CHECK(eval::load_trained_classifier(copy.path(), 40).max_length == 40);
  copy.folder.write("training_args.json", R"({"max_seq_length": 128})");
  CHECK(eval::load_trained_classifier(copy.path(), {}).max_length == 40);
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
  CHECK_FALSE(eval::is_training_split(by_dataset, train, "train"));
  folder.write("training_args.json", Json({{"dataset", dataset}, {"train_file", {"/missing.csv", train}}}).dump());
  const eval::TrainingFacts by_file = eval::training_facts(folder.path());
  CHECK(eval::is_training_split(by_file, train, "train"));
  CHECK_FALSE(eval::is_training_split(by_file, dataset, "train"));
  folder.write("training_args.json", R"({"dataset": 3, "train_file": "x", "validation_split": "y"})");
  CHECK_FALSE(eval::is_training_split(eval::training_facts(folder.path()), dataset, "train"));
}

TEST_CASE("a folder without weights is an error that says how to train") {
  const Error error = ModelCopy({"model.safetensors"}).refused();
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "holds no trained classifier: all its weights would be random"));
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
  CHECK(contains(error.what(), "holds no trained classifier: classifier.bias, classifier.weight would be random"));
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
  std::optional<eval::Classifier> classifier;
  const std::string log = captured_log([&] { classifier = eval::load_trained_classifier(copy.path(), {}); });
  CHECK(contains(log, "the model's embedding has no row for 2 added tokens (\"<brand>\", \"<price>\")"));
  CHECK(contains(log, "add_tokens without resize_token_embeddings"));
  task::Features features;
  features.add(classifier->tokenizer.encode("good <spare> movie"));  // the embedding has one unused row
  CHECK(eval::predict(*classifier, features).size() == 1);
  features.add(classifier->tokenizer.encode("good <price>"));
  const Error error = expect_error([&] { eval::predict(*classifier, features); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "row 1 has the token \"<price>\", for which the model's embedding has no row");
  CHECK(contains(error.hint(), "without resizing the embedding"));
}
