#include "text/tokenizer_trainer.h"

#include <unordered_map>

#include "base/error.h"
#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/merge_trainer.h"
#include "text/tokenizer_state.h"
#include "text/trainer_parts.h"
#include "text/unigram_trainer.h"
#include "text/word_counter.h"

namespace hone::text {

namespace {

TokenizerSpec spec_of(const TrainerOptions& options) {
  TokenizerSpec spec;
  spec.source = "the trained tokenizer";
  use_trainer_parts(options, spec);
  return spec;
}

std::u32string characters_of_text(std::string_view text) {
  std::u32string characters;
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) characters.push_back(next_code_point(p));
  return characters;
}

std::optional<size_t> to_size(const std::optional<int64_t>& number) {
  return number ? std::optional(static_cast<size_t>(*number)) : std::nullopt;
}

std::u32string initial_alphabet(const TrainerOptions& options, bool is_byte_level) {
  if (!is_byte_level) return characters_of_text(options.initial_alphabet);
  std::u32string characters;
  for (int byte = 0; byte < 256; ++byte) characters.push_back(character_of_byte(static_cast<unsigned char>(byte)));
  return characters;
}

void train_vocabulary_of_merges(std::span<const WordCount> words, const TrainerOptions& options,
                                const TrainerKind& kind, TokenizerSpec& spec) {
  TrainedMerges trained = train_merges(words, {.vocab_size = static_cast<size_t>(*options.vocab_size),
                                               .min_frequency = static_cast<uint64_t>(options.min_frequency),
                                               .special_tokens = options.special_tokens,
                                               .limit_alphabet = to_size(options.limit_alphabet),
                                               .initial_alphabet = initial_alphabet(options, kind.is_byte_level()),
                                               .continuing_prefix = *options.continuing_subword_prefix,
                                               .end_suffix = *options.end_of_word_suffix,
                                               .max_token_length = to_size(options.max_token_length)});
  for (size_t id = 0; id < trained.tokens.size(); ++id) {
    spec.vocabulary.emplace_back(std::move(trained.tokens[id]), static_cast<int32_t>(id));
  }
  if (kind.model == "BPE") spec.merges = std::move(trained.merges);
}

std::optional<std::string> unknown_token(const TrainerOptions& options) {
  return options.unk_token->empty() ? std::nullopt : options.unk_token;
}

void train_vocabulary_of_scores(std::span<const WordCount> words, const TrainerOptions& options, TokenizerSpec& spec) {
  const TrainedUnigram trained =
      train_unigram(words, {.vocab_size = static_cast<size_t>(*options.vocab_size),
                            .special_tokens = options.special_tokens,
                            .initial_alphabet = characters_of_text(options.initial_alphabet),
                            .unk_token = unknown_token(options),
                            .shrinking_factor = options.shrinking_factor,
                            .n_sub_iterations = static_cast<int>(options.n_sub_iterations),
                            .max_piece_length = static_cast<size_t>(options.max_piece_length),
                            .seed_size = static_cast<size_t>(options.seed_size),
                            .num_threads = static_cast<int>(options.num_threads)});
  for (size_t id = 0; id < trained.vocabulary.size(); ++id) {
    spec.vocabulary.emplace_back(trained.vocabulary[id].first, static_cast<int32_t>(id));
    spec.scores.push_back(trained.vocabulary[id].second);
  }
  if (trained.unknown_id) spec.model["unk_id"] = *trained.unknown_id;
}

// Returns the ids of the special tokens, which are the first ones of the vocabulary, behind an unknown token at most.
std::vector<int32_t> ids_of(const std::vector<std::string>& special_tokens, const TokenizerSpec& spec) {
  std::unordered_map<std::string_view, int32_t> known;
  for (size_t id = 0; id < spec.vocabulary.size() && id <= special_tokens.size(); ++id) {
    known.try_emplace(spec.vocabulary[id].first, static_cast<int32_t>(id));
  }
  std::vector<int32_t> ids;
  for (const std::string& token : special_tokens) ids.push_back(known.at(token));
  return ids;
}

}  // namespace

struct TokenizerTrainer::State {
  explicit State(const TrainerOptions& given)
      : options(with_defaults(given)),
        spec(spec_of(options)),
        counter(WordSplitter(spec.normalizer, spec.pre_tokenizer, text_cut(options)),
                static_cast<uint64_t>(options.max_words), static_cast<int>(options.num_threads)) {}

  TrainerOptions options;
  TokenizerSpec spec;
  WordCounter counter;
};

TokenizerTrainer::TokenizerTrainer(const TrainerOptions& options) : state_(std::make_unique<State>(options)) {}
TokenizerTrainer::~TokenizerTrainer() = default;

void TokenizerTrainer::add(std::span<const std::string_view> texts) { state_->counter.add(texts); }

TokenizerTrainer::Trained TokenizerTrainer::train() {
  const TrainerOptions& options = state_->options;
  const TrainerKind& kind = find_trainer_kind(options.kind);
  const std::vector<WordCount> words = state_->counter.finish();
  if (words.empty()) {
    throw Error(ErrorKind::kInput, "the rows have no words to train a tokenizer on",
                "name the column that holds the text with --text-column");
  }
  TokenizerSpec spec = state_->spec;
  if (kind.model == "Unigram") {
    train_vocabulary_of_scores(words, options, spec);
  } else {
    train_vocabulary_of_merges(words, options, kind, spec);
  }
  use_special_tokens(options, ids_of(options.special_tokens, spec), spec);
  uint64_t num_words = 0;
  for (const WordCount& word : words) num_words += word.count;
  const auto num_distinct = static_cast<uint64_t>(words.size());
  return {Tokenizer(std::make_shared<const Tokenizer::State>(std::move(spec))), num_words, num_distinct,
          *options.vocab_size};
}

}  // namespace hone::text
