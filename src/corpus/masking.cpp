#include "corpus/masking.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/philox.h"
#include "base/utf8.h"

namespace hone::corpus {

namespace {

// Draws of dropout have the seed itself as key.
constexpr uint64_t kMaskingKey = 0x6D61736B'0001;
// Spans: Joshi et al., "SpanBERT", arXiv 1907.10529: geometric lengths, cut at 10.
constexpr double kSpanEnds = 0.2;
constexpr uint32_t kLongestSpan = 10;

double fraction(uint32_t word) { return word * 0x1p-32; }

uint32_t below(uint32_t word, uint64_t limit) { return static_cast<uint32_t>(word * limit >> 32); }

Error wrong_share(const std::string& what, const std::string& hint) { return Error(ErrorKind::kUsage, what, hint); }

}  // namespace

void check_masking(const MaskingOptions& options) {
  if (options.mlm_probability <= 0 || options.mlm_probability >= 1) {
    throw wrong_share(fmt::format("mlm_probability is {}: {}", options.mlm_probability,
                                  options.mlm_probability <= 0 ? "no token is hidden, so there is nothing to learn"
                                                               : "every token is hidden, so there is nothing to read"),
                      "give a share between 0 and 1, such as 0.15");
  }
  if (options.mask_replace_prob + options.random_replace_prob > 1) {
    throw wrong_share(fmt::format("mask_replace_prob ({}) and random_replace_prob ({}) are more than 1 together",
                                  options.mask_replace_prob, options.random_replace_prob),
                      "lower one of them");
  }
  if (!options.word_list.empty() && options.masking != kMaskWords) {
    throw wrong_share(fmt::format("word_list is given, but masking is \"{}\"", options.masking),
                      "add --masking whole-word");
  }
}

// The draws of a row. Each token has four numbers; spans have others.
class Masking::Draws {
 public:
  explicit Draws(const MaskingPlace& place) : place_(place) {}

  PhiloxBlock of_token(size_t token) const { return block(static_cast<uint32_t>(token)); }
  PhiloxBlock of_span(uint32_t number) const { return block(number | uint32_t{1} << 31); }

 private:
  PhiloxBlock block(uint32_t element) const {
    return philox(place_.seed ^ kMaskingKey,
                  {element, static_cast<uint32_t>(place_.row), static_cast<uint32_t>(place_.row >> 32), place_.step});
  }

  MaskingPlace place_;
};

Masking::Masking(const MaskingOptions& options, const text::Tokenizer& tokenizer, int64_t vocab_size)
    : options_(options),
      unit_(options.masking == kMaskTokens  ? Unit::kToken
            : options.masking == kMaskWords ? Unit::kWord
                                            : Unit::kSpan),
      vocab_size_(std::min(vocab_size, tokenizer.vocab_size())) {
  check_masking(options);
  const std::optional<int32_t> mask = tokenizer.special_id("mask_token");
  if (!mask) {
    throw Error(ErrorKind::kInput,
                "the tokenizer has no mask token, which a masked language model reads in the place of hidden tokens",
                "take the tokenizer of a masked language model, such as BERT's; --task causal-lm needs none");
  }
  mask_id_ = *mask;
  is_special_.resize(static_cast<size_t>(std::max(vocab_size, tokenizer.vocab_size())));
  for (int32_t id = 0; id < static_cast<int32_t>(tokenizer.vocab_size()); ++id) {
    is_special_[static_cast<size_t>(id)] = tokenizer.has_token(id) && tokenizer.is_special(id);
  }
  if (unit_ != Unit::kToken) marks_.emplace(tokenizer);
  if (!options.word_list.empty()) read_words(options.word_list);
}

void Masking::read_words(const std::string& path) {
  const std::string text = read_file(path);
  check_utf8(text, path);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    // Frequencies and parts of speech may follow, as in jieba's dictionary.
    std::string word = text.substr(begin, std::min(text.find_first_of(" \t\r\n", begin), end) - begin);
    longest_word_ = std::max(longest_word_, word.size());
    if (!word.empty()) words_.insert(std::move(word));
    begin = end + 1;
  }
  if (words_.empty()) throw Error(ErrorKind::kInput, fmt::format("{}: there is no word in the list", path));
}

// Returns how many tokens from `begin` on are the longest word of the list; 0: none of several tokens.
size_t Masking::listed_word(std::span<const int32_t> ids, size_t begin) const {
  size_t found = 0;
  std::string word;
  for (size_t i = begin; i < ids.size() && !is_special(ids[i]); ++i) {
    word += marks_->text(ids[i]);
    if (word.size() > longest_word_) break;
    if (i > begin && words_.contains(word)) found = i + 1 - begin;
  }
  return found;
}

