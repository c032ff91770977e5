#include "task/embedder.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/log.h"
#include "model/load.h"
#include "task/features.h"
#include "task/vocabulary.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace hone::task {

namespace {

void say_pooling(const model::ModelFolder& folder, const model::SentenceConfig& config) {
  if (config.is_declared) return;
  const bool is_mean = config.poolings.front() == "mean";
  log_info("{} has no modules.json: a text's vector is {} (--pooling chooses another)", folder.path.string(),
           is_mean ? "the mean of its tokens" : "its last token, because the model is a causal language model");
}

// Tokenizers of uncased models do it themselves.
bool keeps_case(const text::Tokenizer& tokenizer) { return tokenizer.encode("A").ids != tokenizer.encode("a").ids; }

size_t longest_text(const model::SentenceConfig& config, const text::Tokenizer& tokenizer, int64_t model_length,
                    const std::optional<int64_t>& asked) {
  if (asked && *asked > model_length) {
    throw Error(ErrorKind::kUsage,
                fmt::format("max_seq_length is {}, but the model reads {} tokens", *asked, model_length),
                fmt::format("give {} or less", model_length));
  }
  if (asked) return static_cast<size_t>(*asked);
  const auto own = config.max_seq_length ? static_cast<size_t>(*config.max_seq_length) : tokenizer.model_max_length();
  return std::min(own, static_cast<size_t>(model_length));
}

std::string chosen_prompt(const model::SentenceConfig& config, const EmbedRequest& request) {
  if (request.prompt && !request.prompt_name.empty()) {
    throw Error(ErrorKind::kUsage, "both prompt and prompt_name are given", "give one of them");
  }
  if (request.prompt) return *request.prompt;
  if (!request.prompt_name.empty()) return config.prompt(request.prompt_name);
  return config.default_prompt.empty() ? "" : config.prompt(config.default_prompt);
}

// As sentence-transformers counts them: without a special token at the end.
int64_t prompt_tokens(const text::Tokenizer& tokenizer, const std::string& prompt, size_t max_length) {
  const std::vector<int32_t> ids = tokenizer.encode(prompt, {.max_length = max_length}).ids;
  const bool ends_special = !ids.empty() && tokenizer.is_special(ids.back());
  return static_cast<int64_t>(ids.size()) - (ends_special ? 1 : 0);
}

}  // namespace

Embedder Embedder::load(const model::ModelFolder& folder, const EmbedRequest& request) {
  model::SentenceConfig config = model::SentenceConfig::read(folder.path);
  if (request.pooling.empty()) {
    say_pooling(folder, config);
  } else {
    config.poolings = {request.pooling};
  }
  const model::ModelFolder inner{config.transformer, folder.base_model};
  model::ModelRequest model_request;
  model_request.model_dir = inner;
  model_request.head = "pooling";
  model_request.merges_adapter = true;
  model::LoadedModel loaded = model::load_model(model_request);
  if (loaded.report.from_config_only) {
    throw Error(ErrorKind::kInput, fmt::format("{} holds no weights: all vectors would be random", inner.path.string()),
                "give the folder of a trained model");
  }
  text::Tokenizer tokenizer = text::Tokenizer::load(inner.tokenizer());
  check_vocabulary(tokenizer, loaded.model->vocab_size(), inner.path);
  const int64_t body_width = loaded.model->width();
  Embedder embedder(std::move(loaded.model), std::make_shared<model::SentenceHead>(std::move(config), body_width),
                    std::move(tokenizer));
  embedder.settle(request);
  return embedder;
}

void Embedder::settle(const EmbedRequest& request) {
  const model::SentenceConfig& own = config();
  max_length_ = longest_text(own, tokenizer_, model_->max_length(), request.max_seq_length);
  prompt_ = chosen_prompt(own, request);
  if (!own.pools_prompt && !prompt_.empty()) num_prompt_tokens_ = prompt_tokens(tokenizer_, prompt_, max_length_);
  width_ = head_->width();
  if (request.width && *request.width > width_) {
    throw Error(ErrorKind::kUsage, fmt::format("width is {}, but the vectors have {} values", *request.width, width_),
                fmt::format("give {} or less", width_));
  }
  if (request.width || own.truncate_dim)
    width_ = std::min(width_, request.width.value_or(own.truncate_dim.value_or(width_)));
  if (request.batch_size) rows_at_once_ = static_cast<uint64_t>(*request.batch_size);
  lowercases_ = own.lowercases && keeps_case(tokenizer_);
  normalize_ = request.normalize;
}

