// The table of decoders. tokenizers cleans up each token, transformers the whole text; this file does both.
#include "text/decoders.h"

#include <utility>

#include "base/names.h"
#include "text/byte_level.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

// The replacements of transformers, in its order. tokenizers has one more, kDoNot, before " 's".
constexpr Replacement kCleanUp[] = {{" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
                                    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
constexpr Replacement kDoNot = {" do not", " don't"};

void replace_all(std::string& text, const Replacement& replacement) {
  const auto& [from, to] = replacement;
  size_t found = text.find(from);
  if (found == std::string::npos) return;
  std::string result;
  size_t begin = 0;
  for (; found != std::string::npos; found = text.find(from, begin)) {
    result.append(text, begin, found - begin).append(to);
    begin = found + from.size();
  }
  text = result.append(text, begin);
}

std::string clean_up(std::string text, bool with_do_not) {
  for (const Replacement& replacement : kCleanUp) {
    if (with_do_not && replacement.first == " 's") replace_all(text, kDoNot);
    replace_all(text, replacement);
  }
  return text;
}

Decoder make_word_piece(const Json& spec, const std::string& source) {
  const std::string prefix = string_field(spec, "prefix", "##", source);
  const bool with_clean_up = bool_field(spec, "cleanup", true, source);
  return [=](std::string_view token, bool is_first) {
    std::string text;
    if (is_first) {
      text = token;
    } else if (token.starts_with(prefix)) {
      text = token.substr(prefix.size());
    } else {
      text = " " + std::string(token);
    }
    return with_clean_up ? clean_up(std::move(text), true) : text;
  };
}

Decoder make_byte_level_decoder(const Json&, const std::string&) {
  return [](std::string_view token, bool) { return from_byte_characters(token); };
}

constexpr DecoderRow kDecoders[] = {
    {"ByteLevel", "the bytes of each token", make_byte_level_decoder},
    {"WordPiece", "a space before each token that does not continue a word", make_word_piece},
};

}  // namespace

std::span<const DecoderRow> decoders() { return kDecoders; }

Decoder make_decoder(const Json& spec, const std::string& source) {
  if (spec.is_null()) {
    return [](std::string_view token, bool is_first) { return (is_first ? "" : " ") + std::string(token); };
  }
  const std::string type = part_type(spec, source, "decoder");
  return find_row(kDecoders, fmt::format("decoder (in {})", source), type, ErrorKind::kUnsupported)
      .make(spec, source + ": decoder");
}

std::string clean_up_spaces(std::string text) { return clean_up(std::move(text), false); }

}  // namespace hone::text
