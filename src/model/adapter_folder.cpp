#include "model/adapter_folder.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/label_names.h"
#include "model/families.h"
#include "model/weights.h"
#include "tensor/safetensors.h"
#include "text/tokenizer_spec.h"

namespace hone::model {

namespace fs = std::filesystem;

namespace {

// Kinds of heads by PEFT's task types.
struct TaskType {
  std::string_view name, head;
};
constexpr std::array kTaskTypes = {TaskType{"SEQ_CLS", "sequence"}, TaskType{"TOKEN_CLS", "token"},
                                   TaskType{"FEATURE_EXTRACTION", "pooling"}};

// The last linear of HF's classes with labels, in an adapter's file.
constexpr std::array<std::string_view, 2> kOutputs = {"base_model.model.classifier.weight",
                                                      "base_model.model.classifier.out_proj.weight"};

// Returns the number of labels of the head that the adapter brings; nullopt if it brings none.
std::optional<int64_t> num_saved_labels(const fs::path& folder) {
  const tensor::SafetensorsFile file(folder / kAdapterWeightsFile);
  for (const tensor::StoredTensor& tensor : file.tensors()) {
    if (std::ranges::find(kOutputs, tensor.name) != kOutputs.end() && tensor.shape.size() == 2) return tensor.shape[0];
  }
  return std::nullopt;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

fs::path found_base(const fs::path& folder, const std::string& named) {
  if (named.empty()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"base_model_name_or_path\" is missing", (folder / kAdapterConfigFile).string()),
                "give the folder of the adapter's base model: --base-model DIR");
  }
  for (const fs::path& path : {fs::path(named), folder / named}) {
    if (is_folder(path)) return path;
  }
  throw Error(ErrorKind::kIo, fmt::format("{} is an adapter of {}, which is not a folder here", folder.string(), named),
              "give the folder of that model: --base-model DIR");
}

bool has_weights(const fs::path& folder) { return WeightFiles(folder).found(); }

}  // namespace

bool ModelFolder::is_adapter() const { return fs::exists(path / kAdapterConfigFile); }

fs::path ModelFolder::weights() const {
  if (!is_adapter()) {
    if (base_model.empty()) return path;
    throw Error(ErrorKind::kUsage,
                fmt::format("base_model is given, but {} holds no adapter ({})", path.string(), kAdapterConfigFile),
                "leave --base-model out; or give the folder of an adapter as --model");
  }
  if (base_model.empty() && fs::exists(path / "config.json") && has_weights(path)) return path;
  if (base_model.empty()) return found_base(path, AdapterConfig::read(path).base_model);
  if (is_folder(base_model)) return base_model;
  throw Error(ErrorKind::kIo, fmt::format("base_model {} is not a folder", base_model.string()),
              "give the folder of the adapter's base model");
}

fs::path ModelFolder::tokenizer() const { return text::has_tokenizer(path) || !is_adapter() ? path : weights(); }

std::string task_type_of(std::string_view head) {
  const auto task = std::ranges::find(kTaskTypes, head, &TaskType::head);
  return task == kTaskTypes.end() ? "" : std::string(task->name);
}

ModelConfig read_config(const ModelFolder& folder) {
  const fs::path base = folder.weights();
  if (!folder.is_adapter() || base == folder.path) return ModelConfig::read(folder.path);
  if (fs::exists(folder.path / kAdaptedConfigFile)) return read_saved_config(folder.path);
  ModelConfig config = ModelConfig::read(base);
  const std::string type = AdapterConfig::read(folder.path).task_type;
  const auto task = std::ranges::find(kTaskTypes, type, &TaskType::name);
  if (task == kTaskTypes.end() && !type.empty()) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: \"task_type\" is \"{}\"", (folder.path / kAdapterConfigFile).string(), type),
                "hone reads adapters for SEQ_CLS and TOKEN_CLS");
  }
  if (task != kTaskTypes.end()) {
    config.set_own("architectures", {std::string(find_head(family_of(config), task->head).class_name)});
  }
  const std::optional<int64_t> num_labels = num_saved_labels(folder.path);
  if (num_labels && *num_labels != config.num_labels()) config.set_labels(default_labels(*num_labels));
  return config;
}

ModelConfig read_saved_config(const fs::path& folder) {
  const fs::path own = folder / kAdaptedConfigFile;
  return fs::exists(own) ? ModelConfig(read_json(own), own.string()) : ModelConfig::read(folder);
}

}  // namespace hone::model
