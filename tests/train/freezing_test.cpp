#include "train/freezing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "captured_log.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/train_fixture.h"

namespace freezing_test {

using namespace hone;
using namespace hone::train;

// A model with what the patterns freeze.
struct Frozen {
  Frozen(const std::vector<std::string>& patterns, const std::string& family = "bert", const std::string& mode = "eval")
      : loaded(model::load_model({fixture_models() / ("tiny-" + family)})) {
    TrainOptions options = quiet_options("");
    options.freeze = patterns;
    options.frozen_mode = mode;
    freezing = freeze(loaded, options);
  }

  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
      if (!parameter.tensor.requires_grad()) names.insert(parameter.name);
    }
    return names;
  }

  model::LoadedModel loaded;
  Freezing freezing;
};

std::set<std::string> frozen_names(const std::vector<std::string>& patterns, const std::string& family = "bert") {
  return Frozen(patterns, family).names();
}

size_t count_with(const std::set<std::string>& names, const std::string& prefix) {
  return static_cast<size_t>(
      std::ranges::count_if(names, [&](const std::string& name) { return name.starts_with(prefix); }));
}

Error freeze_failure(const std::vector<std::string>& patterns, const std::string& family = "bert") {
  const Error error = expect_error([&] { frozen_names(patterns, family); });
  CHECK(error.kind() == ErrorKind::kUsage);
  return error;
}

TEST_CASE("without patterns every parameter is trained") {
  const Frozen none({});
  CHECK(none.names().empty());
  CHECK_FALSE(none.freezing.is_any());
  CHECK(none.freezing.described().empty());
  CHECK(none.freezing.num_trained == model::num_parameters(*none.loaded.model));
  CHECK_FALSE(none.loaded.model->num_frozen_layers());
}

TEST_CASE("embeddings, embeddings and layers, and all but the head are groups of every family") {
  CHECK(count_with(frozen_names({"embeddings"}), "bert.embeddings.") == 5);
  CHECK(frozen_names({"embeddings"}).size() == 5);
  const auto one_layer = frozen_names({"embeddings+1"});
  CHECK(one_layer.size() == 5 + 16);
  CHECK(count_with(one_layer, "bert.encoder.layer.0.") == 16);
  CHECK(frozen_names({"all-but-head"}).size() == 5 + 2 * 16 + 2);  // with the pooler, as HF's base_model
  CHECK(count_with(frozen_names({"embeddings+1"}, "distilbert"), "distilbert.transformer.layer.0.") == 16);
  CHECK(count_with(frozen_names({"embeddings+2"}, "modernbert"), "model.layers.1.") > 0);
  // ALBERT's first group computes two of the three layers.
  const Frozen albert({"embeddings+1"}, "albert");
  CHECK(albert.loaded.model->num_frozen_layers() == 2);
  CHECK(albert.freezing.described() == "embeddings, layers 1 to 2 of 3");
  for (const std::string& name : tiny_models()) {
    CAPTURE(name);
    const Frozen all_layers({"all-but-head"}, family_of_tiny(name));
    const auto num_frozen = all_layers.loaded.model->num_frozen_layers();
    CHECK(num_frozen == (keeps_prefixes(name) ? std::optional(all_layers.loaded.model->num_layers()) : std::nullopt));
    CHECK(all_layers.freezing.num_trained > 0);
  }
}

TEST_CASE("a pattern is a name or its beginning, with wildcards, with or without the body's name, or an expression") {
  CHECK(frozen_names({"classifier.bias"}) == std::set<std::string>{"classifier.bias"});
  CHECK(frozen_names({"bert.encoder.layer.1"}).size() == 16);
  CHECK(frozen_names({"encoder.layer.1"}).size() == 16);
  CHECK(frozen_names({"encoder.layer.[01].output"}).size() == 8);
  CHECK(frozen_names({"*LayerNorm*"}).size() == 10);
  CHECK(frozen_names({"bert.encoder.layer.?.attention.self.query.weight"}).size() == 2);
  CHECK(frozen_names({"/layer\\.1\\..*(query|key)/"}).size() == 4);
  CHECK(frozen_names({"/^classifier/"}).size() == 2);
  CHECK(frozen_names({"/^classifier/", "embeddings"}).size() == 7);
}

TEST_CASE("a pattern that matches nothing names the nearest parameters, groups and forms") {
  CHECK(contains(freeze_failure({"embedings"}).hint(), "did you mean embeddings?"));
  CHECK(contains(freeze_failure({"all-but-heads"}).hint(), "did you mean all-but-head?"));
  const Error error = freeze_failure({"bert.encoder.layers.0"});
  CHECK(contains(error.what(), "freeze: \"bert.encoder.layers.0\" matches no parameter of the model"));
  CHECK(contains(error.hint(), "did you mean bert.encoder.layer.0?"));
  CHECK(contains(freeze_failure({"encoder.layr.1"}).hint(), "did you mean encoder.layer.1?"));
  const Error far = freeze_failure({"transformer.h.0.mlp"});
  CHECK(contains(far.hint(), "the names begin with bert.embeddings, bert.encoder, bert.pooler, classifier"));
  CHECK(contains(far.hint(), "/REGEX/"));
  CHECK(contains(freeze_failure({"/h\\.0/"}).hint(), "the names begin with"));
  CHECK(contains(freeze_failure({""}).what(), "matches no parameter"));
}

