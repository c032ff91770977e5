#include "text/word_splitter.h"

#include <algorithm>

#include "text/byte_level.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

constexpr const char* kPartsOfTraining = "training";

// Returns the pattern of a Sequence of Split and ByteLevel or of a ByteLevel alone, or null.
WordEnd byte_pattern_of(const Json& pre_tokenizer) {
  const auto is_type = [](const Json& part, const char* type) { return part.value("type", Json()) == type; };
  if (!pre_tokenizer.is_object()) return nullptr;
  if (is_type(pre_tokenizer, "ByteLevel")) {
    return pre_tokenizer.value("use_regex", true) ? gpt2_pattern().word_end : nullptr;
  }
  if (!is_type(pre_tokenizer, "Sequence")) return nullptr;
  const Json& parts = array_field(pre_tokenizer, "pretokenizers", kPartsOfTraining);
  if (parts.size() != 2 || !is_type(parts[0], "Split") || !is_type(parts[1], "ByteLevel")) return nullptr;
  if (parts[0].value("behavior", "") != "Isolated" || parts[0].value("invert", false)) return nullptr;
  if (parts[1].value("use_regex", true) || parts[1].value("add_prefix_space", true)) return nullptr;
  const std::string regex = parts[0].at("pattern").value("Regex", "");
  return regex.empty() ? nullptr : find_split_pattern(regex, kPartsOfTraining).word_end;
}

}  // namespace

WordSplitter::WordSplitter(const Json& normalizer, const Json& pre_tokenizer, TextCut cut)
    : normalizer_(make_normalizer(normalizer, kPartsOfTraining)),
      pre_tokenizer_(make_pre_tokenizer(pre_tokenizer, kPartsOfTraining)),
      cut_(cut) {
  if (!normalizer.is_null()) return;
  byte_pattern_ = byte_pattern_of(pre_tokenizer);
  adds_space_ = byte_pattern_ != nullptr && pre_tokenizer.value("add_prefix_space", false);
}

bool WordSplitter::is_short_ascii(std::string_view piece) {
  return piece.size() <= kMaxRaw &&
         std::all_of(piece.begin(), piece.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string WordSplitter::byte_characters(std::string_view bytes) { return to_byte_characters(bytes); }

}  // namespace hone::text
