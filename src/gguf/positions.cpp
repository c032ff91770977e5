#include "gguf/positions.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hone::gguf {

namespace {

Error unsupported_positions(const File& file, const std::string& what) {
  return Error(ErrorKind::kUnsupported, fmt::format("{}: {}", file.source(), what),
               "take the model in Hugging Face's format, whose config.json describes its positions");
}

double number_or(const File& file, std::string_view key, double fallback) {
  return file.metadata().number(key_of(file, key)).value_or(fallback);
}

double needed_number(const File& file, std::string_view key) {
  const std::optional<double> number = file.metadata().number(key_of(file, key));
  if (!number) file.metadata().throw_missing(key_of(file, key));
  return *number;
}

double theta_of(const File& file) { return number_or(file, "rope.freq_base", 10'000); }

Json default_rope(double theta) { return {{"rope_theta", theta}, {"rope_type", "default"}}; }

Json linear_rope(const File& file, double theta) {
  return {{"factor", needed_number(file, "rope.scaling.factor")}, {"rope_theta", theta}, {"rope_type", "linear"}};
}

Json yarn_rope(const File& file, double theta) {
  if (number_or(file, "rope.scaling.attn_factor", 1) != 1) {
    throw unsupported_positions(file, fmt::format("\"{}\" is not 1", key_of(file, "rope.scaling.attn_factor")));
  }
  Json rope = {
      {"factor", needed_number(file, "rope.scaling.factor")},
      {"original_max_position_embeddings", plain_number(needed_number(file, "rope.scaling.original_context_length"))},
      {"rope_theta", theta},
      {"rope_type", "yarn"}};
  constexpr std::pair<const char*, const char*> kBetas[] = {{"beta_fast", "rope.scaling.yarn_beta_fast"},
                                                            {"beta_slow", "rope.scaling.yarn_beta_slow"}};
  for (const auto& [name, key] : kBetas) {
    if (const auto beta = file.metadata().number(key_of(file, key))) rope[name] = *beta;
  }
  return rope;
}

// The rope parameters by the kind of scaling that the metadata names.
Json scaled_rope(const File& file, double theta) {
  const std::string type = file.metadata().text(key_of(file, "rope.scaling.type")).value_or("none");
  if (type == "linear") return linear_rope(file, theta);
  if (type == "yarn") return yarn_rope(file, theta);
  if (type == "none") {
    const double scale = number_or(file, "rope.scale_linear", 1);  // of older files
    if (scale == 1) return default_rope(theta);
    return {{"factor", scale}, {"rope_theta", theta}, {"rope_type", "linear"}};
  }
  throw unsupported_positions(
      file, fmt::format("\"{}\" is \"{}\", which hone does not read", key_of(file, "rope.scaling.type"), type));
}

// The settings of Llama 3.1 and later ones; the factor is 8 or 32.
constexpr double kLowFactor = 1, kHighFactor = 4, kOriginalPositions = 8192;

// The divisor of a frequency by Llama 3's rule (transformers' _compute_llama3_parameters).
double llama3_divisor(double frequency, double factor) {
  const double wave = 2 * std::numbers::pi / frequency;
  if (wave < kOriginalPositions / kHighFactor) return 1;
  if (wave > kOriginalPositions / kLowFactor) return factor;
  const double smooth = (kOriginalPositions / wave - kLowFactor) / (kHighFactor - kLowFactor);
  return 1 / ((1 - smooth) / factor + smooth);
}

// Returns Llama 3's parameters if the table of divisors follows its rule.
Json llama3_rope(const File& file, const Tensor& table, double theta, int64_t width) {
  const std::vector<float> divisors = values_of(table);
  const double factor = *std::ranges::max_element(divisors);
  bool fits = static_cast<int64_t>(divisors.size()) * 2 == width && factor >= 1;
  for (size_t i = 0; fits && i < divisors.size(); ++i) {
    const double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(width));
    fits = std::abs(divisors[i] / llama3_divisor(frequency, factor) - 1) < 1e-3;
  }
  if (!fits) throw unsupported_positions(file, fmt::format("\"{}\" is not the table of Llama 3", table.name));
  return {{"factor", factor},
          {"high_freq_factor", kHighFactor},
          {"low_freq_factor", kLowFactor},
          {"original_max_position_embeddings", static_cast<int64_t>(kOriginalPositions)},
          {"rope_theta", theta},
          {"rope_type", "llama3"}};
}

int64_t rotary_width(const File& file, const Sizes& sizes) {
  return file.metadata().integer(key_of(file, "rope.dimension_count"), 1, sizes.head_width).value_or(sizes.head_width);
}

void need_whole_heads(const File& file, const Sizes& sizes) {
  const int64_t width = rotary_width(file, sizes);
  if (width == sizes.head_width) return;
  throw unsupported_positions(file, fmt::format("\"{}\" is {}, but a head has {}", key_of(file, "rope.dimension_count"),
                                                width, sizes.head_width));
}

Json factors_of(const File& file, std::string_view name, int64_t count) {
  const Tensor* tensor = file.find_tensor(name);
  const std::vector<float> values = tensor == nullptr ? std::vector<float>() : values_of(*tensor);
  if (static_cast<int64_t>(values.size()) != count) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: tensor \"{}\" has {} values, not {}", file.source(), name, values.size(), count),
                kDamagedHint);
  }
  Json factors = Json::array();
  for (const float value : values) factors.push_back(shortest_double(value));
  return factors;
}

}  // namespace

