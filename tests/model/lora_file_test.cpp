#include "model/lora_file.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "model/families.h"
#include "model/lora.h"
#include "model/parameters.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace lora_file_test {

using namespace hone;

namespace fs = std::filesystem;

fs::path peft_folder(const std::string& name) { return fixture_models().parent_path() / "lora" / name; }

// A copy of a folder of PEFT, with other tensors or another config.
struct Changed {
  explicit Changed(const std::string& name = "bert-lora")
      : tensors(read_tensors(peft_folder(name) / "adapter_model.safetensors")),
        config(read_json(peft_folder(name) / "adapter_config.json")) {
    config["base_model_name_or_path"] = (fixture_models() / "tiny-bert").string();
  }

  model::LoadedModel load(const model::ModelRequest& more = {}) const {
    tensor::NamedTensors named(tensors.begin(), tensors.end());
    tensor::write_safetensors(folder.path() / "adapter_model.safetensors", named);
    folder.write("adapter_config.json", config.dump());
    model::ModelRequest request = more;
    request.model_dir = folder.path();
    return model::load_model(request);
  }
  Error failure() const {
    const Error error = expect_error([&] { load(); });
    CHECK(error.kind() == ErrorKind::kInput);
    return error;
  }

  TemporaryFolder folder;
  std::map<std::string, at::Tensor> tensors;
  Json config;
};

const std::string kQuery = "base_model.model.bert.encoder.layer.0.attention.self.query";

TEST_CASE("the adapters of a file are attached, whatever target_modules says") {
  Changed changed;
  changed.config["target_modules"] = Json::array({"key"});
  changed.config["rank_pattern"] = {{"query", 4}};
  changed.config["r"] = 9;
  changed.config["rank_pattern"]["value"] = 4;
  const model::LoadedModel loaded = changed.load();
  CHECK(model::adapted_linears(*loaded.model).size() == 4);
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.adapter->rank == 9);
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    if (!model::is_lora_parameter(parameter.name)) continue;
    CHECK(at::equal(parameter.tensor, changed.tensors.at("base_model.model." + parameter.name)));
  }
}

TEST_CASE("old names of the base model's parameters are found") {
  Changed changed;
  std::map<std::string, at::Tensor> renamed;
  for (const auto& [name, value] : changed.tensors) {
    const std::string with_body = "base_model.model.bert.";
    renamed[name.starts_with(with_body) ? "base_model.model." + name.substr(with_body.size()) : name] = value;
  }
  changed.tensors = renamed;
  CHECK(model::adapted_linears(*changed.load().model).size() == 4);
}

TEST_CASE("tensors of another base model are errors that name the tensor and both shapes") {
  Changed wide;
  wide.tensors[kQuery + ".lora_A.weight"] = at::zeros({4, 48});
  CHECK(contains(
      wide.failure().what(),
      fmt::format("\"{}.lora_A.weight\" has shape [4, 48], the base model and adapter_config.json need [4, 32]",
                  kQuery)));
  CHECK(contains(wide.failure().hint(), "the adapter was made for another base model"));
  CHECK(contains(wide.failure().hint(), "--base-model DIR"));
  Changed rank;
  rank.config["r"] = 2;
  CHECK(contains(rank.failure().what(), "has shape [4, 32], the base model and adapter_config.json need [2, 32]"));
  Changed deep;
  deep.tensors["base_model.model.bert.encoder.layer.7.attention.self.query.lora_A.weight"] = at::zeros({4, 32});
  CHECK(contains(deep.failure().what(), "BertForSequenceClassification has no linear of that name"));
  Changed head;
  head.tensors["base_model.model.score.weight"] = at::zeros({3, 32});
  CHECK(contains(head.failure().what(), "BertForSequenceClassification has no such parameter"));
  Changed foreign;
  foreign.tensors["lora_unet_down.weight"] = at::zeros({3, 32});
  CHECK(contains(foreign.failure().what(), "its name does not begin with base_model.model."));
  Changed twice;
  twice.tensors["base_model.model.encoder.layer.0.attention.self.query.lora_A.weight"] = at::zeros({4, 32});
  CHECK(contains(twice.failure().what(), "another tensor is the same parameter"));
  Changed part;
  part.tensors[kQuery + ".lora_C.weight"] = at::zeros({4, 32});
  CHECK(contains(part.failure().what(), "hone computes lora_A, lora_B and lora_magnitude_vector"));
}

TEST_CASE("missing tensors are errors that name them as PEFT does") {
  Changed half;
  half.tensors.erase(kQuery + ".lora_B.weight");
  CHECK(contains(half.failure().what(), fmt::format("\"{}.lora_B.weight\" is missing", kQuery)));
  Changed head;
  head.tensors.erase("base_model.model.classifier.bias");
  CHECK(contains(head.failure().what(), "\"base_model.model.classifier.bias\" is missing"));
  Changed dora;
  dora.config["use_dora"] = true;
  CHECK(contains(dora.failure().what(), fmt::format("\"{}.lora_magnitude_vector\" is missing", kQuery)));
  Changed magnitude("bert-dora");
  magnitude.config["use_dora"] = false;
  CHECK(contains(magnitude.failure().what(), "\"use_dora\" is false in adapter_config.json"));
}

TEST_CASE("an adapter of an embedding is not supported") {
  Changed changed;
  changed.tensors["base_model.model.bert.embeddings.word_embeddings.lora_embedding_A"] = at::zeros({4, 106});
  const Error error = expect_error([&] { changed.load(); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "adapts an embedding"));
}

TEST_CASE("a head for another number of labels is an error, or starts anew if that is asked for") {
  const Changed changed;
  model::ModelRequest request;
  request.id2label = {"no", "yes"};
  const Error error = expect_error([&] { changed.load(request); });
  CHECK(contains(error.what(), "\"base_model.model.classifier.weight\" has shape [3, 32], the model needs [2, 32]"));
  CHECK(contains(error.hint(), "--ignore-mismatched-sizes starts with a new head"));
  request.ignore_mismatched_sizes = true;
  const model::LoadedModel loaded = changed.load(request);
  CHECK(loaded.report.newly_initialized == std::vector<std::string>{"classifier.bias", "classifier.weight"});
  CHECK(loaded.report.has_new_head);
}

TEST_CASE("a merged adapter leaves a plain model") {
  model::ModelRequest request;
  request.merges_adapter = true;
  const model::LoadedModel loaded = Changed("bert-dora").load(request);
  CHECK_FALSE(loaded.adapter.has_value());
  CHECK(model::adapted_linears(*loaded.model).empty());
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    CHECK_FALSE(model::is_lora_parameter(parameter.name));
  }
}

}  // namespace lora_file_test
