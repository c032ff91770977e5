// Each kind follows the decode_chain() of tokenizers, token by token.
#include "text/decoders.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/names.h"
#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/clean_up.h"
#include "text/decoder_stage.h"
#include "text/json_fields.h"
#include "text/metaspace.h"
#include "text/normalizers.h"
#include "text/pattern_matches.h"
#include "text/text_growth.h"

namespace hone::text {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::optional<unsigned> digit_of_byte(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

// Returns a decoder whose stages are constructed from `settings` and the next sink.
template <typename Stage, typename... Settings>
Decoder decoder_of(const Settings&... settings) {
  return [=](std::unique_ptr<TokenSink> next) -> std::unique_ptr<TokenSink> {
    return std::make_unique<Stage>(std::move(next), settings...);
  };
}

// Replaces all occurrences of a text that is not empty.
std::string with_replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t found = from.empty() ? std::string_view::npos : text.find(from, begin);
    result += text.substr(begin, found - begin);
    if (found == std::string_view::npos) break;
    result += to;
    begin = found + from.size();
  }
  return result;
}

class JoinBySpaces final : public WholeTokenStage {
 public:
  using WholeTokenStage::WholeTokenStage;

 private:
  void take(std::string_view token) override {
    pass((is_first_ ? "" : " ") + std::string(token));
    is_first_ = false;
  }

  bool is_first_ = true;
};

class WordPieceDecoder final : public WholeTokenStage {
 public:
  WordPieceDecoder(std::unique_ptr<TokenSink> next, std::string prefix, bool with_clean_up)
      : WholeTokenStage(std::move(next)), prefix_(std::move(prefix)), with_clean_up_(with_clean_up) {}

 private:
  void take(std::string_view token) override {
    std::string text(token);
    if (!is_first_) text = token.starts_with(prefix_) ? text.substr(prefix_.size()) : " " + text;
    pass(with_clean_up_ ? clean_up_token(std::move(text)) : text);
    is_first_ = false;
  }

  std::string prefix_;
  bool with_clean_up_, is_first_ = true;
};

// Passes all tokens on as one.
class FuseDecoder final : public DecoderStage {
 public:
  using DecoderStage::DecoderStage;

  void put(const TokenPart& part) override {
    pass(part.text, is_first_, false);
    is_first_ = false;
  }
  void finish() override {
    pass("", is_first_, true);
    DecoderStage::finish();
  }

 private:
  bool is_first_ = true;
};

// The bytes of all tokens as one token, with U+FFFD for malformed parts.
class ByteLevelDecoder final : public WholeTokenStage {
 public:
  using WholeTokenStage::WholeTokenStage;

  void finish() override {
    pass(replace_malformed(waiting_), is_first_, true);
    DecoderStage::finish();
  }

 private:
  void take(std::string_view token) override {
    waiting_ += from_byte_characters(token);
    const size_t length = waiting_.size() - length_of_unfinished_character(waiting_);
    if (length == 0) return;
    pass(replace_malformed(std::string_view(waiting_).substr(0, length)), is_first_, false);
    waiting_.erase(0, length);
    is_first_ = false;
  }

  std::string waiting_;
  bool is_first_ = true;
};

// <0xE4> is the byte E4. A run of such tokens is one token if it is valid text, else one U+FFFD for each.
class ByteFallbackDecoder final : public WholeTokenStage {
 public:
  using WholeTokenStage::WholeTokenStage;

  void finish() override {
    pass_bytes();
    DecoderStage::finish();
  }

 private:
  void take(std::string_view token) override {
    if (const std::optional<char> byte = byte_of_fallback_token(token)) {
      bytes_ += *byte;
      return;
    }
    pass_bytes();
    pass(token);
  }

  void pass_bytes() {
    if (bytes_.empty()) return;
    if (find_invalid_utf8(bytes_) == std::string::npos) {
      pass(bytes_);
    } else {
      for (size_t i = 0; i < bytes_.size(); ++i) pass(kReplacement);
    }
    bytes_.clear();
  }

  std::string bytes_;
};

