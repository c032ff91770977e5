#include "model/load.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <nlohmann/json.hpp>

#include "captured_log.h"
#include "expect_error.h"
#include "model/parameters.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace load_test {

using namespace hone;

const std::filesystem::path kTinyBert = fixture_models() / "tiny-bert";

// A copy of tiny-bert with its tensors and config changed.
class ChangedModel {
 public:
  ChangedModel()
      : tensors(read_tensors(kTinyBert / "model.safetensors")), config(read_json(kTinyBert / "config.json")) {}

  model::ModelRequest write() const {
    write_json(folder_.path() / "config.json", config);
    tensor::write_safetensors(folder_.path() / "model.safetensors", {tensors.begin(), tensors.end()});
    return {folder_.path()};
  }

  Error error() const {
    const model::ModelRequest request = write();
    return expect_error([&] { model::load_model(request); });
  }

  std::map<std::string, at::Tensor> tensors;
  Json config;

 private:
  TemporaryFolder folder_;
};

TEST_CASE("a folder with all weights loads without a word") {
  const auto loaded = model::load_model({kTinyBert});
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  CHECK_FALSE(loaded.report.from_config_only);
  CHECK(loaded.report.class_name == "BertForSequenceClassification");
  CHECK(loaded.report.new_weights_line().empty());
  CHECK(loaded.report.unused_weights_line().empty());
  CHECK(loaded.config.labels() == std::vector<std::string>{"NEGATIVE", "NEUTRAL", "POSITIVE"});
  for (const at::Tensor& parameter : loaded.model->module().parameters()) {
    CHECK(parameter.requires_grad());
    CHECK(reinterpret_cast<uintptr_t>(parameter.const_data_ptr()) % 64 == 0);
  }
}

