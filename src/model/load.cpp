#include "model/load.h"

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/label_names.h"
#include "base/log.h"
#include "model/config_keys.h"
#include "model/families.h"
#include "model/initialize.h"
#include "model/lora.h"
#include "model/lora_file.h"
#include "model/old_joined.h"
#include "model/parameters.h"
#include "model/quantised.h"
#include "model/weights.h"
#include "tensor/safetensors.h"
#include "tensor/stored_tensor.h"

namespace hone::model {

namespace {

using tensor::shape_text;
using tensor::StoredTensor;

const std::vector<std::string>& distinct(const std::vector<std::string>& labels) {
  if (std::set<std::string>(labels.begin(), labels.end()).size() == labels.size()) return labels;
  throw Error(ErrorKind::kUsage, fmt::format("the labels [{}] are not distinct names", fmt::join(labels, ", ")),
              "give each class a name of its own");
}

std::vector<std::string> requested_labels(const ModelRequest& request, const ModelConfig& config) {
  const auto given = static_cast<int64_t>(request.id2label.size());
  if (given > 0 && request.num_labels && *request.num_labels != given) {
    throw Error(ErrorKind::kUsage, fmt::format("num_labels is {}, id2label has {} names", *request.num_labels, given),
                "give one of the two, or both with the same number");
  }
  if (given > 0) return distinct(request.id2label);
  if (!request.num_labels || *request.num_labels == config.num_labels()) return config.labels();
  if (*request.num_labels < 1) {
    throw Error(ErrorKind::kUsage, fmt::format("num_labels is {}", *request.num_labels), "give 1 or more");
  }
  return default_labels(*request.num_labels);
}

ModelConfig requested_config(const ModelRequest& request, const ModelConfig& read, const Family& family,
                             const HeadRow& head) {
  ModelConfig config = read;
  for (const auto& [name, value] : request.config_overrides) config.override_value(family.config_keys(), name, value);
  config.check(family.config_keys());
  const std::vector<std::string> labels = requested_labels(request, read);
  // A head without labels adds none to config.json.
  const bool has_labels = head.make != nullptr && !head.predicts_words;
  if (has_labels || labels != read.labels()) config.set_labels(labels);
  if (!request.problem_type.empty()) config.set_problem_type(request.problem_type);
  return config;
}

std::shared_ptr<Model> make_model(const Family& family, const HeadRow& head, const ModelConfig& config,
                                  bool has_other_table = false) {
  try {
    return std::make_shared<Model>(config, family, head, has_other_table);
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::kInput, fmt::format("{}: a model of these sizes cannot be allocated", config.source()),
                "check the sizes, or use a machine with more memory");
  }
}

// Makes a matrix of a file what it is without its transposition.
void transpose(StoredTensor& stored) {
  if (stored.shape.size() != 2) return;
  if (stored.strides.empty()) stored.strides = {stored.shape[1], 1};
  std::swap(stored.shape[0], stored.shape[1]);
  std::swap(stored.strides[0], stored.strides[1]);
}

// Finds the stored tensor of each parameter.
class Matcher {
 public:
  Matcher(const Family& family, const HeadRow& head, const Model& model, const WeightFiles& files, std::string folder,
          const ModelRequest& request)
      : family_(family),
        head_(head),
        model_(model),
        folder_(std::move(folder)),
        labels_are_requested_(request.num_labels || !request.id2label.empty()) {
    for (const NamedParameter& parameter : named_parameters(model))
      parameters_.emplace(parameter.name, parameter.tensor);
    for (const auto& item : model.module().named_buffers()) parameters_.emplace(item.key(), item.value());
    const std::vector<Tie> ties = model.ties();
    const auto has = [&](const std::string& name) {
      return parameters_.contains(name) || std::ranges::find(ties, name, &Tie::name) != ties.end();
    };
    for (const StoredTensor& whole : files.tensors()) {
      for (StoredTensor& part : separated(family, whole, folder_)) {
        if (is_transposed(family, part.name)) transpose(part);
        stored_.push_back(std::move(part));
      }
    }
    for (const StoredTensor& stored : stored_) {
      const std::string name = canonical_name(family, stored.name, has);
      if (!has(name)) {
        if (!is_computed_table(family, stored.name)) unused_.push_back(stored.name);
      } else if (const auto [place, is_new] = matches_.emplace(name, &stored); !is_new) {
        throw Error(ErrorKind::kInput,
                    fmt::format("{}: \"{}\" and \"{}\" are both {}", folder_, place->second->name, stored.name, name));
      }
    }
    std::sort(unused_.begin(), unused_.end());
    for (const Tie& tie : ties) resolve(tie);
  }