class MetaspaceDecoder final : public WholeTokenStage {
 public:
  MetaspaceDecoder(std::unique_ptr<TokenSink> next, std::string replacement, bool has_prefix)
      : WholeTokenStage(std::move(next)), replacement_(std::move(replacement)), drops_(has_prefix) {}

 private:
  void take(std::string_view token) override {
    pass(with_replaced(token, replacement_, drops_ ? "" : " "));
    drops_ = false;
  }

  std::string replacement_;
  bool drops_;  // the first token loses its replacement characters
};

class ReplaceDecoder final : public WholeTokenStage {
 public:
  ReplaceDecoder(std::unique_ptr<TokenSink> next, FindMatches find_matches, std::string content, std::string source)
      : WholeTokenStage(std::move(next)),
        find_matches_(std::move(find_matches)),
        content_(std::move(content)),
        source_(std::move(source)) {}

 private:
  void take(std::string_view token) override {
    std::string text;
    for (const SplitPart& part : find_matches_(token)) {
      text += part.is_match ? content_ : token.substr(part.begin, part.end - part.begin);
      if (text.size() > token.size()) check_text_growth(std::min(token.size(), kMaxGrownToken), text.size(), source_);
    }
    pass(text);
  }

  // Several such decoders could lengthen a token again and again, so there is a limit that does not grow with it.
  static constexpr size_t kMaxGrownToken = 1 << 14;

  FindMatches find_matches_;
  std::string content_, source_;
};

// Removes up to `start` characters `content` at the start of each token and up to `stop` at its end.
class StripDecoder final : public DecoderStage {
 public:
  StripDecoder(std::unique_ptr<TokenSink> next, std::string content, size_t start, size_t stop)
      : DecoderStage(std::move(next)), content_(std::move(content)), start_(start), stop_(stop) {}

  void put(const TokenPart& part) override {
    if (part.begins_token) num_left_ = start_;
    bool begins = part.begins_token;
    waiting_ += part.text;
    std::string_view text = waiting_;
    for (; num_left_ > 0 && text.starts_with(content_); --num_left_) text.remove_prefix(content_.size());
    if (!text.empty()) num_left_ = 0;
    size_t num_at_end = 0;
    while (num_at_end < stop_ && text.ends_with(content_)) {
      text.remove_suffix(content_.size());
      ++num_at_end;
    }
    // More of the token may follow those at its end, which then stay.
    pass(text, begins, part.ends_token);
    waiting_ = part.ends_token ? "" : repeated(num_at_end);
  }

 private:
  std::string repeated(size_t count) const {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += content_;
    return text;
  }

  std::string content_, waiting_;
  size_t start_, stop_, num_left_ = 0;
};

// The suffix of a token becomes a space, that of the last token nothing.
class BpeDecoder final : public WholeTokenStage {
 public:
  BpeDecoder(std::unique_ptr<TokenSink> next, std::string suffix)
      : WholeTokenStage(std::move(next)), suffix_(std::move(suffix)) {}

  void finish() override {
    if (last_) pass(with_replaced(*last_, suffix_, ""));
    DecoderStage::finish();
  }

 private:
  void take(std::string_view token) override {
    if (last_) pass(with_replaced(*last_, suffix_, " "));
    last_ = token;
  }

  std::string suffix_;
  std::optional<std::string> last_;
};

struct CtcSettings {
  std::string pad_token, word_delimiter;
  bool with_clean_up;
};

// Repeated tokens are one token, and padding is nothing (Connectionist Temporal Classification).
class CtcDecoder final : public WholeTokenStage {
 public:
  CtcDecoder(std::unique_ptr<TokenSink> next, CtcSettings settings)
      : WholeTokenStage(std::move(next)), settings_(std::move(settings)) {}

 private:
  void take(std::string_view token) override {
    if (last_ == token) return;
    last_ = token;
    std::string text = with_replaced(token, settings_.pad_token, "");
    if (settings_.with_clean_up) {
      text = with_replaced(clean_up_token(std::move(text)), settings_.word_delimiter, " ");
    }
    if (!text.empty()) pass(text);
  }

  CtcSettings settings_;
  std::optional<std::string> last_;
};

