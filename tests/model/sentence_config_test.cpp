#include "model/sentence_config.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "temporary_folder.h"

namespace sentence_config_test {

using namespace hone;
using model::SentenceConfig;
using model::SentenceModule;

std::filesystem::path fixture(const std::string& form) {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "sentence" / form;
}

// A folder of these modules; the files of each by their path.
struct Folder {
  TemporaryFolder folder;

  explicit Folder(const std::vector<std::string>& types) {
    Json list = Json::array();
    for (size_t i = 0; i < types.size(); ++i) {
      const size_t dot = types[i].rfind('.');
      list.push_back({{"idx", i},
                      {"name", std::to_string(i)},
                      {"type", types[i]},
                      {"path", i == 0 ? "" : std::to_string(i) + "_" + types[i].substr(dot + 1)}});
    }
    folder.write("modules.json", list.dump());
  }
  std::string problem(ErrorKind kind = ErrorKind::kInput) const {
    const Error error = expect_error([&] { SentenceConfig::read(folder.path()); });
    CHECK(error.kind() == kind);
    const std::string what = error.what();
    return what.substr(what.find(": ") + 2);
  }
};

const std::string kTransformer = "sentence_transformers.models.Transformer";
const std::string kPooling = "sentence_transformers.models.Pooling";

TEST_CASE("the forms of versions 2 and 6 are read") {
  const SentenceConfig old = SentenceConfig::read(fixture("old_flags"));
  CHECK(old.is_declared);
  CHECK(old.poolings == std::vector<std::string>{"mean"});
  CHECK(old.max_seq_length == 20);
  CHECK(old.normalizes());
  CHECK(SentenceConfig::read(fixture("old_joined")).poolings == std::vector<std::string>{"cls", "max", "mean"});
  CHECK(SentenceConfig::read(fixture("old_lower")).lowercases);
  CHECK(SentenceConfig::read(fixture("joined")).poolings == std::vector<std::string>{"mean", "cls"});
  const SentenceConfig dense = SentenceConfig::read(fixture("dense"));
  REQUIRE(dense.modules.size() == 2);
  CHECK(dense.modules[0].kind == SentenceModule::Kind::kDense);
  CHECK(dense.modules[0].activation == "Tanh");
  CHECK(dense.modules[0].out_features == 16);
  CHECK(SentenceConfig::read(fixture("residual")).modules[0].has_residual);
  const SentenceConfig prompts = SentenceConfig::read(fixture("prompts"));
  CHECK(prompts.prompt("document") == "the movie: ");
  CHECK(prompts.default_prompt == "query");
  CHECK(SentenceConfig::read(fixture("truncated")).truncate_dim == 8);
  CHECK(!SentenceConfig::read(fixture("truncated")).normalizes());
}

TEST_CASE("a folder without modules.json has mean pooling, a causal language model the last token") {
  const TemporaryFolder folder;
  folder.write("config.json", R"({"architectures": ["BertModel"]})");
  CHECK(!SentenceConfig::read(folder.path()).is_declared);
  CHECK(SentenceConfig::read(folder.path()).poolings == std::vector<std::string>{"mean"});
  folder.write("config.json", R"({"architectures": ["LlamaForCausalLM"]})");
  CHECK(SentenceConfig::read(folder.path()).poolings == std::vector<std::string>{"lasttoken"});
}

TEST_CASE("what hone does not have is refused by its name") {
  CHECK(Folder({kTransformer, "sentence_transformers.models.CNN"}).problem(ErrorKind::kUnsupported) ==
        "hone has no module \"CNN\" in the place of the pooling");
  CHECK(Folder({"sentence_transformers.models.BoW", kPooling}).problem(ErrorKind::kUnsupported) ==
        "hone has no first module \"BoW\"");
  CHECK(Folder({kTransformer, kPooling, "sentence_transformers.models.LSTM"}).problem(ErrorKind::kUnsupported) ==
        "hone has no module \"LSTM\"");
  CHECK(Folder({"custom.Transformer", kPooling}).problem(ErrorKind::kUnsupported) ==
        "hone has no module \"custom.Transformer\"");
  Folder folder({kTransformer, kPooling});
  folder.folder.write("1_Pooling/config.json", R"({"pooling_mode": "attention"})");
  CHECK(folder.problem(ErrorKind::kUnsupported) == "hone has no pooling \"attention\"");
  folder.folder.write("1_Pooling/config.json", "{}");
  folder.folder.write("config_sentence_transformers.json", R"({"model_type": "SparseEncoder"})");
  CHECK(folder.problem(ErrorKind::kUnsupported) == "hone has no model of the kind \"SparseEncoder\"");
  folder.folder.write("config_sentence_transformers.json", R"({"similarity_fn_name": "maxsim"})");
  CHECK(folder.problem(ErrorKind::kUnsupported) == "hone has no similarity \"maxsim\"");
  folder.folder.write("config_sentence_transformers.json", "{}");
  folder.folder.write("sentence_bert_config.json", R"({"transformer_task": "fill-mask"})");
  CHECK(folder.problem(ErrorKind::kUnsupported) == "hone has no transformer_task \"fill-mask\"");
  Folder dense({kTransformer, kPooling, "sentence_transformers.models.Dense"});
  dense.folder.write("2_Dense/config.json",
                     R"({"in_features": 2, "out_features": 2, "activation_function": "my.Act"})");
  CHECK(dense.problem(ErrorKind::kUnsupported) == "hone has no activation \"my.Act\"");
  dense.folder.write("2_Dense/config.json", R"({"module_input_name": "token_embeddings"})");
  CHECK(dense.problem(ErrorKind::kUnsupported) == "hone has no Dense of \"token_embeddings\"");
}

TEST_CASE("malformed files are errors that name file and key") {
  Folder folder({kTransformer, kPooling});
  const auto pooling = [&](const char* json) {
    folder.folder.write("1_Pooling/config.json", json);
    return folder.problem();
  };
  CHECK(pooling("[]") == "this is no JSON object");
  CHECK(pooling(R"({"pooling_mode": 3})") == "\"pooling_mode\" is neither a name nor a list of names");
  CHECK(pooling(R"({"pooling_mode": []})") == "\"pooling_mode\" is neither a name nor a list of names");
  CHECK(pooling(R"({"pooling_mode": [1]})") == "\"pooling_mode\" holds something else than names");
  CHECK(pooling(R"({"pooling_mode": ["cls","cls","cls","cls","cls","cls","cls"]})") ==
        "\"pooling_mode\" names too many poolings");
  CHECK(pooling(R"({"pooling_mode_cls_token": 1})") == "\"pooling_mode_cls_token\" is neither true nor false");
  folder.folder.write("1_Pooling/config.json", "{}");
  folder.folder.write("sentence_bert_config.json", R"({"max_seq_length": 0})");
  CHECK(folder.problem() == "\"max_seq_length\" is no number from 1 to 1048576");
  folder.folder.write("sentence_bert_config.json", R"({"max_seq_length": "many"})");
  CHECK(folder.problem() == "\"max_seq_length\" is no number from 1 to 1048576");
  folder.folder.write("sentence_bert_config.json", "{}");
  const auto settings = [&](const char* json) {
    folder.folder.write("config_sentence_transformers.json", json);
    return folder.problem();
  };
  CHECK(settings(R"({"prompts": []})") == "\"prompts\" is no JSON object");
  CHECK(settings(R"({"prompts": {"query": 3}})") == "the prompt \"query\" is no text");
  CHECK(settings(R"({"default_prompt_name": "query"})") ==
        "default_prompt_name is \"query\", and there is no such prompt");
  CHECK(settings(R"({"similarity_fn_name": 3})") == "\"similarity_fn_name\" is no text");
  folder.folder.write("config_sentence_transformers.json", "{}");
  folder.folder.write("modules.json", "[]");
  CHECK(folder.problem() == "this is no list of modules");
  folder.folder.write("modules.json", "[3]");
  CHECK(folder.problem() == "a module is no JSON object");
  folder.folder.write("modules.json", R"([{"type": "sentence_transformers.models.Transformer", "path": "../other"}])");
  CHECK(contains(expect_error([&] { SentenceConfig::read(folder.folder.path()); }).what(), "../other"));
  Folder dense({kTransformer, kPooling, "sentence_transformers.models.Dense"});
  dense.folder.write("2_Dense/config.json", "{}");
  CHECK(dense.problem() == "\"in_features\" is missing");
}

TEST_CASE("an unknown prompt is an error with the known ones") {
  const Error error = expect_error([] { (void)SentenceConfig::read(fixture("prompts")).prompt("documant"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.hint(), "document"));
}

TEST_CASE("the names of its files are known") {
  const TemporaryFolder folder;
  SentenceConfig config = SentenceConfig::read(fixture("prompts"));
  config.modules = {{.kind = SentenceModule::Kind::kNormalize}};
  config.save(folder.path(), 4);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CHECK_MESSAGE(model::is_sentence_file(entry.path().filename().string()), entry.path().string());
  }
  for (const char* name : {"10_Dense", "2_LayerNorm", "sentence_roberta_config.json"})
    CHECK(model::is_sentence_file(name));
  for (const char* name : {"", "2", "2_", "_Dense", "Dense", "2_dense", "config.json"}) {
    CHECK_FALSE(model::is_sentence_file(name));
  }
}

}  // namespace sentence_config_test
