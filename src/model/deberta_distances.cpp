#include "model/deberta_distances.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/where.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace hone::model {

namespace {

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '|') {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back() += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
  }
  return parts;
}

std::vector<std::string> terms_of(const Json& value, const std::string& source) {
  std::vector<std::string> terms;
  if (value.is_null()) return terms;
  if (value.is_string()) return parts_of(value.get<std::string>());
  bool are_texts = value.is_array();
  for (const Json& item : value) {
    are_texts = are_texts && item.is_string();
    if (are_texts) terms.push_back(item.get<std::string>());
  }
  if (are_texts) return terms;
  throw Error(
      ErrorKind::kInput,
      fmt::format("{}: \"pos_att_type\" is {}", source, value.dump(-1, ' ', false, Json::error_handler_t::replace)),
      "such as [\"p2c\", \"c2p\"]");
}

// Distances up to half of the buckets have one each; those beyond share buckets of logarithmic widths. HF computes this
// in float, and the operations must be the same for the same rounding.
at::Tensor log_buckets(const at::Tensor& distance, int64_t num_buckets, int64_t max_distance) {
  const int64_t middle = num_buckets / 2;
  const at::Tensor far = at::where((distance < middle).logical_and(distance > -middle),
                                   at::full({}, middle - 1, at::kLong), at::abs(distance));
  const at::Tensor widest =
      at::log(at::full({}, static_cast<double>(max_distance - 1) / static_cast<double>(middle), at::kFloat));
  const at::Tensor logarithm = at::ceil(at::log(far / middle) / widest * (middle - 1)) + middle;
  return at::where(far <= middle, distance.to(at::kFloat), logarithm * at::sign(distance)).to(at::kLong);
}

}  // namespace

void DebertaDistances::read_terms(const ModelConfig& config) {
  for (const std::string& term : terms_of(config.own("pos_att_type"), config.source())) {
    if (term == "c2p") {
      has_content_to_position = true;
    } else if (term == "p2c") {
      has_position_to_content = true;
    } else if (!term.empty()) {
      throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"pos_att_type\" has \"{}\"", config.source(), term),
                  "hone computes \"c2p\" and \"p2c\", as transformers 5 does");
    }
  }
}

at::Tensor DebertaDistances::rows(int64_t longest) const {
  at::Tensor distance = at::arange(1 - longest, longest, at::kLong);
  if (num_buckets > 0) distance = log_buckets(distance, num_buckets, max_distance);
  return (distance + span()).clamp(0, 2 * span() - 1);
}

}  // namespace hone::model
