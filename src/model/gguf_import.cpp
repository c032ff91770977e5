#include "model/gguf_import.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "gguf/checkpoint.h"
#include "gguf/model_config.h"
#include "tensor/safetensors_writer.h"
#include "text/stored_vocabulary.h"
#include "text/tokenizer_state.h"

namespace hone::model {

namespace {

namespace fs = std::filesystem;
using gguf::CheckpointTensor;

constexpr int64_t kPieceValues = 1 << 18;

struct DtypeRow {
  at::ScalarType dtype;
  std::string_view name;
  // Appends the numbers of this type. Returns false if a finite value becomes infinite.
  bool (*append)(std::span<const float> values, std::string& bytes);
};

template <typename T>
bool append_as(std::span<const float> values, std::string& bytes) {
  const size_t begin = bytes.size();
  bytes.resize(begin + values.size() * sizeof(T));
  bool fits = true;
  for (size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    fits &= std::isfinite(static_cast<float>(value));
    std::memcpy(bytes.data() + begin + i * sizeof(T), &value, sizeof value);
  }
  return fits;
}

constexpr DtypeRow kDtypes[] = {{at::kFloat, "float32", append_as<float>},
                                {at::kBFloat16, "bfloat16", append_as<c10::BFloat16>},
                                {at::kHalf, "float16", append_as<c10::Half>}};

const DtypeRow& row_of(at::ScalarType dtype) {
  const auto* row = std::ranges::find(kDtypes, dtype, &DtypeRow::dtype);
  check_internal(row != std::end(kDtypes), "the type of imported weights");
  return *row;
}

void check_values(std::span<const float> values, const CheckpointTensor& tensor, const gguf::File& file) {
  const auto wrong = std::ranges::find_if_not(values, [](float value) { return std::isfinite(value); });
  if (wrong == values.end()) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: tensor \"{}\" has the value {}", file.source(), tensor.source->name, *wrong),
              gguf::kDamagedHint);
}

// The files of the weights: each at most the given size, but at least one tensor.
std::vector<std::vector<CheckpointTensor>> shards_of(std::vector<CheckpointTensor> tensors, uint64_t max_bytes,
                                                     uint64_t value_bytes) {
  std::vector<std::vector<CheckpointTensor>> shards(1);
  uint64_t num_bytes = 0;
  for (CheckpointTensor& tensor : tensors) {
    const uint64_t own = static_cast<uint64_t>(tensor.num_values()) * value_bytes;
    if (!shards.back().empty() && num_bytes + own > max_bytes) {
      shards.emplace_back();
      num_bytes = 0;
    }
    num_bytes += own;
    shards.back().push_back(std::move(tensor));
  }
  for (auto& shard : shards) std::ranges::sort(shard, {}, &CheckpointTensor::name);
  return shards;
}

class WeightsImport {
 public:
  WeightsImport(const gguf::File& file, const GgufImportOptions& options)
      : file_(file), options_(options), dtype_(row_of(options.dtype)) {}

  // Returns false if the import was stopped.
  bool write_file(const fs::path& path, const std::vector<CheckpointTensor>& tensors) {
    std::vector<tensor::TensorPlan> plans;
    for (const CheckpointTensor& tensor : tensors) plans.push_back({tensor.name, options_.dtype, tensor.shape});
    tensor::SafetensorsWriter writer(path, plans);
    for (const CheckpointTensor& tensor : tensors) {
      if (!write_tensor(tensor, writer)) return false;
    }
    writer.commit();
    return true;
  }

 private:
  bool write_tensor(const CheckpointTensor& tensor, tensor::SafetensorsWriter& writer) {
    gguf::CheckpointReader reader(tensor);
    values_.resize(static_cast<size_t>(std::max(kPieceValues, reader.row_size())));
    while (const size_t count = reader.read(values_)) {
      const std::span<const float> values(values_.data(), count);
      check_values(values, tensor, file_);
      bytes_.clear();
      if (!dtype_.append(values, bytes_)) throw_too_large(tensor);
      writer.write(bytes_);
      if (options_.keeps_going && !options_.keeps_going(count)) return false;
    }
    return true;
  }

  [[noreturn]] void throw_too_large(const CheckpointTensor& tensor) const {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: tensor \"{}\" has values beyond the range of {}", file_.source(), tensor.source->name,
                            dtype_.name),
                "import it as bfloat16 or float32 (--dtype)");
  }

  const gguf::File& file_;
  const GgufImportOptions& options_;
  const DtypeRow& dtype_;
  std::vector<float> values_;
  std::string bytes_;
};

// Writes model.safetensors, or its shards with their index. Returns false if the import was stopped.
bool write_weights(const gguf::File& file, std::vector<CheckpointTensor> tensors, const fs::path& folder,
                   const GgufImportOptions& options, GgufImport& result) {
  const uint64_t value_bytes = c10::elementSize(options.dtype);
  const auto shards = shards_of(std::move(tensors), options.max_shard_bytes, value_bytes);
  result.num_weight_files = shards.size();
  WeightsImport weights(file, options);
  if (shards.size() == 1) return weights.write_file(folder / "model.safetensors", shards.front());
  std::map<std::string, std::string> places;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    if (!weights.write_file(folder / name, shards[i])) return false;
    for (const CheckpointTensor& tensor : shards[i]) places.emplace(tensor.name, name);
  }
  const Json index = {{"metadata", {{"total_size", result.num_values * value_bytes}}}, {"weight_map", places}};
  write_json(folder / "model.safetensors.index.json", index);
  return true;
}

