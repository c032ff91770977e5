#include "model/adapter_folder.h"

#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace adapter_folder_test {

using namespace hone;
using model::ModelFolder;

namespace fs = std::filesystem;

// A folder as PEFT saves it: no config.json, no tokenizer.
struct PeftFolder {
  explicit PeftFolder(const std::string& base, const Json& more = Json::object(), int64_t num_labels = 3) {
    Json json = {{"peft_type", "LORA"}};
    if (!base.empty()) json["base_model_name_or_path"] = base;
    json.update(more);
    folder.write("adapter_config.json", json.dump());
    tensor::write_safetensors(folder.path() / "adapter_model.safetensors",
                              {{"base_model.model.classifier.weight", at::zeros({num_labels, 32})}});
  }

  TemporaryFolder folder;
};

std::string tiny_bert() { return (fixture_models() / "tiny-bert").string(); }

TEST_CASE("a folder without an adapter is its own base and has its own tokenizer") {
  const ModelFolder folder = fixture_models() / "tiny-bert";
  CHECK_FALSE(folder.is_adapter());
  CHECK(folder.weights() == folder.path);
  CHECK(folder.tokenizer() == folder.path);
  const Error error = expect_error([&] { ModelFolder(folder.path, tiny_bert()).weights(); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "base_model is given, but"));
  CHECK(contains(error.hint(), "leave --base-model out"));
}

TEST_CASE("the base model is the folder that is given, or the one that the adapter names, also relative to it") {
  const PeftFolder named(tiny_bert());
  CHECK(ModelFolder(named.folder.path()).weights() == tiny_bert());
  CHECK(ModelFolder(named.folder.path()).tokenizer() == tiny_bert());
  CHECK(ModelFolder(named.folder.path(), fixture_models() / "tiny-distilbert").weights().filename() ==
        "tiny-distilbert");
  const PeftFolder relative("base");
  fs::create_directory(relative.folder.path() / "base");
  CHECK(ModelFolder(relative.folder.path()).weights() == relative.folder.path() / "base");
  named.folder.write("vocab.txt", "[PAD]\n");
  CHECK(ModelFolder(named.folder.path()).tokenizer() == named.folder.path());
}

TEST_CASE("a folder with an adapter and a config.json is a whole model with an adapter, as in transformers") {
  const PeftFolder both("somewhere/else");
  fs::copy(fixture_models() / "tiny-bert" / "config.json", both.folder.path() / "config.json");
  fs::copy(fixture_models() / "tiny-bert" / "model.safetensors", both.folder.path() / "model.safetensors");
  CHECK(ModelFolder(both.folder.path()).weights() == both.folder.path());
  CHECK(model::read_config(ModelFolder(both.folder.path())).model_type() == "bert");
}

TEST_CASE("a config.json without weights beside an adapter does not hide the base model") {
  const PeftFolder both(tiny_bert());
  fs::copy(fixture_models() / "tiny-bert" / "config.json", both.folder.path() / "config.json");
  CHECK(ModelFolder(both.folder.path()).weights() == tiny_bert());
}

TEST_CASE("the config that hone saves beside an adapter has the labels") {
  const PeftFolder own(tiny_bert());
  own.folder.write("model_config.json", R"({"model_type": "bert", "id2label": {"0": "no", "1": "yes"}})");
  CHECK(model::read_config(ModelFolder(own.folder.path())).labels() == std::vector<std::string>{"no", "yes"});
  CHECK(model::read_saved_config(own.folder.path()).labels() == std::vector<std::string>{"no", "yes"});
  CHECK(model::read_saved_config(fixture_models() / "tiny-bert").num_labels() == 3);
}

TEST_CASE("a missing base model is an error that says how to give it") {
  const PeftFolder hub("google-bert/bert-base-uncased");
  const Error error = expect_error([&] { model::read_config(ModelFolder(hub.folder.path())); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(contains(error.what(), "is an adapter of google-bert/bert-base-uncased, which is not a folder here"));
  CHECK(contains(error.hint(), "--base-model DIR"));
  const PeftFolder none("");
  CHECK(contains(expect_error([&] { ModelFolder(none.folder.path()).weights(); }).what(),
                 "\"base_model_name_or_path\" is missing"));
  const Error given = expect_error([&] { ModelFolder(none.folder.path(), "no/such/folder").weights(); });
  CHECK(contains(given.what(), "base_model no/such/folder is not a folder"));
}

TEST_CASE("the config of PEFT's folder is that of the base, with the class of the task and the labels of the head") {
  const PeftFolder same(tiny_bert(), Json{{"task_type", "SEQ_CLS"}});
  CHECK(model::read_config(ModelFolder(same.folder.path())).labels() ==
        std::vector<std::string>{"NEGATIVE", "NEUTRAL", "POSITIVE"});
  const PeftFolder other(tiny_bert(), Json{{"task_type", "TOKEN_CLS"}}, 2);
  const model::ModelConfig config = model::read_config(ModelFolder(other.folder.path()));
  CHECK(config.json()["architectures"] == Json({"BertForTokenClassification"}));
  CHECK(config.labels() == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  const PeftFolder unknown(tiny_bert(), Json{{"task_type", "CAUSAL_LM"}});
  const Error error = expect_error([&] { model::read_config(ModelFolder(unknown.folder.path())); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"task_type\" is \"CAUSAL_LM\""));
  CHECK(model::task_type_of("sequence") == "SEQ_CLS");
  CHECK(model::task_type_of("masked-lm").empty());
}

}  // namespace adapter_folder_test