  // Returns true if the files hold a table of words for the head whose values are not those of the tied one.
  bool has_other_table() const { return has_other_table_; }

  // For a model without ties: what the files lack has the values of what it was tied to.
  void share(const std::vector<Tie>& ties) {
    for (const auto& [name, parameter] : ties) {
      for (const auto& [missing, given] : {std::pair(name, parameter), std::pair(parameter, name)}) {
        const auto found = matches_.find(given);
        if (found != matches_.end() && parameters_.contains(missing)) matches_.emplace(missing, found->second);
      }
    }
  }

  // Ignores the weights of the head if they are for another number of labels.
  void drop_mismatched_head() {
    std::erase_if(matches_, [&](const auto& match) {
      return model_.is_head(match.first) && match.second->shape != parameters_.at(match.first).sizes().vec();
    });
  }

  // Copies the matching tensors; returns the names of the parameters that the files lack.
  std::set<std::string> copy(const WeightFiles& files) const {
    check_shapes();
    std::set<std::string> missing;
    for (const auto& [name, parameter] : parameters_) {
      if (!matches_.contains(name)) missing.insert(name);
    }
    check_missing(missing);
    for (const auto& [name, stored] : matches_) {
      tensor::copy_into(*stored, parameters_.at(name), [&](std::string_view bytes) { files.release(bytes); });
    }
    return missing;
  }

  const std::vector<std::string>& unused() const { return unused_; }

 private:
  // A tensor under its other name is the parameter's. As in transformers, if the files hold both with different values,
  // the tie does not hold, and the head computes with the one under its own name.
  void resolve(const Tie& tie) {
    const auto other = matches_.extract(tie.name);
    if (!other) return;
    const auto [place, is_only_one] = matches_.emplace(tie.parameter, other.mapped());
    if (is_only_one || tensor::have_equal_values(*place->second, *other.mapped())) return;
    if (!model_.is_head(tie.name) && !model_.is_head(tie.parameter))
      throw other_words(place->second->name, *other.mapped());
    if (family_.ties_by_files) {
      has_other_table_ = true;
      return;
    }
    log_warning(
        "{}: \"{}\" and \"{}\" have different values, although config.json ties them; both are read, as "
        "transformers reads them",
        folder_, tie.name, tie.parameter);
    if (model_.is_head(tie.parameter)) {
      place->second = other.mapped();
    } else {
      has_other_table_ = true;
    }
  }

  Error other_words(const std::string& table, const StoredTensor& other) const {
    return {ErrorKind::kUnsupported,
            fmt::format("{}: \"{}\" and \"{}\" have different values", folder_, table, other.name),
            "hone computes models whose encoder and decoder share one table of words"};
  }

  void check_shapes() const {
    for (const auto& [name, stored] : matches_) {
      const std::vector<int64_t> expected = parameters_.at(name).sizes().vec();
      if (stored->shape == expected) continue;
      const std::string what = fmt::format("{}: \"{}\" has shape {}, the model needs {}", folder_, stored->name,
                                           shape_text(stored->shape), shape_text(expected));
      if (model_.is_head(name) && !head_.predicts_words && !stored->shape.empty() && stored->shape[0] != expected[0]) {
        throw Error(ErrorKind::kInput, what, head_hint(stored->shape[0], expected[0]));
      }
      throw Error(ErrorKind::kInput, what, "config.json and the weights belong to different models");
    }
  }

  std::string head_hint(int64_t saved, int64_t expected) const {
    if (!labels_are_requested_) {
      return fmt::format("the saved head has {} labels, config.json has {}: correct its id2label and num_labels", saved,
                         expected);
    }
    return fmt::format(
        "the saved head has {} labels, not {}; --ignore-mismatched-sizes starts with a new head; --id2label with {} "
        "names keeps the saved one",
        saved, expected, saved);
  }

