#include "model/lora_file.h"

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "model/families.h"
#include "model/lora.h"
#include "model/parameters.h"
#include "nn/linear.h"

namespace hone::model {

namespace {

constexpr std::string_view kPrefix = "base_model.model.";
constexpr std::string_view kMagnitude = ".lora_magnitude_vector";
constexpr std::string_view kWeight = ".weight";

// Of a parameter: PEFT strips the end of DoRA's.
std::string name_in_file(const std::string& parameter) {
  const bool is_magnitude = parameter.ends_with(fmt::format("{}{}", kMagnitude, kWeight));
  return fmt::format("{}{}", kPrefix,
                     is_magnitude ? parameter.substr(0, parameter.size() - kWeight.size()) : parameter);
}

// Returns the part of an adapter parameter's name before ".lora_"; nullopt for another parameter.
std::optional<std::string> linear_of(std::string_view parameter) {
  const size_t at = parameter.rfind(".lora_");
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(parameter.substr(0, at));
}

// Copies the tensors of an adapter's file into a model.
class LoraLoader {
 public:
  LoraLoader(Model& model, const AdapterConfig& config, const std::vector<tensor::StoredTensor>& stored,
             std::string source)
      : model_(model), config_(config), source_(std::move(source)) {
    for (const NamedParameter& parameter : named_parameters(model)) names_.insert(parameter.name);
    for (const auto& [name, linear] : named_linears(model)) {
      linears_.insert(name);
      if (model.has_head() && linear->weight.is_same(model.output_weight())) output_ = name + ".";
    }
    for (const tensor::StoredTensor& tensor : stored) add(tensor);
  }

  void attach() {
    std::vector<std::string> linears;
    for (const auto& [name, linear] : named_linears(model_)) {
      if (adapted_.contains(name)) linears.push_back(name);
    }
    check_shapes();
    attach_lora(model_, linears, config_);
  }

  std::vector<std::string> copy(bool skips_other_labels) const {
    std::vector<std::string> whole;
    for (const NamedParameter& parameter : named_parameters(model_)) {
      const auto found = stored_.find(parameter.name);
      const bool is_adapters = is_lora_parameter(parameter.name);
      if (found == stored_.end()) {
        if (is_adapters || config_.saves_whole(parameter.name)) throw missing(parameter.name);
        continue;
      }
      const std::vector<int64_t> shape = parameter.tensor.sizes().vec();
      if (!is_adapters && has_other_labels(*found->second, parameter.name, shape)) {
        if (skips_other_labels) continue;
        throw other_labels(*found->second, shape);
      }
      check_shape(*found->second, shape);
      tensor::copy_into(*found->second, parameter.tensor);
      if (!is_adapters) whole.push_back(parameter.name);
    }
    return whole;
  }

 private:
  void add(const tensor::StoredTensor& tensor) {
    std::string_view name = tensor.name;
    if (!name.starts_with(kPrefix)) throw unknown(tensor, "its name does not begin with base_model.model.");
    name.remove_prefix(kPrefix.size());
    if (name.find(".lora_embedding_") != std::string_view::npos) {
      throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"{}\" adapts an embedding", source_, tensor.name),
                  "hone adapts linears only; merge this adapter with PEFT's merge_and_unload()");
    }
    const auto linear = linear_of(name);
    const std::string parameter = linear ? adapter_parameter(tensor, name, *linear) : whole_parameter(tensor, name);
    if (!stored_.emplace(parameter, &tensor).second) throw unknown(tensor, "another tensor is the same parameter");
  }

  std::string canonical(std::string_view name) const {
    return canonical_name(model_.family(), name, [&](const std::string& known) { return names_.contains(known); });
  }

  std::string adapter_parameter(const tensor::StoredTensor& tensor, std::string_view name, const std::string& linear) {
    std::string own = canonical(linear + std::string(kWeight));
    own.resize(own.size() - kWeight.size());
    if (!linears_.contains(own)) {
      throw unknown(tensor, fmt::format("{} has no linear of that name", model_.class_name()));
    }
    adapted_.insert(own);
    std::string part(name.substr(linear.size()));
    if (part == kMagnitude) part += kWeight;
    for (const std::string_view known : {".lora_A.weight", ".lora_B.weight", ".lora_magnitude_vector.weight"}) {
      if (part == known) return own + part;
    }
    throw unknown(tensor, "hone computes lora_A, lora_B and lora_magnitude_vector");
  }

