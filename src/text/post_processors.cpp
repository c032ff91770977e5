// Every kind changes the same lists of template pieces, so that a Sequence applies one kind after another.
#include "text/post_processors.h"

#include <algorithm>
#include <optional>

#include "base/names.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

using Kind = TemplatePiece::Kind;

// Returns the object under `key`. Throws if it is not an object.
const Json& object_field(const Json& spec, std::string_view key, const std::string& source) {
  const auto field = spec.find(std::string(key));
  if (field == spec.end() || !field->is_object()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" must be an object", source, key));
  }
  return *field;
}

uint8_t type_id_of(const Json& piece, const std::string& source) {
  return static_cast<uint8_t>(integer_field(piece, "type_id", 0, UINT8_MAX, source));
}

std::vector<int32_t> special_ids(const Json& spec, const std::string& name, const std::string& source) {
  const Json& token = object_field(object_field(spec, "special_tokens", source), name, source);
  std::vector<int32_t> ids;
  for (const Json& id : array_field(token, "ids", source)) {
    ids.push_back(static_cast<int32_t>(integer_field(Json{{"id", id}}, "id", 0, INT32_MAX, source)));
  }
  return ids;
}

TemplatePiece template_piece(const Json& spec, const Json& piece, bool is_pair, const std::string& source) {
  if (!piece.is_object())
    throw Error(ErrorKind::kInput, fmt::format("{}: a piece of the template must be an object", source));
  if (piece.contains("SpecialToken")) {
    const Json& special = object_field(piece, "SpecialToken", source);
    return {Kind::kSpecial, type_id_of(special, source),
            special_ids(spec, string_field(special, "id", "", source), source)};
  }
  const Json& sequence = object_field(piece, "Sequence", source);
  const std::string id = string_field(sequence, "id", "A", source);
  if (id != "A" && (id != "B" || !is_pair)) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the template has no sequence \"{}\" here", source, id));
  }
  return {id == "A" ? Kind::kFirst : Kind::kSecond, type_id_of(sequence, source), {}};
}

std::vector<TemplatePiece> template_pieces(const Json& spec, std::string_view key, bool is_pair,
                                           const std::string& source) {
  std::vector<TemplatePiece> pieces;
  for (const Json& piece : array_field(spec, key, source))
    pieces.push_back(template_piece(spec, piece, is_pair, source));
  return pieces;
}

void set_type_ids(std::vector<TemplatePiece>& part, uint8_t type_id) {
  for (TemplatePiece& piece : part) piece.type_id = type_id;
}

PostProcessor make_template(const Json& spec, const std::string& source) {
  const auto single = template_pieces(spec, "single", false, source),
             pair = template_pieces(spec, "pair", true, source);
  return [=](TemplateParts& parts, std::vector<OffsetTrim>&) {
    if (parts.size() > 2) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("{}: a TemplateProcessing comes after another one in the Sequence", source));
    }
    TemplateParts result;
    for (const TemplatePiece& piece : parts.size() == 2 ? pair : single) {
      if (piece.kind == Kind::kSpecial) {
        result.push_back({piece});
      } else {
        result.push_back(parts[piece.kind == Kind::kFirst ? 0 : 1]);
        set_type_ids(result.back(), piece.type_id);
      }
    }
    parts = std::move(result);
  };
}

// ["[SEP]", 102]
int32_t token_pair_id(const Json& spec, std::string_view key, const std::string& source) {
  const Json& pair = array_field(spec, key, source);
  if (pair.size() != 2) throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" must be [token, id]", source, key));
  return static_cast<int32_t>(integer_field(Json{{"id", pair[1]}}, "id", 0, INT32_MAX, source));
}

PostProcessor make_bert_processing(const Json& spec, const std::string& source) {
  const int32_t cls = token_pair_id(spec, "cls", source), sep = token_pair_id(spec, "sep", source);
  return [=](TemplateParts& parts, std::vector<OffsetTrim>&) {
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i == 0) parts[i].insert(parts[i].begin(), {Kind::kSpecial, 0, {cls}});
      parts[i].push_back({Kind::kSpecial, static_cast<uint8_t>(i == 0 ? 0 : 1), {sep}});
    }
  };
}