void check_vocabulary(const gguf::File& file, const text::TokenizerSpec& spec, const gguf::Sizes& sizes) {
  for (const auto& [token, id] : spec.vocabulary) {
    if (id < sizes.vocabulary) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: token \"{}\" has the id {}, but the table of words has {} rows", file.source(), token,
                            id, sizes.vocabulary),
                gguf::kDamagedHint);
  }
}

Json generation_config(const gguf::File& file, const Json& config, const text::TokenizerSpec& spec) {
  Json result = Json::object();
  const std::vector<int32_t> stops = text::stored_stop_ids(file, spec);
  if (!config["bos_token_id"].is_null()) result["bos_token_id"] = config["bos_token_id"];
  if (stops.size() == 1) result["eos_token_id"] = stops.front();
  if (stops.size() > 1) result["eos_token_id"] = stops;
  if (!config["pad_token_id"].is_null()) result["pad_token_id"] = config["pad_token_id"];
  return result;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// The default template, and those with names: tokenizer.chat_template.NAME.
bool write_chat_templates(const gguf::File& file, const fs::path& folder) {
  constexpr std::string_view kKey = "tokenizer.chat_template";
  const std::optional<std::string> plain = file.metadata().text(kKey);
  if (plain) write_file(folder / "chat_template.jinja", *plain);
  for (const auto& [key, value] : file.metadata().entries()) {
    if (!key.starts_with(kKey) || key.size() <= kKey.size() + 1 || key[kKey.size()] != '.') continue;
    const std::string name = key.substr(kKey.size() + 1);
    if (!is_plain_name(name)) throw file.metadata().error(key, "does not end with the name of a template");
    make_folders(folder / "additional_chat_templates");
    write_file(folder / "additional_chat_templates" / (name + ".jinja"), file.metadata().text(key).value_or(""));
  }
  return plain.has_value();
}

void write_tokenizer(const gguf::File& file, const gguf::Sizes& sizes, const Json& config, const fs::path& folder,
                     GgufImport& result) {
  if (!text::has_stored_vocabulary(file)) return;
  text::TokenizerSpec spec = text::stored_tokenizer_spec(file);
  check_vocabulary(file, spec, sizes);
  spec.model_max_length = static_cast<size_t>(sizes.positions);
  write_json(folder / "generation_config.json", generation_config(file, config, spec));
  const text::Tokenizer tokenizer(std::make_shared<const text::Tokenizer::State>(std::move(spec)));
  tokenizer.save(folder);
  result.vocab_size = tokenizer.vocab_size();
  result.has_chat_template = write_chat_templates(file, folder);
}

// Returns "210 Q4_1, 61 F32": the most frequent type first.
std::string types_text(const std::vector<CheckpointTensor>& tensors) {
  std::map<std::string_view, size_t> counts;
  const gguf::Tensor* last = nullptr;
  for (const CheckpointTensor& tensor : tensors) {
    if (tensor.source != last) ++counts[tensor.source->type->name];  // the experts of a layer share one
    last = tensor.source;
  }
  std::vector<std::pair<std::string_view, size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater<>(), [](const auto& entry) { return entry.second; });
  std::vector<std::string> parts;
  for (const auto& [name, count] : sorted) parts.push_back(fmt::format("{} {}", count, name));
  return fmt::format("{}", fmt::join(parts, ", "));
}

void check_is_whole(const gguf::File& file) {
  const int64_t parts = file.metadata().integer("split.count", 0, UINT16_MAX).value_or(1);
  if (parts <= 1) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: one part of a model in {} files", file.source(), parts),
              "join the files first, with llama.cpp's program llama-gguf-split");
}

uint64_t count_values(const std::vector<CheckpointTensor>& tensors) {
  uint64_t count = 0;
  for (const CheckpointTensor& tensor : tensors) count += static_cast<uint64_t>(tensor.num_values());
  return count;
}

}  // namespace

uint64_t num_values_of(const gguf::File& file) {
  check_is_whole(file);
  return count_values(gguf::checkpoint_of(file, gguf::architecture_of(file), gguf::sizes_of(file)));
}

GgufImport import_gguf(const gguf::File& file, const fs::path& folder, const GgufImportOptions& options) {
  check_is_whole(file);
  const gguf::Architecture& architecture = gguf::architecture_of(file);
  const gguf::Sizes sizes = gguf::sizes_of(file);
  std::vector<CheckpointTensor> tensors = gguf::checkpoint_of(file, architecture, sizes);
  const Json config = gguf::config_of(file, architecture, sizes, row_of(options.dtype).name);
  GgufImport result{.architecture = std::string(architecture.name),
                    .class_name = std::string(architecture.class_name),
                    .tensor_types = types_text(tensors),
                    .num_values = count_values(tensors),
                    .num_tensors = tensors.size()};
  write_tokenizer(file, sizes, config, folder, result);
  write_json(folder / "config.json", config);
  result.is_complete = write_weights(file, std::move(tensors), folder, options, result);
  return result;
}

}  // namespace hone::model