  std::string whole_parameter(const tensor::StoredTensor& tensor, std::string_view name) const {
    std::string own = canonical(name);
    if (!names_.contains(own)) throw unknown(tensor, fmt::format("{} has no such parameter", model_.class_name()));
    return own;
  }

  // The ranks are those of the config, the other sizes those of the linear.
  void check_shapes() const {
    for (const auto& [name, linear] : named_linears(model_)) {
      if (!adapted_.contains(name)) continue;
      const int64_t rank = config_.rank_of(name);
      const std::pair<std::string, std::vector<int64_t>> expected[] = {
          {name + ".lora_A.weight", {rank, linear->weight.size(1)}},
          {name + ".lora_B.weight", {linear->weight.size(0), rank}},
          {name + ".lora_magnitude_vector.weight", {linear->weight.size(0)}}};
      for (const auto& [parameter, shape] : expected) {
        const auto found = stored_.find(parameter);
        const bool is_magnitude = parameter.find(kMagnitude) != std::string::npos;
        if (found == stored_.end()) {
          if (!is_magnitude || config_.use_dora) throw missing(parameter);
        } else if (is_magnitude && !config_.use_dora) {
          throw unknown(*found->second, "\"use_dora\" is false in adapter_config.json");
        } else {
          check_shape(*found->second, shape);
        }
      }
    }
  }

  bool has_other_labels(const tensor::StoredTensor& tensor, const std::string& parameter,
                        const std::vector<int64_t>& expected) const {
    return !output_.empty() && parameter.starts_with(output_) && tensor.shape.size() == expected.size() &&
           tensor.shape.front() != expected.front();
  }

  Error other_labels(const tensor::StoredTensor& tensor, const std::vector<int64_t>& expected) const {
    return {ErrorKind::kInput,
            fmt::format("{}: \"{}\" has shape {}, the model needs {}", source_, tensor.name,
                        tensor::shape_text(tensor.shape), tensor::shape_text(expected)),
            fmt::format("the saved head has {} labels, not {}; --ignore-mismatched-sizes starts with a new head",
                        tensor.shape.front(), expected.front())};
  }

  void check_shape(const tensor::StoredTensor& tensor, const std::vector<int64_t>& expected) const {
    if (tensor.shape == expected) return;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" has shape {}, the base model and adapter_config.json need {}", source_,
                            tensor.name, tensor::shape_text(tensor.shape), tensor::shape_text(expected)),
                "the adapter was made for another base model, or the files are not of one adapter; give its own base "
                "model with --base-model DIR");
  }

  Error unknown(const tensor::StoredTensor& tensor, const std::string& why) const {
    return {ErrorKind::kInput, fmt::format("{}: \"{}\" is not of this model: {}", source_, tensor.name, why),
            "the adapter was made for another base model; give its own base model with --base-model DIR"};
  }

  Error missing(const std::string& parameter) const {
    return {ErrorKind::kInput, fmt::format("{}: \"{}\" is missing", source_, name_in_file(parameter)),
            "the files of the adapter are not of one adapter; copy them again"};
  }

  Model& model_;
  const AdapterConfig& config_;
  std::string source_, output_;  // output_: the beginning of the names of the last linear's parameters
  std::set<std::string> names_, linears_, adapted_;
  std::map<std::string, const tensor::StoredTensor*> stored_;  // by the names of parameters
};

}  // namespace

tensor::NamedTensors adapter_tensors(const Model& model, const AdapterConfig& config) {
  tensor::NamedTensors tensors;
  for (const NamedParameter& parameter : named_parameters(model)) {
    if (is_lora_parameter(parameter.name) || config.saves_whole(parameter.name)) {
      // PEFT's names are those of HF's modules.
      const bool has_own_names = model.family().is_body_without_prefix;
      const std::string name(has_own_names ? model.saved_name(parameter.name) : parameter.name);
      tensors.emplace_back(name_in_file(name), parameter.tensor);
    }
  }
  return tensors;
}

std::vector<std::string> load_lora(Model& model, const AdapterConfig& config,
                                   const std::vector<tensor::StoredTensor>& stored, const std::string& source,
                                   bool skips_other_labels) {
  LoraLoader loader(model, config, stored, source);
  loader.attach();
  return loader.copy(skips_other_labels);
}

}  // namespace hone::model
