// A word that the fast path cannot handle, because a byte has no token, goes to the model.
#include "text/byte_level_encoder.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

// How a pre-tokenizer splits into words of bytes: each pattern splits the parts of the one before it.
struct ByteLevelSplit {
  std::vector<SplitPattern> patterns;
  bool adds_space;
};

constexpr size_t kMinRepeated = 16;

bool is_part(const Json& part, const char* type) { return part.is_object() && part.value("type", Json()) == type; }

// Returns the pattern of a part that keeps every match, and the text between matches, as words of their own.
std::optional<SplitPattern> isolated_pattern(const Json& part) {
  if (is_part(part, "Digits")) return SplitPattern(digits_pattern(bool_field(part, "individual_digits", false, "")));
  const std::string behavior = string_field(part, "behavior", "Isolated", "");
  if (is_part(part, "Punctuation")) {
    if (behavior != "Isolated" && behavior != "Contiguous") return std::nullopt;
    return SplitPattern(punctuation_pattern(behavior == "Isolated"));
  }
  if (!is_part(part, "Split")) return std::nullopt;
  const std::string regex = string_field(part.value("pattern", Json()), "Regex", "", "");
  if (regex.empty()) return std::nullopt;
  if (behavior == "Isolated") return SplitPattern::make(regex, "");
  // What is between matches is dropped: nothing, for these patterns.
  const bool keeps_all = behavior == "Removed" && bool_field(part, "invert", false, "");
  for (const SplitPatternRow& row : split_patterns()) {
    if (keeps_all && row.covers_all && row.regex == regex) return SplitPattern(row.part_end);
  }
  return std::nullopt;
}

// The pre-tokenizer was made of the same JSON, so its fields have the right types.
std::optional<ByteLevelSplit> byte_level_split(const Json& pre_tokenizer) {
  Json parts = Json::array({pre_tokenizer});
  if (is_part(pre_tokenizer, "Sequence")) parts = pre_tokenizer.at("pretokenizers");
  if (parts.empty() || !is_part(parts.back(), "ByteLevel")) return std::nullopt;
  ByteLevelSplit split{{}, bool_field(parts.back(), "add_prefix_space", true, "")};
  // In a sequence the space would come before each part.
  if (split.adds_space && parts.size() > 1) return std::nullopt;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::optional<SplitPattern> pattern = isolated_pattern(parts[i]);
    if (!pattern) return std::nullopt;
    split.patterns.push_back(*pattern);
  }
  if (bool_field(parts.back(), "use_regex", true, "")) split.patterns.emplace_back(gpt2_pattern().part_end);
  return split;
}