std::vector<uint32_t> Masking::word_begins(std::span<const int32_t> ids) const {
  std::vector<uint32_t> begins;
  for (size_t i = 0; i < ids.size();) {
    begins.push_back(static_cast<uint32_t>(i));
    if (const size_t listed = words_.empty() || is_special(ids[i]) ? 0 : listed_word(ids, i); listed > 0) {
      i += listed;
      continue;
    }
    const bool is_word = !is_special(ids[i]);
    for (++i; is_word && i < ids.size() && !is_special(ids[i]) && !marks_->begins_word(ids[i - 1], ids[i]); ++i) {
    }
  }
  begins.push_back(static_cast<uint32_t>(ids.size()));
  return begins;
}

// Each token or word is hidden by a draw of its own. `begin`: place of the sequence in the row.
void Masking::choose_units(std::span<const int32_t> ids, size_t begin, const Draws& draws,
                           std::vector<bool>& is_hidden) const {
  std::vector<uint32_t> begins;
  if (unit_ == Unit::kWord) begins = word_begins(ids);
  size_t word = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    while (word + 1 < begins.size() && begins[word + 1] <= i) ++word;
    const size_t unit = begins.empty() ? i : begins[word];
    is_hidden[begin + i] = !is_special(ids[i]) && fraction(draws.of_token(begin + unit)[0]) < options_.mlm_probability;
  }
}

// Draws spans until they have the share of the sequence. A span begins with a word.
void Masking::choose_spans(std::span<const int32_t> ids, size_t begin, const Draws& draws,
                           std::vector<bool>& is_hidden) const {
  std::vector<uint32_t> begins = word_begins(ids);
  begins.pop_back();
  std::erase_if(begins, [&](uint32_t at) { return is_special(ids[at]); });
  const auto num_tokens = static_cast<double>(std::ranges::count_if(ids, [&](int32_t id) { return !is_special(id); }));
  const auto wanted = static_cast<size_t>(std::max(1L, std::lround(num_tokens * options_.mlm_probability)));
  size_t hidden = 0;
  // Enough for any share but the highest, where free places are rare.
  const auto most_draws = static_cast<uint32_t>(begins.size() * 8);
  for (uint32_t number = 0; hidden < wanted && number < most_draws; ++number) {
    const PhiloxBlock draw = draws.of_span(static_cast<uint32_t>(begin) * 8 + number);
    // Of the geometric distribution: at least `length` tokens with probability (1 - p)^(length - 1).
    const double uniform = (draw[0] + 0.5) * 0x1p-32;
    const auto length =
        std::min<size_t>(kLongestSpan, 1 + static_cast<size_t>(std::log(uniform) / std::log1p(-kSpanEnds)));
    for (size_t i = begins[below(draw[1], begins.size())], last = i + std::min(length, wanted - hidden);
         i < last && i < ids.size() && !is_special(ids[i]) && !is_hidden[begin + i]; ++i) {
      is_hidden[begin + i] = true;
      ++hidden;
    }
  }
}

int32_t Masking::replacement(int32_t id, uint32_t kind, uint32_t random) const {
  const double share = fraction(kind);
  if (share < options_.mask_replace_prob) return mask_id_;
  if (share < options_.mask_replace_prob + options_.random_replace_prob) {
    return static_cast<int32_t>(below(random, static_cast<uint64_t>(vocab_size_)));
  }
  return id;
}

void Masking::hide(std::span<int32_t> ids, std::span<const int64_t> offsets, const MaskingPlace& place,
                   std::vector<uint32_t>& places) const {
  const Draws draws(place);
  std::vector<bool> is_hidden(ids.size());
  for (size_t s = 0; s + 1 < offsets.size(); ++s) {
    const auto begin = static_cast<size_t>(offsets[s]), end = static_cast<size_t>(offsets[s + 1]);
    const std::span<const int32_t> sequence = ids.subspan(begin, end - begin);
    unit_ == Unit::kSpan ? choose_spans(sequence, begin, draws, is_hidden)
                         : choose_units(sequence, begin, draws, is_hidden);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!is_hidden[i]) continue;
    const PhiloxBlock draw = draws.of_token(i);
    ids[i] = replacement(ids[i], draw[1], draw[2]);
    places.push_back(static_cast<uint32_t>(i));
  }
}

}  // namespace hone::corpus
