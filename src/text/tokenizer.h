// Turns text into token ids and back, exactly as Hugging Face's `tokenizers` and `transformers`, from the tokenizer
// files of a model folder. Note: if a folder names a BERT tokenizer class, its tokenizer_config.json decides about
// lower case and accents, even if its tokenizer.json says otherwise, as in transformers (docs/tokenizers.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::text {

enum class TruncationStrategy { kLongestFirst, kOnlyFirst, kOnlySecond, kDoNotTruncate };
enum class Side { kLeft, kRight };

inline constexpr size_t kNoLimit = SIZE_MAX;

// A half-open range of a text, in bytes unless a comment says otherwise.
struct Offset {
  uint32_t begin = 0, end = 0;
  friend bool operator==(const Offset&, const Offset&) = default;
};

struct EncodeOptions {
  bool add_special_tokens = true;
  size_t max_length = kNoLimit;  // tokens, special ones included
  TruncationStrategy truncation = TruncationStrategy::kLongestFirst;
  std::optional<Side> truncation_side;  // default: the tokenizer's own
  bool with_offsets = false;
};

struct Encoding {
  std::vector<int32_t> ids;
  std::vector<uint8_t> type_ids;
  std::vector<Offset> offsets;  // only with with_offsets; bytes of the token's own text; special tokens 0,0
  // Only with with_offsets, and of encode_words(): the index of the token's word, as word_ids() of transformers counts
  // them; -1 for special tokens. The words of a text are those of the pre-tokenizer.
  std::vector<int32_t> word_ids;
  size_t num_cut = 0;       // tokens that truncation removed
  size_t window_begin = 0;  // of a window of a longer text: its token i is token window_begin + i of the whole text
};

// Copies are cheap, because they share one immutable state. Thread-safe.
class Tokenizer {
 public:
  // Loads the tokenizer of an HF model folder: tokenizer.json or vocab.txt, with tokenizer_config.json and the related
  // files. Errors: kIo (no such folder or file), kInput (malformed files), kUnsupported (a kind that hone does not
  // support).
  static Tokenizer load(const std::filesystem::path& model_dir);

  // Errors: kInput for text that is not UTF-8 (with the byte position), or for an unknown word if the vocabulary has no
  // unknown token; kUsage if max_length is too small.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  // Encodes a text in which no special token stands in the byte ranges `plain`, which are in order: the text of one is
  // encoded there as any other text. Errors: also kInput if the model makes a special token of such a text.
  Encoding encode_with_plain_parts(std::string_view text, std::span<const Offset> plain,
                                   const EncodeOptions& options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options = {}) const;

  // Encodes a text that is given as words, as transformers does with is_split_into_words=True: each word by itself.
  // Offsets are those in the token's own word. A word may have no token.
  Encoding encode_words(std::span<const std::string> words, const EncodeOptions& options = {}) const;

  // Encodes all texts on num_threads threads (0: all cores); `pairs` is empty or as long as `texts`. The result does
  // not depend on the number of threads. If several texts fail, throws the error of the first one.
  std::vector<Encoding> encode_batch(std::span<const std::string_view> texts, std::span<const std::string_view> pairs,
                                     const EncodeOptions& options, int num_threads = 0) const;
  // The same for texts that are given as words.
  std::vector<Encoding> encode_words_batch(std::span<const std::vector<std::string>> texts,
                                           const EncodeOptions& options, int num_threads = 0) const;

  // Decodes ids as transformers does. Skips ids without a token.
  std::string decode(std::span<const int32_t> ids, bool skip_special_tokens) const;

  int64_t vocab_size() const;  // highest id + 1, added tokens included
  bool has_token(int32_t id) const;
  std::string_view token(int32_t id) const;  // kInput if no token has this id
  std::optional<int32_t> token_id(std::string_view token) const;
  int32_t pad_id() const;                     // kInput if the tokenizer has no padding token
  std::optional<int32_t> unknown_id() const;  // id of the token for unknown words, if there is one
  // Returns the id of a named special token such as "sep_token", or nullopt if the tokenizer has none.
  std::optional<int32_t> special_id(std::string_view name) const;
  // Returns the named special tokens: {"eos_token": "</s>", ...}.
  const std::map<std::string, std::string>& special_tokens() const;
  bool is_special(int32_t id) const;
  bool is_added(int32_t id) const;  // beside the model's own vocabulary
  size_t model_max_length() const;  // kNoLimit if the files have no limit (HF writes 1e30)
  size_t num_special_tokens(bool pair) const;
  Side padding_side() const;

  // Writes tokenizer files that transformers loads with equal ids: tokenizer.json, tokenizer_config.json,
  // special_tokens_map.json, vocab.txt. Writes loaded files unchanged, and creates missing ones.
  void save(const std::filesystem::path& folder) const;

  struct State;
  explicit Tokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}

 private:
  friend class DecodeStream;
  friend class WordMarks;
  std::shared_ptr<const State> state_;
};

// Converts byte offsets of `text` to code point offsets, as HF counts.
std::vector<Offset> to_character_offsets(std::string_view text, std::span<const Offset> byte_offsets);

}  // namespace hone::text