bool is_of_bytes(std::string_view token) {
  for (const char* p = token.data(); p < token.data() + token.size();) {
    if (!byte_of_character(next_code_point(p))) return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<ByteLevelEncoder> ByteLevelEncoder::make(const Json& pre_tokenizer, const TokenModel& model) {
  const auto* bpe = dynamic_cast<const Bpe*>(&model);
  if (bpe == nullptr || !bpe->settings().continuing_prefix.empty() || !bpe->settings().end_suffix.empty()) {
    return nullptr;
  }
  std::optional<ByteLevelSplit> split = byte_level_split(pre_tokenizer);
  if (!split) return nullptr;
  return std::make_unique<ByteLevelEncoder>(*bpe, std::move(split->patterns), split->adds_space);
}

ByteLevelEncoder::ByteLevelEncoder(const Bpe& model, std::vector<SplitPattern> patterns, bool adds_space)
    : model_(model), patterns_(std::move(patterns)), adds_space_(adds_space) {
  bool has_all_bytes = true;
  for (size_t byte = 0; byte < byte_ids_.size(); ++byte) {
    byte_ids_[byte] = model.token_id(to_byte_characters(std::string(1, static_cast<char>(byte)))).value_or(-1);
    has_all_bytes = has_all_bytes && byte_ids_[byte] >= 0;
  }
  // The bytes of a token are known only if its id has no other token.
  if (!has_all_bytes || !model.has_one_token_per_id()) return;
  knows_bytes_ = true;
  byte_merges_.resize(size_t{256} * 256);
  for (size_t i = 0; i < byte_merges_.size(); ++i) {
    byte_merges_[i] = model.merges().find(byte_ids_[i >> 8], byte_ids_[i & 0xFF]);
  }
  const auto num_ids = static_cast<size_t>(model.highest_id() + 1);
  std::vector<GreedyBpe::Unit> units;
  for (size_t byte = 0; byte < 256; ++byte)
    units.emplace_back(std::string(1, static_cast<char>(byte)), byte_ids_[byte]);
  greedy_ = GreedyBpe::make(model.merges(), units, num_ids);
  lengths_.resize(num_ids);
  std::vector<std::string> bytes(num_ids);
  for (size_t id = 0; id < num_ids; ++id) {
    const std::optional<std::string_view> token = model.token(static_cast<int32_t>(id));
    if (!token || !is_of_bytes(*token)) continue;
    bytes[id] = from_byte_characters(*token);
    lengths_[id] = static_cast<uint32_t>(bytes[id].size());
    const bool is_merged = greedy_ && greedy_->is_used(static_cast<int32_t>(id));
    if (model.settings().ignore_merges && !is_merged) whole_words_[bytes[id]] = static_cast<int32_t>(id);
  }
  model.merges().for_each([&](int32_t left, int32_t right) {
    borders_.add(bytes[static_cast<size_t>(left)], bytes[static_cast<size_t>(right)]);
  });
}

void ByteLevelEncoder::encode(std::string_view text, TokenBuffer& tokens) const {
  encode_text(text, /*origin=*/nullptr, tokens);
}

void ByteLevelEncoder::encode_with_offsets(std::string_view text, uint32_t begin, TokenBuffer& tokens) const {
  encode_text(text, &begin, tokens);
}

// Where the offsets of tokens count from.
struct ByteLevelEncoder::Origin {
  std::string_view text;  // with the space before it, if one was added
  uint32_t begin;         // of the text, in the whole one
  bool has_added_space;
};

struct ByteLevelEncoder::Output {
  WordBatch batch;
  TokenBuffer& tokens;
  const Origin* origin;  // null if no offsets are wanted
  uint32_t next_word;

  // Calls use(encode, finish) with the functions that WordBatch needs.
  template <typename Use>
  void with_functions(const ByteLevelEncoder& encoder, const Use& use) {
    use([&encoder](const Word& word, TokenBuffer& to) { encoder.add_uncached(word, to); },
        [&](const Word& word, size_t before) {
          if (origin != nullptr) encoder.add_offsets(word, before, *origin, tokens);
        });
  }
};

void ByteLevelEncoder::encode_text(std::string_view text, const uint32_t* begin, TokenBuffer& tokens) const {
  if (text.empty()) return;
  const bool adds_space = adds_space_ && text.front() != ' ';
  const std::string with_space = adds_space ? " " + std::string(text) : std::string();
  const std::string_view used = adds_space ? with_space : text;
  const Origin origin{used, begin == nullptr ? 0 : *begin, adds_space};
  Output output{
      {owners_, used.data() + used.size(), tokens}, tokens, begin == nullptr ? nullptr : &origin, tokens.next_word()};
  split_words(0, used, output);
  output.with_functions(*this, [&](auto encode, auto finish) { output.batch.flush(encode, finish); });
}

// Splits by the patterns from number `level` on.
void ByteLevelEncoder::split_words(size_t level, std::string_view text, Output& output) const {
  if (level == patterns_.size()) return add_word(text.data(), text.data() + text.size(), output);
  const SplitPattern& pattern = patterns_[level];
  if (level + 1 < patterns_.size()) {
    return pattern.split(text, [&](const char* begin, const char* end, bool) {
      if (begin < end) split_words(level + 1, {begin, static_cast<size_t>(end - begin)}, output);
    });
  }
  pattern.split(text, [&](const char* begin, const char* end, bool) {
    if (begin < end) add_word(begin, end, output);
  });
}

void ByteLevelEncoder::add_word(const char* begin, const char* end, Output& output) const {
  const Word word{begin, end, output.next_word++, /*is_part=*/false};
  if (word.bytes().size() <= WordBatch::kMaxCached || !knows_bytes_ || find_whole(word.bytes())) {
    return queue_word(word, output);
  }
  queue_parts(word, output);
}

// Without offsets, the ids of a part that is repeated many times are found once.
void ByteLevelEncoder::queue_parts(const Word& word, Output& output) const {
  std::string_view last;
  size_t count = 0;  // how often the last part stands in a row, not queued yet
  const auto queue_last = [&](const char* end) {
    if (count >= kMinRepeated) return add_repeated({end - last.size(), end, word.number, true}, count, output);
    for (const char* begin = end - count * last.size(); begin < end; begin += last.size()) {
      queue_word({begin, begin + last.size(), word.number, /*is_part=*/true}, output);
    }
  };
  borders_.each_part(word.begin, word.end, [&](const char* begin, const char* end) {
    const std::string_view part(begin, static_cast<size_t>(end - begin));
    if (output.origin != nullptr) return queue_word({begin, end, word.number, /*is_part=*/true}, output);
    if (part != last) {
      queue_last(begin);
      last = part;
      count = 0;
    }
    ++count;
  });
  queue_last(word.end);
}

void ByteLevelEncoder::add_repeated(const Word& part, size_t count, Output& output) const {
  output.with_functions(*this, [&](auto encode, auto finish) { output.batch.flush(encode, finish); });
  const size_t before = output.tokens.size();
  add_uncached(part, output.tokens);
  const size_t num_ids = output.tokens.size() - before;
  int32_t* ids = output.tokens.reserve(num_ids * (count - 1));
  const int32_t* const first = output.tokens.ids() + before;
  if (num_ids == 1) {
    std::fill_n(ids, count - 1, *first);
  } else {
    for (size_t i = 1; i < count; ++i, ids += num_ids) std::copy(first, first + num_ids, ids);
  }
  output.tokens.add(num_ids * (count - 1));
}

void ByteLevelEncoder::queue_word(const Word& word, Output& output) const {
  if (word.end - word.begin <= 2 && knows_bytes_ && (word.is_part || whole_words_.empty())) {
    const std::array<int32_t, 2> ids = ids_of_short(word.bytes());
    return output.with_functions(
        *this, [&](auto encode, auto finish) { output.batch.push_ids(word, ids[0], ids[1], encode, finish); });
  }
  output.with_functions(*this, [&](auto encode, auto finish) { output.batch.push(word, encode, finish); });
}

// Returns the ids of one or two bytes; the second is -1 if there is only one.
std::array<int32_t, 2> ByteLevelEncoder::ids_of_short(std::string_view bytes) const {
  const auto first = static_cast<unsigned char>(bytes.front()), last = static_cast<unsigned char>(bytes.back());
  if (bytes.size() == 1) return {byte_ids_[first], -1};
  const Merge& merge = byte_merges_[first << 8 | last];
  if (merge.rank != Merge::kNever) return {merge.id, -1};
  return {byte_ids_[first], byte_ids_[last]};
}

// Adds the offsets of a word's tokens, which begin at number `before`. A token may begin and end inside a character: it
// takes the whole one. An added space has the place of the first character.
void ByteLevelEncoder::add_offsets(const Word& word, size_t before, const Origin& origin, TokenBuffer& tokens) const {
  const char *const text_begin = origin.text.data(), *const text_end = text_begin + origin.text.size();
  const char *begin = word.begin, *const added_end = text_begin + (origin.has_added_space ? 1 : 0);
  const auto place = [&](const char* p) { return origin.begin + static_cast<uint32_t>(p - added_end); };
  for (size_t i = before; i < tokens.size(); ++i) {
    const char* const end = begin + lengths_[static_cast<size_t>(tokens.ids()[i])];
    const char *first = std::max(begin, added_end), *after = std::max(end, added_end + (end <= added_end ? 1 : 0));
    while (first > added_end && first < text_end && is_continuation(*first)) --first;
    while (after < text_end && is_continuation(*after)) ++after;
    tokens.push_offset({place(first), place(after)}, word.number);
    begin = end;
  }
}

void ByteLevelEncoder::add_uncached(const Word& word, TokenBuffer& tokens) const {
  if (!knows_bytes_) return add_by_model(to_byte_characters(word.bytes()), tokens);
  if (!word.is_part) {
    if (const std::optional<int32_t> id = find_whole(word.bytes())) return tokens.push(*id);
  }
  add_merged(word.bytes(), tokens);
}

// Returns the token of a whole word if the model ignores merges for it, and no merges make it.
std::optional<int32_t> ByteLevelEncoder::find_whole(std::string_view word) const {
  if (whole_words_.empty()) return std::nullopt;
  const auto found = whole_words_.find(std::string(word));
  if (found == whole_words_.end()) return std::nullopt;
  return found->second;
}

void ByteLevelEncoder::add_merged(std::string_view word, TokenBuffer& tokens) const {
  // Merging a short word touches less memory than finding its tokens in a trie.
  if (word.size() <= ShortWord::kMaxSymbols) return add_short_word(word, tokens);
  add_long_word(word, tokens);
}

void ByteLevelEncoder::add_short_word(std::string_view word, TokenBuffer& tokens) const {
  ShortWord merged;
  for (size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    merged.add({byte_ids_[byte], 1});
    if (i + 1 < word.size()) merged.merges[i] = byte_merges_[byte << 8 | static_cast<unsigned char>(word[i + 1])];
  }
  merged.merge_all(model_.merges());
  for (size_t i = 0; i < merged.size; ++i) tokens.push(merged.symbols[i].id);
}

void ByteLevelEncoder::add_long_word(std::string_view word, TokenBuffer& tokens) const {
  if (greedy_) {
    thread_local std::vector<int32_t> ids;
    ids.clear();
    greedy_->encode(word, ids);
    std::copy(ids.begin(), ids.end(), tokens.reserve(ids.size()));
    return tokens.add(ids.size());
  }
  thread_local LongWord merger;
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  for (char c : word) symbols.push_back({byte_ids_[static_cast<unsigned char>(c)], 1});
  merger.merge_all(model_.merges(), symbols);
  for (const Symbol& symbol : symbols) tokens.push(symbol.id);
}

void ByteLevelEncoder::add_by_model(std::string_view characters, TokenBuffer& tokens) const {
  std::vector<Token> word_tokens;
  model_.tokenize(characters, word_tokens);
  for (const Token& token : word_tokens) tokens.push(token.id);
}

}  // namespace hone::text
