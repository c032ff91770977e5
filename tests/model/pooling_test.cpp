// Compares bodies without a head, and the poolings of their output, with transformers' classes and with
// sentence-transformers' poolings.
#include "model/pooling.h"

#include <ATen/core/grad_mode.h>
#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "kernel/each_level.h"
#include "model/families.h"
#include "model/parameters.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace pooling_test {

using namespace hone;

constexpr double kTolerance = 1e-5;

std::filesystem::path fixtures() { return fixture_models().parent_path() / "pooling"; }

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures())) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

model::LoadedModel load(const std::filesystem::path& folder, const std::string& family) {
  model::ModelRequest request{folder, "pooling"};
  request.config_overrides = no_dropout(family);
  return model::load_model(request);
}

using Tensors = std::map<std::string, at::Tensor>;

void check_gradients(const model::Model& model, const Tensors& expected) {
  double largest = 0;  // a key's bias has no gradient but rounding errors
  for (const auto& [name, value] : expected) {
    if (name.starts_with("gradient.")) largest = std::max(largest, value.abs().max().item<double>());
  }
  for (const model::NamedParameter& parameter : model::named_parameters(model)) {
    const std::string name(model.saved_name(parameter.name));
    INFO(name);
    const auto gradient = expected.find("gradient." + name);
    REQUIRE(parameter.tensor.grad().defined() == (gradient != expected.end()));
    if (gradient == expected.end()) continue;
    CHECK(relative_difference(parameter.tensor.grad(), gradient->second, largest / 100) < kTolerance);
  }
}

void check_parity(const std::string& name) {
  INFO(name);
  const Tensors expected = read_tensors(fixtures() / name / "parity.safetensors");
  const model::LoadedModel loaded = load(fixtures() / name, name);
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  const model::Hidden hidden = loaded.model->hidden(packed_batch(expected), {.training = true});
  CHECK(relative_difference(hidden.tokens, expected.at("tokens")) < kTolerance);
  at::Tensor loss = at::zeros({});
  for (const model::Pooling& pooling : model::poolings()) {
    INFO(pooling.name);
    const auto pooled = expected.find("pooled." + std::string(pooling.name));
    if (pooled == expected.end()) continue;
    const at::Tensor rows = pooling.apply(hidden);
    CHECK(relative_difference(rows, pooled->second) < kTolerance);
    loss = loss + (rows * expected.at("weights")).sum();
  }
  loss.backward();
  check_gradients(*loaded.model, expected);
}

TEST_CASE("every family's body has the output, poolings and gradients of transformers, at every level") {
  CHECK(names().size() == 12);
  kernel::for_each_level([] {
    for (const std::string& name : names()) check_parity(name);
  });
}

TEST_CASE("a pooler that a family lacks is an error") {
  for (const std::string& name : names()) {
    INFO(name);
    const Tensors expected = read_tensors(fixtures() / name / "parity.safetensors");
    const model::Hidden hidden = load(fixtures() / name, name).model->hidden(packed_batch(expected), {});
    CHECK(hidden.pooled.defined() == expected.contains("pooled.pooler"));
    if (hidden.pooled.defined()) continue;
    const Error error = expect_error([&] { model::find_pooling("pooler").apply(hidden); });
    CHECK(error.kind() == ErrorKind::kUnsupported);
    CHECK(contains(error.what(), "no pooler"));
  }
  CHECK(contains(expect_error([] { model::find_pooling("men"); }).hint(), "mean"));
}

TEST_CASE("a body that transformers saved is saved again byte for byte, and is known by its class") {
  for (const std::string& name : names()) {
    INFO(name);
    const auto loaded = model::load_model({fixtures() / name, "pooling"});
    CHECK(model::saved_head(loaded.config) == "pooling");
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    CHECK(read_file(folder.path() / "config.json") == read_file(fixtures() / name / "config.json"));
    if (name == "nomic_bert") continue;  // transformers writes the names of its first checkpoints
    CHECK(read_file(folder.path() / "model.safetensors") == read_file(fixtures() / name / "model.safetensors"));
  }
}

TEST_CASE("new weights of a body are those that transformers draws") {
  for (const std::string& name : names()) {
    INFO(name);
    const TemporaryFolder folder;
    std::filesystem::copy_file(fixtures() / name / "config.json", folder.path() / "config.json");
    const auto drawn = model::load_model({folder.path(), "pooling"});
    const Json expected = read_json(fixtures() / name / "parity.json")["draws"];
    for (const model::NamedParameter& parameter : model::named_parameters(*drawn.model)) {
      INFO(parameter.name);
      const auto values = expected[std::string(drawn.model->saved_name(parameter.name))].get<std::vector<float>>();
      const at::Tensor flat = parameter.tensor.detach().flatten();
      for (size_t i = 0; i < values.size(); ++i) CHECK(flat[static_cast<int64_t>(i)].item<float>() == values[i]);
    }
  }
}

TEST_CASE("the body of a model with a head is read from its files; a pooler that they lack is drawn") {
  const auto of_classifier = model::load_model({fixture_models() / "tiny-roberta", "pooling"});
  CHECK(of_classifier.report.newly_initialized ==
        std::vector<std::string>{"roberta.pooler.dense.bias", "roberta.pooler.dense.weight"});
  CHECK(!of_classifier.report.unused.empty());
  const Error error = expect_error([&] { (void)of_classifier.model->num_outputs(); });
  CHECK(error.kind() == ErrorKind::kInternal);
}

}  // namespace pooling_test
