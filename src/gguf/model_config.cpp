#include "gguf/model_config.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace hone::gguf {

namespace {

void add_numbers(const File& file, const Architecture& architecture, Json& config) {
  for (const NumberKey& row : architecture.numbers) {
    const std::string key = key_of(file, row.key);
    const std::optional<double> number = file.metadata().number(key);
    if (!number && row.is_required) file.metadata().throw_missing(key);
    if (!number) {
      config[std::string(row.name)] = nullptr;
      continue;
    }
    const bool is_float = std::holds_alternative<double>(file.metadata().find(key)->data);
    config[std::string(row.name)] = is_float ? Json(*number) : plain_number(*number);
  }
}

void add_token_ids(const File& file, const Sizes& sizes, Json& config) {
  constexpr std::pair<const char*, const char*> kTokens[] = {{"bos_token_id", "tokenizer.ggml.bos_token_id"},
                                                             {"eos_token_id", "tokenizer.ggml.eos_token_id"},
                                                             {"pad_token_id", "tokenizer.ggml.padding_token_id"}};
  for (const auto& [name, key] : kTokens) {
    const std::optional<int64_t> id = file.metadata().token_id(key, sizes.vocabulary);
    config[name] = id ? Json(*id) : Json();
  }
}

void add_biases(const File& file, const Architecture& architecture, Json& config) {
  const auto has_kind = [&](Bias bias) {
    return std::ranges::any_of(architecture.tensors, [&](const TensorRow& row) { return row.bias == bias; });
  };
  if (has_kind(Bias::kWithAttention)) config["attention_bias"] = file.find_tensor("blk.0.attn_q.bias") != nullptr;
  const bool has_inner = file.find_tensor("blk.0.ffn_up.bias") != nullptr;
  if (has_kind(Bias::kWithInner) && has_inner) config["mlp_bias"] = true;
}

Json sorted_keys(const Json& config) {
  std::vector<std::string> keys;
  for (const auto& item : config.items()) keys.push_back(item.key());
  std::ranges::sort(keys);
  Json sorted = Json::object();
  for (const std::string& key : keys) sorted[key] = config[key];
  return sorted;
}

}  // namespace

Json config_of(const File& file, const Architecture& architecture, const Sizes& sizes, std::string_view dtype) {
  Json config = parse_json(architecture.constants, architecture.name);
  config["architectures"] = Json::array({std::string(architecture.class_name)});
  config["dtype"] = std::string(dtype);
  config["model_type"] = std::string(architecture.model_type);
  config["tie_word_embeddings"] = !has_own_head(file);
  config["use_cache"] = true;
  for (const SizeKey& row : architecture.sizes) config[std::string(row.name)] = sizes.*row.size;
  add_numbers(file, architecture, config);
  add_token_ids(file, sizes, config);
  add_biases(file, architecture, config);
  if (architecture.add_keys != nullptr) architecture.add_keys(file, sizes, config);
  return sorted_keys(config);
}

}  // namespace hone::gguf
