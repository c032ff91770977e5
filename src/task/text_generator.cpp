#include "task/text_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "generate/beam_search.h"
#include "generate/causal_model.h"
#include "kernel/cached_attention.h"
#include "model/causal_lm.h"

namespace hone::task {

namespace {

constexpr int64_t kMaxCachedTokens = int64_t{1} << 16;  // of answers that grow at the same time

int32_t id_of(const text::Tokenizer& tokenizer, const std::string& token) {
  if (const auto id = tokenizer.token_id(token)) return *id;
  throw Error(ErrorKind::kUsage, fmt::format("forced_bos_token: the tokenizer has no token \"{}\"", token),
              "give a token of the model's vocabulary, such as a language code");
}

}  // namespace

TextGenerator::TextGenerator(const std::filesystem::path& folder, const text::Tokenizer& tokenizer,
                             const Seq2SeqOptions& options, std::optional<int32_t> first_token)
    : tokenizer_(tokenizer), config_(generate::read_generation_config(folder)) {
  config_.decoder_start = first_token ? *first_token : generate::first_decoder_token(config_, folder.string());
  if (options.forced_bos_token) config_.json["forced_bos_token_id"] = id_of(tokenizer, *options.forced_bos_token);
  generate::apply_generation_config(config_, {}, options_);
  options_.num_return_sequences = 1;
  if (options.num_beams) options_.num_beams = *options.num_beams;
  const int64_t length =
      options.generation_max_length.value_or(options.max_target_length.value_or(Seq2SeqOptions::kDefaultTargetLength));
  options_.max_new_tokens = std::max<int64_t>(length - 1, 1);
}

generate::Request TextGenerator::request(const std::vector<int32_t>& text, uint64_t row) const {
  generate::Request request = generate::request_of(options_, config_, tokenizer_, {*config_.decoder_start});
  request.source = text;
  request.row = row;
  return request;
}

std::vector<std::vector<int32_t>> TextGenerator::greedy(const model::Model& model,
                                                        std::span<const std::vector<int32_t>> texts) const {
  const int64_t of_answer = kernel::whole_pages(options_.max_new_tokens + 1);
  const int64_t num_tokens =
      std::max(of_answer, std::min(kMaxCachedTokens, static_cast<int64_t>(texts.size()) * of_answer));
  generate::Generation generation(generate::encoder_language_model(model), model::kv_shape(model), num_tokens);
  for (size_t i = 0; i < texts.size(); ++i) generation.add(i, request(texts[i], i));
  std::vector<std::vector<int32_t>> answers(texts.size());
  while (!generation.is_idle()) {
    for (const generate::Generated& generated : generation.step()) answers[generated.id].push_back(generated.token);
  }
  return answers;
}

std::vector<std::vector<int32_t>> TextGenerator::generate(const model::Model& model,
                                                          std::span<const std::vector<int32_t>> texts) const {
  if (options_.num_beams == 1) return greedy(model, texts);
  const generate::LanguageModel language_model = generate::encoder_language_model(model);
  const int64_t num_tokens = (options_.num_beams + 1) * 2 * kernel::whole_pages(options_.max_new_tokens + 1);
  std::vector<std::vector<int32_t>> answers;
  for (size_t i = 0; i < texts.size(); ++i) {
    answers.push_back(generate::beam_search(language_model, model::kv_shape(model), num_tokens, request(texts[i], i),
                                            generate::beams_of(options_))
                          .front()
                          .ids);
  }
  return answers;
}

std::string TextGenerator::decode(std::span<const int32_t> ids) const {
  return tokenizer_.decode(ids, /*skip_special_tokens=*/true);
}

}  // namespace hone::task