void Embedder::set_compute(const tensor::Compute& compute) {
  model_->set_compute(compute);
  head_->to(compute.device);
}

std::vector<text::Encoding> Embedder::encode(std::span<const std::string_view> texts, int num_threads) const {
  const text::EncodeOptions options{.max_length = max_length_};
  if (prompt_.empty() && !lowercases_) return tokenizer_.encode_batch(texts, {}, options, num_threads);
  std::vector<std::string> changed;
  changed.reserve(texts.size());
  for (const std::string_view text : texts) {
    std::string whole = prompt_ + std::string(text);
    changed.push_back(lowercases_ ? in_lower_case(whole) : std::move(whole));
  }
  const std::vector<std::string_view> views(changed.begin(), changed.end());
  return tokenizer_.encode_batch(views, {}, options, num_threads);
}

at::Tensor Embedder::vectors_of(std::span<const text::Encoding> rows, std::span<const uint64_t> batch) const {
  Features features;
  for (const uint64_t row : batch) features.add(rows[row]);
  std::vector<uint64_t> all(batch.size());
  std::iota(all.begin(), all.end(), uint64_t{0});
  at::Tensor vectors = head_->vectors_of(*model_, make_batch(features, all), {}, num_prompt_tokens_);
  if (width_ < vectors.size(1)) vectors = vectors.narrow(1, 0, width_);
  if (normalize_) vectors = model::with_length_one(vectors);
  return vectors.to(at::kCPU, at::kFloat).contiguous();  // [B, W]
}

void Embedder::embed(std::span<const text::Encoding> rows, std::span<float> vectors,
                     const std::function<std::string(size_t row)>& place_of,
                     const std::function<void(size_t num_rows)>& done) const {
  const c10::InferenceMode no_gradients;
  const auto width = static_cast<size_t>(width_);
  check_internal(vectors.size() == rows.size() * width, "there is space for the vectors");
  std::vector<uint64_t> order(rows.size());
  std::iota(order.begin(), order.end(), uint64_t{0});
  std::ranges::stable_sort(order, [&](uint64_t a, uint64_t b) { return rows[a].ids.size() > rows[b].ids.size(); });
  while (!order.empty() && rows[order.back()].ids.empty()) {  // they are the last ones
    std::fill_n(vectors.begin() + static_cast<ptrdiff_t>(order.back() * width), width, 0.0F);
    order.pop_back();
  }
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    for (uint64_t tokens = 0; end < order.size() && end - begin < rows_at_once_; ++end) {
      tokens += rows[order[end]].ids.size();
      if (rows_at_once_ == UINT64_MAX && end > begin && tokens > kTokensAtOnce) break;
    }
    const std::span<const uint64_t> batch = std::span(order).subspan(begin, end - begin);
    const at::Tensor computed = vectors_of(rows, batch);
    const float* from = computed.const_data_ptr<float>();
    for (const uint64_t row : batch) {
      if (!std::all_of(from, from + width, [](float value) { return std::isfinite(value); })) {
        throw Error(ErrorKind::kInput,
                    fmt::format("{}: its vector holds a value that is no finite number", place_of(row)),
                    "the model's weights may be damaged (NaN or infinity)");
      }
      std::copy_n(from, width, vectors.begin() + static_cast<ptrdiff_t>(row * width));
      from += width;
    }
    begin = end;
    if (done) done(batch.size());
  }
}

text::UnknownTokens Embedder::unknown_tokens(std::span<const text::Encoding> rows) const {
  text::UnknownTokens count;
  const size_t num_special = tokenizer_.num_special_tokens(/*pair=*/false);
  for (const text::Encoding& row : rows) {
    count.add(text::count_unknown_tokens(tokenizer_, row.ids, std::min(num_special, row.ids.size())));
  }
  return count;
}

std::vector<float> Embedder::embed_texts(std::span<const std::string_view> texts) const {
  const std::vector<text::Encoding> rows = encode(texts);
  std::vector<float> vectors(texts.size() * static_cast<size_t>(width_));
  embed(rows, vectors, [](size_t row) { return fmt::format("text {}", row + 1); });
  return vectors;
}

std::string in_lower_case(std::string_view text) {
  text::NormalizedText lower;
  for (const text::NormalizedCharacter& character : text::to_normalized_text(text)) {
    for (const char32_t code : text::to_lowercase(character.code)) lower.push_back({code, character.origin});
  }
  return text::to_utf8(lower);
}

}  // namespace hone::task