TEST_CASE("an invalid number of layers or expression is an error before the model is read") {
  const auto failure = [](const std::string& pattern) {
    const Error error = expect_error([&] { read_freeze_patterns(std::vector{pattern}); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return error;
  };
  CHECK(contains(failure("embeddings+").what(), "\"embeddings+\" does not end in a number of layers"));
  CHECK(contains(failure("embeddings+four").hint(), "--freeze embeddings+4"));
  failure("embeddings+0");
  failure("embeddings+2x");
  failure("embeddings+99999999999999999999");
  CHECK(contains(failure("/layer\\.(0/").what(), "freeze: "));
  CHECK_NOTHROW(read_freeze_patterns(std::vector<std::string>{"embeddings+4", "bert.encoder", "/layer/"}));
}

TEST_CASE("more layers than the model has, and nothing left to train, are errors") {
  const Error error = freeze_failure({"embeddings+3"});
  CHECK(contains(error.what(), "\"embeddings+3\", but the model has 2 layers"));
  CHECK(contains(error.hint(), "embeddings+2"));
  CHECK(contains(freeze_failure({"bert", "classifier"}).what(), "nothing to train"));
  CHECK(contains(freeze_failure({"*"}).hint(), "--freeze all-but-head"));
}

TEST_CASE("what is frozen is described by stages") {
  CHECK(Frozen({"embeddings"}).freezing.described() == "embeddings");
  CHECK(Frozen({"embeddings+1"}).freezing.described() == "embeddings, layer 1 of 2");
  CHECK(Frozen({"encoder"}).freezing.described() == "layers 1 to 2 of 2");
  CHECK(Frozen({"all-but-head"}).freezing.described() == "embeddings, layers 1 to 2 of 2, pooler");
  CHECK(Frozen({"all-but-head"}, "modernbert").freezing.described() == "embeddings, layers 1 to 3 of 3, final_norm");
  CHECK(Frozen({"all-but-head"}, "distilbert").freezing.described() == "embeddings, layers 1 to 2 of 2");
  CHECK(Frozen({"embeddings", "pooler.dense.bias"}).freezing.described() ==
        "embeddings, and some parameters of 1 other part");
  CHECK(Frozen({"classifier", "pooler"}).freezing.described() == "head");
  CHECK(Frozen({"*.layer.1.*.query.*"}).freezing.described() == "some parameters of 1 part");
  CHECK(Frozen({"*.query.*"}).freezing.described() == "some parameters of 2 parts");
  const Frozen one({"classifier.bias"});
  CHECK(one.freezing.num_frozen == 3);
  CHECK(one.freezing.num_frozen + one.freezing.num_trained == model::num_parameters(*one.loaded.model));
}

TEST_CASE("a frozen prefix needs frozen embeddings and whole layers in evaluation mode") {
  CHECK(Frozen({"embeddings"}).loaded.model->num_frozen_layers() == 0);
  CHECK(Frozen({"embeddings+1"}).loaded.model->num_frozen_layers() == 1);
  CHECK_FALSE(Frozen({"encoder"}).loaded.model->num_frozen_layers());
  CHECK_FALSE(Frozen({"embeddings+1"}, "bert", "train").loaded.model->num_frozen_layers());
  CHECK(Frozen({"embeddings", "encoder.layer.0.attention"}).loaded.model->num_frozen_layers() == 0);
  // Every layer of DeBERTa reads the table of distances.
  CHECK(Frozen({"embeddings+1"}, "deberta-v2").loaded.model->num_frozen_layers() == 1);
  CHECK(Frozen({"embeddings", "encoder.layer.0"}, "deberta-v2").loaded.model->num_frozen_layers() == 0);
}

TEST_CASE("new weights stay trained if a group has them, and a name freezes them with a warning") {
  const TemporaryFolder folder;
  std::filesystem::copy(fixture_models() / "variants" / "old_names", folder.path(),
                        std::filesystem::copy_options::recursive);
  const auto frozen_of = [&](const std::vector<std::string>& patterns) {
    // A checkpoint with another number of labels: the classifier is new. The pooler is not.
    model::LoadedModel loaded =
        model::load_model({.model_dir = folder.path(), .num_labels = 2, .ignore_mismatched_sizes = true});
    CHECK(loaded.report.newly_initialized == std::vector<std::string>{"classifier.bias", "classifier.weight"});
    TrainOptions options = quiet_options("");
    options.freeze = patterns;
    freeze(loaded, options);
    std::set<std::string> names;
    for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
      if (!parameter.tensor.requires_grad()) names.insert(parameter.name);
    }
    return names;
  };
  const std::string of_group =
      captured_log([&] { CHECK(count_with(frozen_of({"all-but-head", "embeddings+2"}), "classifier") == 0); });
  CHECK_FALSE(contains(of_group, "as they were drawn"));
  const std::string of_name =
      captured_log([&] { CHECK(count_with(frozen_of({"classifier.bias"}), "classifier") == 1); });
  CHECK(contains(of_name, "stay as they were drawn: classifier.bias"));
}

}  // namespace freezing_test