  void check_missing(const std::set<std::string>& missing) const {
    std::vector<std::string> fatal;
    for (const std::string& name : missing) {
      if (!may_be_drawn(head_, name))
        fatal.push_back(fmt::format("{} {}", name, shape_text(parameters_.at(name).sizes().vec())));
    }
    if (fatal.empty()) return;
    const size_t shown = std::min<size_t>(fatal.size(), 3);
    const std::vector<std::string> first(fatal.begin(), fatal.begin() + static_cast<std::ptrdiff_t>(shown));
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the weights lack {} of {} tensors: {}{}", folder_, fatal.size(), parameters_.size(),
                            fmt::join(first, ", "), fatal.size() > shown ? ", ..." : ""),
                fmt::format("the weights belong to another model than the {} of config.json", head_.class_name));
  }

  const Family& family_;
  const HeadRow& head_;
  const Model& model_;
  std::string folder_;
  bool labels_are_requested_;
  std::vector<StoredTensor> stored_;
  std::map<std::string, at::Tensor> parameters_;
  std::map<std::string, const StoredTensor*> matches_;
  std::vector<std::string> unused_;
  bool has_other_table_ = false;
};

std::string quoted_list(const std::vector<std::string>& names) {
  return fmt::format("['{}']", fmt::join(names, "', '"));
}

// Gives the word embedding at least `num_tokens` rows, and sets vocab_size.
void add_tokens(LoadedModel& loaded, const Family& family, int64_t num_tokens, const at::Generator& generator) {
  if (num_tokens <= loaded.model->vocab_size()) return;
  loaded.config.override_value(family.config_keys(), "vocab_size", std::to_string(num_tokens));
  for (const auto& item : loaded.model->module().named_modules()) {
    if (item.key() != family.word_embeddings) continue;
    add_embedding_rows(dynamic_cast<nn::Embedding&>(*item.value()), num_tokens, generator);
  }
  loaded.model->set_vocab_size(num_tokens);
}

// Loads the weights of the files; returns the names of the parameters that they lack. If the files contradict that the
// head has the table of words of the body, makes a model whose head has one of its own.
std::set<std::string> load_weights(LoadedModel& loaded, const Family& family, const HeadRow& head,
                                   const WeightFiles& files, const ModelRequest& request) {
  const std::string& folder = loaded.report.model_dir;
  std::optional<Matcher> matcher(std::in_place, family, head, *loaded.model, files, folder, request);
  if (matcher->has_other_table()) {
    const std::vector<Tie> ties = loaded.model->ties();
    matcher.reset();
    if (!family.ties_by_files) {
      loaded.config.override_value(family.config_keys(), kTieWordEmbeddings.name, "false");
    }
    loaded.model = make_model(family, head, loaded.config, /*has_other_table=*/true);
    if (!request.model_dir.is_adapter()) loaded.model->store_matrices_as(request.matrix_dtype, /*has_values=*/false);
    matcher.emplace(family, head, *loaded.model, files, folder, request).share(ties);
  }
  // An adapter may bring a head of its own.
  if (request.ignore_mismatched_sizes || request.model_dir.is_adapter()) matcher->drop_mismatched_head();
  loaded.report.unused = matcher->unused();
  return matcher->copy(files);
}

// The deviation of new weights: of initializer_range, or of the family's own key.
double new_weight_deviation(const ModelConfig& config, const Family& family) {
  const bool has_range = config.json().contains(kInitializerRange.name);
  return config.number(has_range ? kInitializerRange : *family.deviation);
}

// The modules that HF draws as soon as they are constructed.
std::vector<std::string> drawn_at_once(const Family& family) {
  std::vector<std::string> names;
  for (const std::string_view part : family.drawn_parts) names.push_back(fmt::format("{}.{}", family.body, part));
  if (!family.is_body_without_prefix) names.emplace_back(family.body);
  return names;
}

