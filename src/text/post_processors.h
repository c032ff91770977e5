// Post-processors put special tokens around one text or a pair, by a template. post_processors() lists the known kinds,
// named as in tokenizer.json.
#pragma once

#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hone::text {

struct TemplatePiece {
  enum class Kind { kFirst, kSecond, kSpecial };
  Kind kind = Kind::kFirst;
  uint8_t type_id = 0;
  std::vector<int32_t> ids;  // ids of a kSpecial piece
};

// How ByteLevel and RobertaProcessing remove spaces from the offsets of tokens (text/trimmed_offsets.h).
struct OffsetTrim {
  bool keeps_first_space = false;  // the pre-tokenizer added it
  // Of the first and the second text: no special token stands before it yet.
  std::array<bool, 2> is_at_start = {true, true};
};

struct Template {
  std::vector<TemplatePiece> single, pair;
  std::vector<OffsetTrim> trims;  // one after another

  // Returns the number of special tokens that the template adds to one text or to a pair.
  size_t num_special(bool is_pair) const;
};

// What a post-processor works on: the pieces of the first text, and those of the second, or what other post-processors
// made of them. A TemplateProcessing makes a part of each of its pieces.
using TemplateParts = std::vector<std::vector<TemplatePiece>>;

// Changes the parts of one text, or of a pair, and appends how offsets are trimmed.
using PostProcessor = std::function<void(TemplateParts& parts, std::vector<OffsetTrim>& trims)>;

struct PostProcessorRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  PostProcessor (*make)(const Json& spec, const std::string& source);
};

std::span<const PostProcessorRow> post_processors();

// `spec` is the post-processor's JSON in tokenizer.json; null makes a template without special tokens. Errors:
// kUnsupported for an unknown type, and for a TemplateProcessing after another one.
Template make_post_processor(const Json& spec, const std::string& source);

}  // namespace hone::text