TEST_CASE("the note for a new head has transformers' wording and an explanation") {
  ChangedModel changed;
  changed.tensors.erase("classifier.weight");
  changed.tensors.erase("classifier.bias");
  auto request = changed.write();
  request.num_labels = 2;
  const auto loaded = model::load_model(request);
  CHECK(loaded.report.newly_initialized == std::vector<std::string>{"classifier.bias", "classifier.weight"});
  CHECK(contains(loaded.report.new_weights_line(),
                 fmt::format("Some weights of BertForSequenceClassification were not initialized from the model "
                             "checkpoint at {} and are newly initialized: ['classifier.bias', 'classifier.weight']",
                             request.model_dir.path.string())));
  CHECK(contains(loaded.report.new_weights_line(), "random until they are trained"));
  CHECK(loaded.config.labels() == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(loaded.model->num_outputs() == 2);
}

TEST_CASE("a note says that a model without weights starts from random ones") {
  const TemporaryFolder folder;
  std::filesystem::copy_file(kTinyBert / "config.json", folder.path() / "config.json");
  CHECK(contains(model::load_model({folder.path()}).report.new_weights_line(), "All weights of BertFor"));
}

TEST_CASE("weights of other heads are noted") {
  const auto loaded = model::load_model({fixture_models() / "variants" / "old_names"});
  CHECK(loaded.report.unused == std::vector<std::string>{"cls.predictions.bias", "cls.seq_relationship.weight"});
  CHECK(contains(loaded.report.unused_weights_line(), "['cls.predictions.bias', 'cls.seq_relationship.weight']"));
}

TEST_CASE("labels are the requested ones, or those of config.json") {
  model::ModelRequest request{kTinyBert};
  request.num_labels = 3;
  CHECK(model::load_model(request).config.labels()[2] == "POSITIVE");
  request.id2label = {"a", "b", "c"};
  request.problem_type = "single_label_classification";
  const auto loaded = model::load_model(request);
  CHECK(loaded.config.labels() == request.id2label);
  CHECK(loaded.config.problem_type() == "single_label_classification");
}

TEST_CASE("labels that contradict each other are errors") {
  model::ModelRequest request{kTinyBert};
  request.num_labels = 2;
  request.id2label = {"a", "b", "c"};
  const Error error = expect_error([&] { model::load_model(request); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "num_labels is 2, id2label has 3 names"));
  request.id2label.clear();
  request.num_labels = 0;
  CHECK(contains(expect_error([&] { model::load_model(request); }).what(), "num_labels is 0"));
}

TEST_CASE("a saved head for another number of labels is an error with advice") {
  model::ModelRequest request{kTinyBert};
  request.num_labels = 2;
  const Error error = expect_error([&] { model::load_model(request); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "\"classifier.bias\" has shape [3], the model needs [2]"));
  CHECK(error.hint() ==
        "the saved head has 3 labels, not 2; --ignore-mismatched-sizes starts with a new head; --id2label with 3 names "
        "keeps the saved one");
}

TEST_CASE("the error for a config.json that contradicts the saved head names no option") {
  for (const char* labels : {R"({"num_labels": 2})", R"({"id2label": {"0": "A", "1": "B"}})",
                             R"({"id2label": {"0": "A", "1": "B", "2": "C"}, "num_labels": 2})"}) {
    ChangedModel changed;
    changed.config.erase("id2label");
    changed.config.update(parse_json(labels, "labels"));
    const Error error = changed.error();
    CHECK(contains(error.what(), "\"classifier.bias\" has shape [3], the model needs [2]"));
    CHECK(error.hint() == "the saved head has 3 labels, config.json has 2: correct its id2label and num_labels");
  }
}

TEST_CASE("a model with incomplete or repeated label names loads with a warning that names the file") {
  ChangedModel changed;
  changed.config["id2label"] = {{"0", "A"}, {"1", "B"}};
  changed.config["num_labels"] = 3;
  const auto request = changed.write();
  std::vector<std::string> labels;
  CHECK(contains(captured_log([&] { labels = model::load_model(request).config.labels(); }),
                 "config.json: \"num_labels\" is 3, but \"id2label\" has 2 names"));
  CHECK(labels == std::vector<std::string>{"LABEL_0", "LABEL_1", "LABEL_2"});
  changed.config["id2label"] = {{"0", "A"}, {"1", "A"}, {"2", "B"}};
  changed.config.erase("num_labels");
  changed.write();
  CHECK(contains(captured_log([&] { labels = model::load_model(request).config.labels(); }),
                 "gives the ids 0 and 1 the same name \"A\""));
  CHECK(labels == std::vector<std::string>{"A", "A", "B"});
}

// Expected: transformers 5.23 after set_seed(42), from_pretrained, resize_token_embeddings(109).
TEST_CASE("a vocabulary that is larger than the saved embedding adds rows as transformers does") {
  struct Case {
    const char* name;
    const char* words;
    std::vector<float> first, last;
  };
  const std::vector<Case> cases{
      {"tiny-bert",
       "bert.embeddings.word_embeddings.weight",
       {-0.0008482564589940012F, -0.023503471165895462F, -0.01815578155219555F, -0.008619425818324089F},
       {-0.003386979689821601F, -0.01977585069835186F, 0.010607350617647171F, 0.00567135214805603F}},
      {"tiny-distilbert",
       "distilbert.embeddings.word_embeddings.weight",
       {0.01950070820748806F, -0.020477164536714554F, -0.020443018525838852F, -0.008345176465809345F},
       {-0.0014468157896772027F, 0.018721211701631546F, -0.005363553762435913F, 0.01052924245595932F}},
  };
  for (const Case& one : cases) {
    model::ModelRequest request{fixture_models() / one.name};
    request.num_tokens = 109;
    const auto loaded = model::load_model(request);
    CHECK(loaded.report.newly_initialized.empty());
    CHECK(loaded.model->vocab_size() == 109);
    CHECK(loaded.config.json()["vocab_size"] == 109);
    const at::Tensor words = loaded.model->module().named_parameters()[one.words].detach();
    REQUIRE(words.size(0) == 109);
    const at::Tensor before = read_tensors(request.model_dir.path / "model.safetensors").at(one.words);
    CHECK(at::equal(words.narrow(0, 0, before.size(0)), before));
    CHECK(at::allclose(words[106].narrow(0, 0, 4), at::tensor(one.first), 0, 1e-7));
    CHECK(at::allclose(words[108].narrow(0, 28, 4), at::tensor(one.last), 0, 1e-7));
    request.num_tokens = 100;  // fewer than there are
    CHECK(model::load_model(request).model->vocab_size() == 106);
  }
}

TEST_CASE("requested labels are distinct") {
  model::ModelRequest request{kTinyBert};
  request.id2label = {"a", "b", "a"};
  const Error error = expect_error([&] { model::load_model(request); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "the labels [a, b, a] are not distinct names"));
}

TEST_CASE("a saved head for another number of labels is drawn again on request") {
  model::ModelRequest request{kTinyBert};
  request.num_labels = 2;
  request.ignore_mismatched_sizes = true;
  const model::LoadedModel loaded = model::load_model(request);
  CHECK(loaded.report.newly_initialized == std::vector<std::string>{"classifier.bias", "classifier.weight"});
  CHECK(loaded.model->num_outputs() == 2);
  const auto parameters = loaded.model->module().named_parameters();
  CHECK(parameters["classifier.weight"].size(0) == 2);
  CHECK(parameters["classifier.weight"].abs().sum().item<float>() > 0);
  CHECK(parameters["classifier.bias"].abs().sum().item<float>() == 0);
}

TEST_CASE("the error for a weight with the wrong shape names both shapes") {
  ChangedModel changed;
  changed.tensors["bert.pooler.dense.weight"] = at::zeros({32, 31});
  CHECK(contains(changed.error().what(), "\"bert.pooler.dense.weight\" has shape [32, 31], the model needs [32, 32]"));
  CHECK(contains(changed.error().hint(), "different models"));
}

TEST_CASE("the error for a missing weight of the body names its shape") {
  ChangedModel changed;
  changed.tensors.erase("bert.encoder.layer.1.attention.self.key.weight");
  CHECK(contains(changed.error().what(),
                 "the weights lack 1 of 41 tensors: bert.encoder.layer.1.attention.self.key.weight [32, 32]"));
  changed.config["num_hidden_layers"] = 3;
  CHECK(contains(changed.error().what(), "the weights lack 17 of 57 tensors"));
  CHECK(contains(changed.error().what(), ", ..."));
}

TEST_CASE("a weight with two names is an error") {
  ChangedModel changed;
  changed.tensors["embeddings.LayerNorm.gamma"] = at::ones({32});
  CHECK(contains(changed.error().what(), "are both bert.embeddings.LayerNorm.weight"));
}

TEST_CASE("sizes beyond any machine's memory are errors before a weight is read") {
  ChangedModel changed;
  changed.config["vocab_size"] = 1 << 24;
  changed.config["hidden_size"] = 1 << 17;
  changed.config["intermediate_size"] = 1 << 17;
  changed.config["num_hidden_layers"] = 1024;
  const Error error = changed.error();
  CHECK(error.kind() == ErrorKind::kInput);
  changed.config["vocab_size"] = int64_t{1} << 40;
  CHECK(contains(changed.error().what(), "\"vocab_size\" is 1099511627776, outside"));
}

TEST_CASE("overrides reach the model and the saved configuration") {
  model::ModelRequest request{kTinyBert};
  request.config_overrides = {{"hidden_dropout_prob", "0.25"}};
  CHECK(model::load_model(request).config.json()["hidden_dropout_prob"] == 0.25);
  request.config_overrides = {{"dropout", "0"}};
  CHECK(contains(expect_error([&] { model::load_model(request); }).what(),
                 "unknown key in config_overrides \"dropout\""));
}

TEST_CASE("a checkpoint of standardized targets is loaded with outputs that are the targets") {
  const TemporaryFolder folder;
  const std::filesystem::path plain = folder.path() / "plain", scaled = folder.path() / "scaled";
  model::ModelRequest request{.model_dir = fixture_models() / "tiny-bert"};
  model::LoadedModel loaded = model::load_model(request);
  model::save_model(*loaded.model, loaded.config, plain);
  const model::OutputScale scale{{2, 0.5, 3}, {1, -1, 0.25}};
  loaded.config.set_output_scale(scale);
  model::save_model(*loaded.model, loaded.config, scaled);
  const auto head_of = [](const model::LoadedModel& of) {
    std::map<std::string, at::Tensor> head;
    for (const model::NamedParameter& parameter : model::named_parameters(*of.model))
      head[parameter.name] = parameter.tensor.detach();
    return std::pair(head.at("classifier.weight"), head.at("classifier.bias"));
  };
  const auto [weight, bias] = head_of(model::load_model({.model_dir = plain}));
  const model::LoadedModel folded = model::load_model({.model_dir = scaled});
  CHECK_FALSE(folded.config.output_scale());
  const auto [folded_weight, folded_bias] = head_of(folded);
  const at::Tensor factors = at::tensor({2.0f, 0.5f, 3.0f}), shifts = at::tensor({1.0f, -1.0f, 0.25f});
  CHECK(at::equal(folded_weight, weight * factors.unsqueeze(1)));
  CHECK(at::equal(folded_bias, bias * factors + shifts));
  // The scale of another head means nothing.
  const model::LoadedModel other =
      model::load_model({.model_dir = scaled, .num_labels = 2, .ignore_mismatched_sizes = true});
  CHECK_FALSE(other.config.output_scale());
}

TEST_CASE("a damaged scale of the outputs is an error") {
  CHECK_FALSE(
      model::ModelConfig(parse_json(R"({"output_scale": 1.5})", "c"), "c").output_scale());  // another program's
  for (const char* scale : {R"({"scale": [1, 1, 1]})", R"({"scale": [1], "shift": [0]})",
                            R"({"scale": [1, 1, null], "shift": [0, 0, 0]})"}) {
    CAPTURE(scale);
    const model::ModelConfig config(parse_json(fmt::format(R"({{"num_labels": 3, "output_scale": {}}})", scale), "c"),
                                    "m/config.json");
    const Error error = expect_error([&] { config.output_scale(); });
    CHECK(contains(error.what(), "m/config.json: output_scale."));
  }
}

}  // namespace load_test