// Attaches the adapter of the folder. The weights that it brings are not new any more.
void add_adapter(LoadedModel& loaded, const ModelRequest& request) {
  const std::filesystem::path path = request.model_dir.path / kAdapterWeightsFile;
  loaded.adapter = AdapterConfig::read(request.model_dir.path);
  const tensor::SafetensorsFile file(path);
  const std::vector<std::string> whole =
      load_lora(*loaded.model, *loaded.adapter, file.tensors(), path.string(), request.ignore_mismatched_sizes);
  std::erase_if(loaded.report.newly_initialized,
                [&](const std::string& name) { return std::ranges::find(whole, name) != whole.end(); });
  if (request.merges_adapter) {
    merge_lora(*loaded.model);
    loaded.adapter.reset();
  }
}

}  // namespace

std::string LoadReport::new_weights_line() const {
  if (from_config_only) {
    return fmt::format(
        "All weights of {} are newly initialized: {} has a config.json but no weights, so training starts from random "
        "numbers and needs far more data than fine-tuning.",
        class_name, model_dir);
  }
  if (newly_initialized.empty()) return "";
  return fmt::format(
      "Some weights of {} were not initialized from the model checkpoint at {} and are newly initialized: {}. This is "
      "expected: the checkpoint was made for another task, and these layers of the head are random until they are "
      "trained.",
      class_name, model_dir, quoted_list(newly_initialized));
}

std::string LoadReport::unused_weights_line() const {
  if (unused.empty()) return "";
  return fmt::format("Some weights of the checkpoint at {} were not used by {}: {}. They belong to another head.",
                     model_dir, class_name, quoted_list(unused));
}

void fold_output_scale(Model& model, ModelConfig& config) {
  const std::optional<OutputScale> scale = config.output_scale();
  if (!scale) return;
  model.rescale_outputs(*scale);
  config.set_output_scale(std::nullopt);
}

LoadedModel load_model(const ModelRequest& request) {
  const ModelConfig read = read_config(request.model_dir);
  check_is_not_quantised(read.json(), read.source());
  const std::filesystem::path weights = request.model_dir.weights();
  for (const std::string& note : read.notes()) log_warning("{}", note);
  const Family& family = family_of(read);
  const std::string folder_name = std::filesystem::weakly_canonical(weights).filename().string();
  if (const auto note = misleading_name_note(folder_name, family)) log_info("{}", *note);
  const HeadRow& head = find_head(family, request.head);
  LoadedModel loaded{nullptr, requested_config(request, read, family, head), {}};
  const WeightFiles files(weights);
  loaded.model = make_model(family, head, loaded.config);
  LoadReport& report = loaded.report;
  report.class_name = head.class_name;
  report.model_dir = weights.string();
  report.from_config_only = !files.found();
  const double initializer_range = new_weight_deviation(loaded.config, family);
  loaded.generator = seeded_generator(request.seed);
  // An adapter is merged in float32.
  const bool casts_on_load = files.found() && !request.model_dir.is_adapter();
  if (casts_on_load) loaded.model->store_matrices_as(request.matrix_dtype, /*has_values=*/false);
  if (report.from_config_only) {
    draw_all(loaded.model->module(), drawn_at_once(family), initializer_range, loaded.generator);
    for (const NamedParameter& parameter : named_parameters(*loaded.model)) {
      report.newly_initialized.push_back(parameter.name);
    }
    std::sort(report.newly_initialized.begin(), report.newly_initialized.end());
  } else {
    const std::set<std::string> missing = load_weights(loaded, family, head, files, request);
    draw_missing(loaded.model->module(), missing, initializer_range, loaded.generator);
    report.newly_initialized.assign(missing.begin(), missing.end());
  }
  add_tokens(loaded, family, request.num_tokens, loaded.generator);
  if (request.model_dir.is_adapter()) add_adapter(loaded, request);
  report.has_new_head = std::ranges::any_of(report.newly_initialized,
                                            [&](const std::string& name) { return loaded.model->is_head(name); });
  if (report.has_new_head) loaded.config.set_output_scale(std::nullopt);
  fold_output_scale(*loaded.model, loaded.config);
  loaded.model->store_matrices_as(request.matrix_dtype, /*has_values=*/true);
  return loaded;
}

}  // namespace hone::model
