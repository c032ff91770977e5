// Compares the heads of masked and causal language models with transformers' classes, from folders that transformers
// saved.
#include "model/masked_lm.h"

#include <ATen/Version.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "captured_log.h"
#include "expect_error.h"
#include "kernel/each_level.h"
#include "model/families.h"
#include "model/parameters.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace masked_lm_test {

using namespace hone;

constexpr double kTolerance = 1e-5;

std::filesystem::path fixtures() { return fixture_models().parent_path() / "masked_lm"; }

// The fixtures of one kind of head that hold all of a family's results.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures().parent_path() / folder)) {
    if (!std::filesystem::exists(entry.path() / "parity.json")) continue;
    names.push_back("../" + folder + "/" + entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// The fixtures of both kinds, relative to fixtures().
std::vector<std::string> names() {
  std::vector<std::string> all = names_in("masked_lm");
  for (std::string& name : names_in("causal_lm")) all.push_back(std::move(name));
  return all;
}

std::string family_of(const std::string& name) {
  std::string family = std::filesystem::path(name).filename().string();
  for (const char* ending : {"-untied", "-tied", "-new"}) {
    if (family.ends_with(ending)) family.resize(family.size() - std::string_view(ending).size());
  }
  return family;
}

std::string_view head_of(const std::filesystem::path& folder) {
  return folder.parent_path().filename() == "causal_lm" ? "causal-lm" : "masked-lm";
}

model::LoadedModel load(const std::filesystem::path& folder, const std::string& family) {
  model::ModelRequest request{folder, is_decoder(family) ? "causal-lm" : "masked-lm"};
  request.config_overrides = no_dropout(family);
  return model::load_model(request);
}

// The targets [T] of the packed tokens.
at::Tensor packed_targets(const std::map<std::string, at::Tensor>& tensors) {
  return tensors.at("labels").masked_select(tensors.at("attention_mask").to(at::kBool));
}

int64_t num_targets(const at::Tensor& targets) { return targets.ne(-100).sum().item<int64_t>(); }

void check_gradients(const model::Model& model, const std::map<std::string, at::Tensor>& expected) {
  double largest = 0;  // a key's bias has no gradient but rounding errors
  for (const auto& [name, value] : expected) {
    if (name.starts_with("gradient.")) largest = std::max(largest, value.abs().max().item<double>());
  }
  for (const model::NamedParameter& parameter : model::named_parameters(model)) {
    INFO(parameter.name);
    const auto gradient = expected.find("gradient." + parameter.name);
    REQUIRE(parameter.tensor.grad().defined() == (gradient != expected.end()));
    if (gradient == expected.end()) continue;
    const at::Tensor found = model::in_layout_of_files(model, parameter.name, parameter.tensor.grad());
    const bool may_cancel = parameter.name.ends_with("k_proj.bias");  // without positions a key's bias has no effect
    CHECK(relative_difference(found, gradient->second, may_cancel ? largest : largest / 100) < kTolerance);
  }
}

void check_parity(const std::string& name, bool training) {
  INFO(name);
  const auto expected = read_tensors(fixtures() / name / "parity.safetensors");
  const model::LoadedModel loaded = load(fixtures() / name, family_of(name));
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  nn::ForwardContext context;
  context.training = training;
  const model::Hidden hidden = loaded.model->hidden(packed_batch(expected), context);
  const at::Tensor targets = packed_targets(expected);
  const at::Tensor loss = model::masked_lm_loss(*loaded.model, hidden, targets, num_targets(targets), context);
  const bool has_balance = expected.contains("balance_loss");
  REQUIRE(hidden.balance_loss.defined() == has_balance);
  const at::Tensor total = has_balance ? loss + hidden.balance_loss : loss;
  if (has_balance) {
    CHECK(relative_difference(hidden.balance_loss.detach().reshape({1}), expected.at("balance_loss")) < kTolerance);
  }
  total.backward();
  CHECK(relative_difference(total.detach().reshape({1}), expected.at("loss")) < kTolerance);
  const at::NoGradGuard no_grad;
  CHECK(relative_difference(loaded.model->logits(hidden, {}, context), expected.at("logits")) < kTolerance);
  check_gradients(*loaded.model, expected);
}

TEST_CASE("every family's head has the logits, loss and gradients of transformers, at every level of this processor") {
  CHECK(names().size() >= 35);
  kernel::for_each_level([] {
    for (const std::string& name : names()) {
      check_parity(name, false);
      check_parity(name, true);
    }
  });
}

TEST_CASE("outputs of chosen tokens are those rows of all outputs, and have a value for each word") {
  const at::NoGradGuard no_grad;
  for (const std::string& name : names()) {
    INFO(name);
    const auto expected = read_tensors(fixtures() / name / "parity.safetensors");
    const auto model = load(fixtures() / name, family_of(name)).model;
    CHECK(model->reads_tokens());
    CHECK(model->num_outputs() == model->vocab_size());
    const model::Hidden hidden = model->hidden(packed_batch(expected), {});
    const at::Tensor rows = at::tensor({9, 0, 33}, at::kLong);
    CHECK(
        at::allclose(model->logits(hidden, rows, {}), model->logits(hidden, {}, {}).index_select(0, rows), 1e-6, 1e-6));
  }
}

TEST_CASE("in bf16 the logits and the loss equal those of transformers within the format's precision") {
  if (!kernel::has_native_bf16()) {
    MESSAGE("skipped: this processor has no bf16 instructions");
    return;
  }
  const at::NoGradGuard no_grad;
  for (const std::string& name : names()) {
    INFO(name);
    const auto expected = read_tensors(fixtures() / name / "parity.safetensors");
    const auto model = load(fixtures() / name, family_of(name)).model;
    model->set_compute({.dtype = at::kBFloat16});
    const model::Hidden hidden = model->hidden(packed_batch(expected), {});
    const at::Tensor logits = model->logits(hidden, {}, {}), targets = packed_targets(expected);
    CHECK((logits.scalar_type() == at::kFloat));
    CHECK(relative_difference(logits, expected.at("logits")) < 3e-2);
    at::Tensor loss = model::masked_lm_loss(*model, hidden, targets, num_targets(targets), {});
    CHECK((loss.scalar_type() == at::kFloat));
    if (hidden.balance_loss.defined()) loss = loss + hidden.balance_loss;
    CHECK(relative_difference(loss.reshape({1}), expected.at("loss")) < 3e-2);
  }
}

TEST_CASE("losses of parts of a batch add up to the mean over all targets; without targets the loss is 0") {
  const auto expected = read_tensors(fixtures() / "bert" / "parity.safetensors");
  const auto model = load(fixtures() / "bert", "bert").model;
  const model::Hidden hidden = model->hidden(packed_batch(expected), {});
  const at::Tensor targets = packed_targets(expected);
  at::Tensor first = targets.clone(), second = targets.clone();
  first.slice(0, 11).fill_(-100);
  second.slice(0, 0, 11).fill_(-100);
  const auto loss = [&](const at::Tensor& some) {
    return model::masked_lm_loss(*model, hidden, some, num_targets(targets), {}).item<double>();
  };
  CHECK(loss(first) > 0);
  CHECK(loss(second) > 0);
  CHECK(loss(first) + loss(second) == doctest::Approx(expected.at("loss").item<double>()).epsilon(1e-6));
  CHECK(loss(at::full_like(targets, -100)) == 0);
}

TEST_CASE("a model that transformers saved is saved again byte for byte") {
  for (const std::string& name : names()) {
    if (name.ends_with("nomic_bert")) continue;  // transformers writes the names of its first checkpoints
    INFO(name);
    const auto loaded = model::load_model({fixtures() / name, head_of(fixtures() / name)});
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    CHECK(read_file(folder.path() / "config.json") == read_file(fixtures() / name / "config.json"));
    CHECK(read_file(folder.path() / "model.safetensors") == read_file(fixtures() / name / "model.safetensors"));
  }
}

using Tensors = std::map<std::string, at::Tensor>;

// Loads a copy of a fixture whose tensors `change` has changed, and returns the largest difference of its logits from
// those of the fixture.
double difference_after(const std::string& name, void (*change)(Tensors& tensors)) {
  const at::NoGradGuard no_grad;
  const TemporaryFolder folder;
  Tensors tensors = read_tensors(fixtures() / name / "model.safetensors");
  change(tensors);
  std::filesystem::copy_file(fixtures() / name / "config.json", folder.path() / "config.json");
  tensor::write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  const auto expected = read_tensors(fixtures() / name / "parity.safetensors");
  const model::LoadedModel loaded = load(folder.path(), family_of(name));
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  return relative_difference(loaded.model->forward(packed_batch(expected), {}), expected.at("logits"));
}

void rename(Tensors& tensors, const std::string& before, const std::string& after) {
  auto node = tensors.extract(before);
  REQUIRE(node);
  node.key() = after;
  tensors.insert(std::move(node));
}

TEST_CASE("checkpoints may hold tied tensors twice, or under the decoder's name only, and old names") {
  CHECK(difference_after("bert", [](Tensors& tensors) {
          tensors["cls.predictions.decoder.weight"] = tensors.at("bert.embeddings.word_embeddings.weight").clone();
          tensors["cls.predictions.decoder.bias"] = tensors.at("cls.predictions.bias").clone();
        }) < kTolerance);
  CHECK(difference_after("bert", [](Tensors& tensors) {
          rename(tensors, "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight");
          rename(tensors, "cls.predictions.bias", "cls.predictions.decoder.bias");
          rename(tensors, "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.gamma");
          rename(tensors, "cls.predictions.transform.LayerNorm.bias", "cls.predictions.transform.LayerNorm.beta");
        }) < kTolerance);
  CHECK(difference_after("xlm-roberta", [](Tensors& tensors) {
          rename(tensors, "roberta.embeddings.word_embeddings.weight", "lm_head.decoder.weight");
        }) < kTolerance);
  CHECK(difference_after("nomic_bert", [](Tensors& tensors) {  // as nomic-bert-2048 is saved
          rename(tensors, "cls.predictions.bias", "cls.predictions.decoder.bias");
        }) < kTolerance);
  CHECK(difference_after("modernbert", [](Tensors& tensors) {
          tensors["decoder.weight"] = tensors.at("model.embeddings.tok_embeddings.weight").clone();
        }) < kTolerance);
}

TEST_CASE("files of torch hold tied tensors under both names") {
  const at::NoGradGuard no_grad;
  const auto expected = read_tensors(fixtures() / "bert" / "parity.safetensors");
  for (const auto& [name, tolerance] : {std::pair("bin", kTolerance), std::pair("bin_half", 1e-2)}) {
    INFO(name);
    model::LoadedModel loaded;
    CHECK(captured_log([&] { loaded = load(fixtures() / name, "bert"); }).empty());
    CHECK(loaded.report.newly_initialized.empty());
    CHECK(loaded.report.unused.empty());
    CHECK(relative_difference(loaded.model->forward(packed_batch(expected), {}), expected.at("logits")) < tolerance);
  }
}

TEST_CASE(
    "tensors that config.json ties and the file holds with different values are read as transformers reads them") {
  const at::NoGradGuard no_grad;
  for (const char* name : {"contradictory_decoder", "contradictory_bias"}) {
    INFO(name);
    const auto expected = read_tensors(fixtures() / name / "parity.safetensors");
    model::LoadedModel loaded;
    const std::string log = captured_log([&] { loaded = load(fixtures() / name, "bert"); });
    CHECK(contains(log, "have different values, although config.json ties them"));
    CHECK(loaded.report.newly_initialized.empty());
    const auto logits = [&](const model::LoadedModel& of) { return of.model->forward(packed_batch(expected), {}); };
    CHECK(relative_difference(logits(loaded), expected.at("logits")) < kTolerance);
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    CHECK(at::equal(logits(load(folder.path(), "bert")), logits(loaded)));
    CHECK(read_json(folder.path() / "config.json")["tie_word_embeddings"] ==
          (std::string(name) == "contradictory_bias"));
  }
}

TEST_CASE("a decoder without a table of its own ignores tie_word_embeddings, as HF's class with legacy false does") {
  const at::NoGradGuard no_grad;
  const auto expected = read_tensors(fixtures() / "deberta-v2-new" / "parity.safetensors");
  model::ModelRequest request{fixtures() / "deberta-v2-new", "masked-lm"};
  request.config_overrides = {{"tie_word_embeddings", "false"}};
  const auto loaded = model::load_model(request);
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(relative_difference(loaded.model->forward(packed_batch(expected), {}), expected.at("logits")) < kTolerance);
}

// Compares the first numbers of each parameter, and all bits if the fixture was made with the same instruction set.
void check_draw(const model::Model& model, const Json& fixture, const char* draw) {
  std::map<std::string, at::Tensor> parameters;
  for (const auto& [name, tensor] : model::saved_tensors(model)) parameters[std::string(name)] = tensor.contiguous();
  std::string bytes;
  for (const std::string name : fixture["parameters"]) {
    INFO(name);
    REQUIRE(parameters.contains(name));
    const at::Tensor value = parameters[name];
    const auto first = at::tensor(fixture["draws"][draw]["first"][name].get<std::vector<float>>());
    CHECK(at::allclose(value.flatten().slice(0, 0, first.numel()), first, 1e-5, 1e-7));
    bytes.append(static_cast<const char*>(value.const_data_ptr()), value.nbytes());
  }
  CHECK(parameters.size() == fixture["parameters"].size());
  if (at::get_cpu_capability() == fixture["versions"]["cpu_capability"].get<std::string>()) {
    CHECK(sha256(bytes) == fixture["draws"][draw]["sha256"].get<std::string>());
  }
}

TEST_CASE("new weights are those that from_config and from_pretrained draw after set_seed") {
  for (const std::string& name : names()) {
    INFO(name);
    const Json fixture = read_json(fixtures() / name / "parity.json");
    const TemporaryFolder folder;
    std::filesystem::copy_file(fixtures() / name / "config.json", folder.path() / "config.json");
    const std::string_view head = head_of(fixtures() / name);
    const auto drawn = model::load_model({folder.path(), head});
    CHECK(drawn.report.from_config_only);
    check_draw(*drawn.model, fixture, "from_config");
    tensor::NamedTensors of_body;
    for (const auto& [tensor_name, value] : read_tensors(fixtures() / name / "model.safetensors")) {
      if (!drawn.model->is_head(tensor_name)) of_body.emplace_back(tensor_name, value);
    }
    tensor::write_safetensors(folder.path() / "model.safetensors", of_body);
    const auto with_new_head = model::load_model({folder.path(), head});
    const auto parameters = model::named_parameters(*drawn.model);
    CHECK(with_new_head.report.has_new_head ==
          std::ranges::any_of(parameters, [&](const auto& one) { return drawn.model->is_head(one.name); }));
    check_draw(*with_new_head.model, fixture, "missing_head");
  }
}

TEST_CASE("new words have bias 0; a head with a table of its own takes none") {
  const at::NoGradGuard no_grad;
  for (const char* name : {"bert", "distilbert", "modernbert", "deberta-new"}) {
    INFO(name);
    const auto expected = read_tensors(fixtures() / name / "parity.safetensors");
    model::ModelRequest request{fixtures() / name, "masked-lm"};
    request.num_tokens = 110;
    const auto loaded = model::load_model(request);
    CHECK(loaded.model->num_outputs() == 110);
    const at::Tensor logits = loaded.model->forward(packed_batch(expected), {});
    CHECK(relative_difference(logits.narrow(1, 0, 106), expected.at("logits")) < kTolerance);
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    CHECK(
        at::equal(model::load_model({folder.path(), "masked-lm"}).model->forward(packed_batch(expected), {}), logits));
  }
  model::ModelRequest request{fixtures() / "bert-untied", "masked-lm"};
  request.num_tokens = 110;
  const Error error = expect_error([&] { model::load_model(request); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "predicts words with a table that is not the one of its input"));
  CHECK(contains(error.hint(), "\"tie_word_embeddings\" in config.json is true"));
}

TEST_CASE("a decoder for another number of words is an error without a word about labels") {
  const TemporaryFolder folder;
  Tensors tensors = read_tensors(fixtures() / "bert" / "model.safetensors");
  tensors["cls.predictions.bias"] = at::full({9}, 0.5);
  std::filesystem::copy_file(fixtures() / "bert" / "config.json", folder.path() / "config.json");
  tensor::write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  const Error error = expect_error([&] { load(folder.path(), "bert"); });
  CHECK(contains(error.what(), "\"cls.predictions.bias\" has shape [9], the model needs [106]"));
  CHECK(contains(error.hint(), "config.json and the weights belong to different models"));
}

TEST_CASE("the head of a saved masked language model is known by its class") {
  for (const std::string& name : names()) {
    INFO(name);
    const auto config = model::ModelConfig::read(fixtures() / name);
    const std::string_view head = head_of(fixtures() / name);
    CHECK(model::saved_head(config) == head);
    CHECK(model::load_model({fixtures() / name, head}).model->class_name() == config.json()["architectures"][0]);
  }
}

}  // namespace masked_lm_test