void add_positions(const File& file, const Sizes& sizes, Json& config) {
  need_whole_heads(file, sizes);
  const Tensor* table = file.find_tensor("rope_freqs.weight");
  config["rope_parameters"] = table == nullptr ? scaled_rope(file, theta_of(file))
                                               : llama3_rope(file, *table, theta_of(file), sizes.head_width);
}

void add_phi3_keys(const File& file, const Sizes& sizes, Json& config) {
  const int64_t width = rotary_width(file, sizes);
  const double original = number_or(file, "rope.scaling.original_context_length", static_cast<double>(sizes.positions));
  Json rope = default_rope(theta_of(file));
  if (file.find_tensor("rope_factors_long.weight") != nullptr) {
    rope["rope_type"] = "longrope";
    rope["original_max_position_embeddings"] = plain_number(original);
    rope["long_factor"] = factors_of(file, "rope_factors_long.weight", width / 2);
    rope["short_factor"] = factors_of(file, "rope_factors_short.weight", width / 2);
  }
  rope["partial_rotary_factor"] = static_cast<double>(width) / static_cast<double>(sizes.head_width);
  config["original_max_position_embeddings"] = plain_number(original);
  config["rope_parameters"] = std::move(rope);
  if (config.value("sliding_window", Json()) == 0) config["sliding_window"] = nullptr;
}

void add_gemma2_keys(const File& file, const Sizes& sizes, Json& config) {
  constexpr int64_t kLargestLayers = 46;  // of the one with 27 billion parameters
  add_positions(file, sizes, config);
  config["query_pre_attn_scalar"] = sizes.layers == kLargestLayers ? sizes.width / sizes.heads : sizes.head_width;
}

void add_gemma3_keys(const File& file, const Sizes& sizes, Json& config) {
  constexpr int64_t kLargestLayers = 62;  // of the one with 27 billion parameters
  need_whole_heads(file, sizes);
  const double local_theta = number_or(file, "rope.freq_base_swa", 10'000);
  config["rope_parameters"] = {{"full_attention", scaled_rope(file, number_or(file, "rope.freq_base", 1'000'000))},
                               {"sliding_attention", default_rope(local_theta)}};
  config["query_pre_attn_scalar"] = sizes.layers == kLargestLayers ? sizes.width / sizes.heads : sizes.head_width;
}

}  // namespace hone::gguf
