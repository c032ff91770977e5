#include "compare/chat_markers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/error.h"

namespace hone::compare {

namespace {

constexpr std::string_view kAnswer = "hone's answer";
constexpr int64_t kBlockRows = 4096;  // of a large table, which stays in its own number format

std::vector<std::string> special_texts(const text::Tokenizer& tokenizer) {
  std::vector<std::string> texts;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.has_token(id) && tokenizer.is_special(id)) texts.emplace_back(tokenizer.token(id));
  }
  std::erase(texts, "");
  std::ranges::sort(texts, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return texts;
}

// Returns the length of a marker's name in brackets at the beginning of `text`, or 0.
size_t bracketed(std::string_view text, char open, char close, bool (*is_inside)(char)) {
  constexpr size_t kMaxMarker = 40;
  if (text.empty() || text.front() != open) return 0;
  const size_t end = text.substr(0, kMaxMarker).find(close);
  if (end == std::string_view::npos || end < 2) return 0;
  const std::string_view inside = text.substr(1, end - 1);
  return std::ranges::all_of(inside, is_inside) ? end + 1 : 0;
}

size_t marker_length(std::string_view text, const std::vector<std::string>& specials) {
  for (const std::string& special : specials) {
    if (text.starts_with(special)) return special.size();
  }
  const auto is_name = [](char c) { return c > ' ' && c < 0x7f && c != '<' && c != '"' && c != '='; };
  const auto is_capital = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || c == '/'; };
  return std::max(bracketed(text, '<', '>', is_name), bracketed(text, '[', ']', is_capital));
}

// Some templates refuse a chat that ends with an answer, others need one that begins with a system message.
text::Rendering short_chat(const text::ChatTemplate& chat_template, const text::Tokenizer& tokenizer) {
  const Json question = {{"role", "user"}, {"content", "hone's question"}};
  const Json answer = {{"role", "assistant"}, {"content", kAnswer}};
  const Json chat = {{"messages", Json::array({question, answer, question})}, {"add_generation_prompt", true}};
  try {
    return chat_template.render(chat, tokenizer.special_tokens());
  } catch (const Error&) {
    return chat_template.render({{"messages", Json::array({question})}, {"add_generation_prompt", true}},
                                tokenizer.special_tokens());
  }
}

double median_of(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// Keeps the nearest row of each wanted one while the blocks of the table pass.
class NearestRows {
 public:
  NearestRows(const at::Tensor& weight, std::span<const int32_t> ids)
      : weight_(weight), ids_(ids), found_(ids.size(), {INFINITY, 0}) {
    std::vector<int64_t> indices(ids.begin(), ids.end());
    wanted_ = weight.index_select(0, at::tensor(indices, at::kLong)).to(at::kFloat);
    norms_.reserve(static_cast<size_t>(weight.size(0)));
  }

  std::vector<EmbeddingRow> find() {
    for (int64_t first = 0; first < weight_.size(0); first += kBlockRows) add_block(first);
    const double median = median_of(norms_);
    std::vector<EmbeddingRow> rows;
    for (size_t i = 0; i < ids_.size(); ++i) {
      const double norm = norms_[static_cast<size_t>(ids_[i])];
      rows.push_back({.norm = median > 0 ? norm / median : 0,
                      .distance = norm > 0 ? found_[i].distance / norm : 0,
                      .nearest = found_[i].id});
    }
    return rows;
  }

 private:
  struct Found {
    double distance;
    int32_t id;
  };

  void add_block(int64_t first) {
    const at::Tensor block = weight_.slice(0, first, std::min(first + kBlockRows, weight_.size(0))).to(at::kFloat);
    const at::Tensor norms = at::linalg_vector_norm(block, 2, 1).contiguous();
    const float* const block_norms = norms.const_data_ptr<float>();
    norms_.insert(norms_.end(), block_norms, block_norms + norms.numel());
    for (size_t i = 0; i < ids_.size(); ++i) {
      const at::Tensor distances =
          at::linalg_vector_norm(block.sub(wanted_.select(0, static_cast<int64_t>(i))), 2, 1).contiguous();
      take(i, first, {distances.const_data_ptr<float>(), static_cast<size_t>(distances.numel())});
    }
  }

  void take(size_t i, int64_t first, std::span<const float> distances) {
    for (size_t row = 0; row < distances.size(); ++row) {
      const auto id = static_cast<int32_t>(first + static_cast<int64_t>(row));
      if (id != ids_[i] && distances[row] < found_[i].distance) found_[i] = {distances[row], id};
    }
  }

  const at::Tensor& weight_;
  std::span<const int32_t> ids_;
  std::vector<Found> found_;
  at::Tensor wanted_;  // [ids, C]
  std::vector<float> norms_;
};

}  // namespace