std::optional<OffsetTrim> trim_of(const Json& spec, const std::string& source) {
  if (!bool_field(spec, "trim_offsets", true, source)) return std::nullopt;
  return OffsetTrim{bool_field(spec, "add_prefix_space", true, source)};
}

void add_trim(const std::optional<OffsetTrim>& trim, const TemplateParts& parts, std::vector<OffsetTrim>& trims) {
  if (!trim) return;
  trims.push_back(*trim);
  const auto begins_a_part = [&](Kind kind) {
    return std::ranges::any_of(parts, [&](const auto& part) { return !part.empty() && part.front().kind == kind; });
  };
  trims.back().is_at_start = {begins_a_part(Kind::kFirst), begins_a_part(Kind::kSecond)};
}

PostProcessor make_byte_level_trim(const Json& spec, const std::string& source) {
  return [trim = trim_of(spec, source)](TemplateParts& parts, std::vector<OffsetTrim>& trims) {
    add_trim(trim, parts, trims);
  };
}

PostProcessor make_roberta(const Json& spec, const std::string& source) {
  const TemplatePiece cls{Kind::kSpecial, 0, {token_pair_id(spec, "cls", source)}};
  const TemplatePiece sep{Kind::kSpecial, 0, {token_pair_id(spec, "sep", source)}};
  return [=, trim = trim_of(spec, source)](TemplateParts& parts, std::vector<OffsetTrim>& trims) {
    add_trim(trim, parts, trims);
    for (size_t i = 0; i < parts.size(); ++i) {
      set_type_ids(parts[i], 0);
      parts[i].insert(parts[i].begin(), i == 0 ? cls : sep);
      parts[i].push_back(sep);
    }
  };
}

PostProcessor make_processor(const Json& spec, const std::string& source);

PostProcessor make_processor_sequence(const Json& spec, const std::string& source) {
  std::vector<PostProcessor> processors;
  for_each_part(spec, "processors", source,
                [&](const Json& part, const std::string& place) { processors.push_back(make_processor(part, place)); });
  return [processors](TemplateParts& parts, std::vector<OffsetTrim>& trims) {
    for (const PostProcessor& processor : processors) processor(parts, trims);
  };
}

constexpr PostProcessorRow kPostProcessors[] = {
    {"BertProcessing", "[CLS] first [SEP] second [SEP]", make_bert_processing},
    {"ByteLevel", "no special tokens; removes spaces from offsets", make_byte_level_trim},
    {"RobertaProcessing", "<s> first </s> </s> second </s>", make_roberta},
    {"Sequence", "several, one after another", make_processor_sequence},
    {"TemplateProcessing", "special tokens around the texts as a template says", make_template},
};

PostProcessor make_processor(const Json& spec, const std::string& source) {
  const std::string type = part_type(spec, source, "post-processor");
  return find_row(kPostProcessors, fmt::format("post-processor (in {})", source), type, ErrorKind::kUnsupported)
      .make(spec, source + ": post-processor");
}

std::vector<TemplatePiece> joined(const TemplateParts& parts) {
  std::vector<TemplatePiece> pieces;
  for (const auto& part : parts) pieces.insert(pieces.end(), part.begin(), part.end());
  return pieces;
}

}  // namespace

size_t Template::num_special(bool is_pair) const {
  size_t count = 0;
  for (const TemplatePiece& piece : is_pair ? pair : single) count += piece.ids.size();
  return count;
}

std::span<const PostProcessorRow> post_processors() { return kPostProcessors; }

Template make_post_processor(const Json& spec, const std::string& source) {
  const std::vector<TemplatePiece> first = {{Kind::kFirst, 0, {}}}, second = {{Kind::kSecond, 1, {}}};
  TemplateParts single{first}, pair{first, second};
  Template result;
  if (!spec.is_null()) {
    const PostProcessor processor = make_processor(spec, source);
    std::vector<OffsetTrim> same_trims;
    processor(single, same_trims);
    processor(pair, result.trims);
  }
  result.single = joined(single);
  result.pair = joined(pair);
  return result;
}

}  // namespace hone::text