Decoder make_bpe_decoder(const Json& spec, const std::string& source) {
  return decoder_of<BpeDecoder>(string_field(spec, "suffix", "</w>", source));
}

Decoder make_byte_fallback(const Json&, const std::string&) { return decoder_of<ByteFallbackDecoder>(); }

Decoder make_byte_level_decoder(const Json&, const std::string&) { return decoder_of<ByteLevelDecoder>(); }

Decoder make_ctc(const Json& spec, const std::string& source) {
  return decoder_of<CtcDecoder>(CtcSettings{string_field(spec, "pad_token", "<pad>", source),
                                            string_field(spec, "word_delimiter_token", "|", source),
                                            bool_field(spec, "cleanup", true, source)});
}

Decoder make_fuse(const Json&, const std::string&) { return decoder_of<FuseDecoder>(); }

Decoder make_metaspace_decoder(const Json& spec, const std::string& source) {
  const MetaspaceSettings settings = metaspace_settings(spec, source);
  std::string replacement;
  append_utf8(replacement, settings.replacement);
  return decoder_of<MetaspaceDecoder>(replacement, settings.scheme != PrependScheme::kNever);
}

Decoder make_replace_decoder(const Json& spec, const std::string& source) {
  return decoder_of<ReplaceDecoder>(make_find_matches(spec.value("pattern", Json()), source),
                                    string_field(spec, "content", "", source), source);
}

Decoder make_strip_decoder(const Json& spec, const std::string& source) {
  std::string content;
  append_utf8(content, character_field(spec, "content", source));
  const auto count = [&](const char* key) {
    return static_cast<size_t>(integer_field(spec, key, 0, INT32_MAX, source));
  };
  return decoder_of<StripDecoder>(content, count("start"), count("stop"));
}

Decoder make_word_piece_decoder(const Json& spec, const std::string& source) {
  return decoder_of<WordPieceDecoder>(string_field(spec, "prefix", "##", source),
                                      bool_field(spec, "cleanup", true, source));
}

Decoder make_decoder_sequence(const Json& spec, const std::string& source) {
  std::vector<Decoder> parts;
  for_each_part(spec, "decoders", source,
                [&](const Json& part, const std::string& place) { parts.push_back(make_decoder(part, place)); });
  return [parts](std::unique_ptr<TokenSink> next) {
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) next = (*part)(std::move(next));
    return next;
  };
}

constexpr DecoderRow kDecoders[] = {
    {"BPEDecoder", "the suffix of a token as a space", make_bpe_decoder},
    {"ByteFallback", "tokens such as <0xE4> as bytes", make_byte_fallback},
    {"ByteLevel", "the bytes of each token", make_byte_level_decoder},
    {"CTC", "repeated tokens once, without padding", make_ctc},
    {"Fuse", "all tokens as one", make_fuse},
    {"Metaspace", "a visible character as a space", make_metaspace_decoder},
    {"Replace", "the matches of a string or of a known regular expression by a string", make_replace_decoder},
    {"Sequence", "several, one after another", make_decoder_sequence},
    {"Strip", "a character at the ends of each token", make_strip_decoder},
    {"WordPiece", "a space before each token that does not continue a word", make_word_piece_decoder},
};

}  // namespace

std::span<const DecoderRow> decoders() { return kDecoders; }

Decoder make_decoder(const Json& spec, const std::string& source) {
  if (spec.is_null()) return decoder_of<JoinBySpaces>();
  const std::string type = part_type(spec, source, "decoder");
  return find_row(kDecoders, fmt::format("decoder (in {})", source), type, ErrorKind::kUnsupported)
      .make(spec, source + ": decoder");
}

std::optional<char> byte_of_fallback_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  // "+A" is a number in Rust.
  const auto high = digit_of_byte(token[3] == '+' ? '0' : token[3]), low = digit_of_byte(token[4]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4 | *low);
}

std::string decode_tokens(const Decoder& decoder, std::span<const std::string> tokens) {
  std::string text;
  const std::unique_ptr<TokenSink> sink = decoder(std::make_unique<TextSink>(text));
  for (const std::string& token : tokens) sink->put({token});
  sink->finish();
  return text;
}

}  // namespace hone::text