ChatMarkers ChatMarkers::chat_ml() { return {{"<|im_start|>", "<|im_end|>"}, "<|im_end|>"}; }

ChatMarkers markers_of(const text::ChatTemplate& chat_template, const text::Tokenizer& tokenizer) {
  const text::Rendering rendering = short_chat(chat_template, tokenizer);
  const std::vector<std::string> specials = special_texts(tokenizer);
  const std::string_view text = rendering.text;
  const size_t answer = text.rfind(kAnswer);
  ChatMarkers markers;
  auto data = rendering.data.begin();
  for (size_t at = 0; at < text.size();) {
    while (data != rendering.data.end() && data->end <= at) ++data;
    const bool is_data = data != rendering.data.end() && data->begin <= at;
    const size_t length = is_data ? 0 : marker_length(text.substr(at), specials);
    if (length > 0) {
      const std::string marker(text.substr(at, length));
      if (std::ranges::find(markers.all, marker) == markers.all.end()) markers.all.push_back(marker);
      if (markers.end.empty() && answer != std::string_view::npos && at > answer) markers.end = marker;
    }
    at += std::max<size_t>(length, 1);
  }
  return markers;
}

std::vector<EmbeddingRow> embedding_rows(const at::Tensor& weight, std::span<const int32_t> ids) {
  if (ids.empty()) return {};
  const c10::InferenceMode no_gradients;
  return NearestRows(weight, ids).find();
}

std::vector<MarkerState> marker_states(std::span<const std::string> markers, const text::Tokenizer& tokenizer,
                                       const at::Tensor& weight) {
  std::vector<MarkerState> states;
  std::vector<int32_t> ids;
  for (const std::string& marker : markers) {
    MarkerState& state = states.emplace_back(MarkerState{.marker = marker});
    const std::vector<int32_t> encoded = tokenizer.encode(marker, {.add_special_tokens = false}).ids;
    state.num_tokens = encoded.size();
    if (encoded.size() != 1 || tokenizer.token_id(marker) != encoded[0] || encoded[0] >= weight.size(0)) continue;
    state.id = encoded[0];
    ids.push_back(encoded[0]);
  }
  const std::vector<EmbeddingRow> rows = embedding_rows(weight, ids);
  auto row = rows.begin();
  for (MarkerState& state : states) {
    if (state.id) state.row = *row++;
  }
  return states;
}

std::string text_of(const MarkerState& state) {
  if (!state.id) return counted(state.num_tokens, "token");
  const EmbeddingRow& row = *state.row;
  std::string text = fmt::format("1 token (id {}), {}", *state.id, row.is_trained() ? "trained" : "not trained");
  if (row.is_trained()) return text;
  return text + (row.norm < EmbeddingRow::kMinNorm
                     ? fmt::format(": its embedding has {:.1f} % of the usual length", 100 * row.norm)
                     : fmt::format(": its embedding is that of id {}", row.nearest));
}

Json to_json(const MarkerState& state) {
  Json json = {{"marker", state.marker}, {"num_tokens", state.num_tokens},
               {"id", nullptr},          {"trained", nullptr},
               {"norm", nullptr},        {"distance", nullptr},
               {"nearest", nullptr}};
  if (!state.id) return json;
  json["id"] = *state.id;
  json["trained"] = state.row->is_trained();
  json["norm"] = state.row->norm;
  json["distance"] = state.row->distance;
  json["nearest"] = state.row->nearest;
  return json;
}

}  // namespace hone::compare
