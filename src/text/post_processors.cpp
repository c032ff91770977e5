// Every kind becomes the same list of template pieces.
#include "text/post_processors.h"

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

Template make_template(const Json& spec, const std::string& source) {
  Template result;
  for (const Json& piece : array_field(spec, "single", source)) {
    result.single.push_back(template_piece(spec, piece, false, source));
  }
  for (const Json& piece : array_field(spec, "pair", source)) {
    result.pair.push_back(template_piece(spec, piece, true, source));
  }
  return result;
}

// ["[SEP]", 102]
int32_t token_pair_id(const Json& spec, std::string_view key, const std::string& source) {
  const Json& pair = array_field(spec, key, source);
  if (pair.size() != 2) throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" must be [token, id]", source, key));
  return static_cast<int32_t>(integer_field(Json{{"id", pair[1]}}, "id", 0, INT32_MAX, source));
}

Template make_bert_processing(const Json& spec, const std::string& source) {
  const int32_t cls = token_pair_id(spec, "cls", source), sep = token_pair_id(spec, "sep", source);
  Template result;
  result.single = {{Kind::kSpecial, 0, {cls}}, {Kind::kFirst, 0, {}}, {Kind::kSpecial, 0, {sep}}};
  result.pair = result.single;
  result.pair.push_back({Kind::kSecond, 1, {}});
  result.pair.push_back({Kind::kSpecial, 1, {sep}});
  return result;
}

std::vector<OffsetTrim> trims_of(const Json& spec, const std::string& source) {
  if (!bool_field(spec, "trim_offsets", true, source)) return {};
  return {{bool_field(spec, "add_prefix_space", true, source)}};
}

Template make_byte_level_template(const Json& spec, const std::string& source) {
  Template result = plain_template();
  result.trims = trims_of(spec, source);
  return result;
}

Template make_roberta(const Json& spec, const std::string& source) {
  const TemplatePiece cls{Kind::kSpecial, 0, {token_pair_id(spec, "cls", source)}};
  const TemplatePiece sep{Kind::kSpecial, 0, {token_pair_id(spec, "sep", source)}};
  Template result;
  result.single = {cls, {Kind::kFirst, 0, {}}, sep};
  result.pair = {cls, {Kind::kFirst, 0, {}}, sep, sep, {Kind::kSecond, 0, {}}, sep};
  result.trims = trims_of(spec, source);
  return result;
}

bool has_special_tokens(const Template& part) { return part.num_special(false) + part.num_special(true) > 0; }

// The parts work on each other's results, so special tokens may come from the last part only.
Template make_processor_sequence(const Json& spec, const std::string& source) {
  Template result = plain_template();
  for (const Json& part : array_field(spec, "processors", source)) {
    if (has_special_tokens(result)) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("{}: a part of the Sequence comes after one that adds special tokens", source));
    }
    Template next = make_post_processor(part, source);
    next.trims.insert(next.trims.begin(), result.trims.begin(), result.trims.end());
    result = std::move(next);
  }
  return result;
}

constexpr PostProcessorRow kPostProcessors[] = {
    {"BertProcessing", "[CLS] first [SEP] second [SEP]", make_bert_processing},
    {"ByteLevel", "no special tokens; removes spaces from offsets", make_byte_level_template},
    {"RobertaProcessing", "<s> first </s> </s> second </s>", make_roberta},
    {"Sequence", "several, one after another", make_processor_sequence},
    {"TemplateProcessing", "special tokens around the texts as a template says", make_template},
};

}  // namespace

size_t Template::num_special(bool is_pair) const {
  size_t count = 0;
  for (const TemplatePiece& piece : is_pair ? pair : single) count += piece.ids.size();
  return count;
}

Template plain_template() {
  Template result;
  result.single = {{Kind::kFirst, 0, {}}};
  result.pair = {{Kind::kFirst, 0, {}}, {Kind::kSecond, 1, {}}};
  return result;
}

std::span<const PostProcessorRow> post_processors() { return kPostProcessors; }

Template make_post_processor(const Json& spec, const std::string& source) {
  if (spec.is_null()) return plain_template();
  const std::string type = part_type(spec, source, "post-processor");
  return find_row(kPostProcessors, fmt::format("post-processor (in {})", source), type, ErrorKind::kUnsupported)
      .make(spec, source + ": post-processor");
}

Json bert_template(const std::string& cls_token, int32_t cls_id, const std::string& sep_token, int32_t sep_id) {
  const auto special = [](const std::string& token, int type_id) {
    return Json{{"SpecialToken", {{"id", token}, {"type_id", type_id}}}};
  };
  const auto sequence = [](const char* id, int type_id) {
    return Json{{"Sequence", {{"id", id}, {"type_id", type_id}}}};
  };
  const auto entry = [](const std::string& token, int32_t id) {
    return Json{{"id", token}, {"ids", Json::array({id})}, {"tokens", Json::array({token})}};
  };
  return {{"type", "TemplateProcessing"},
          {"single", Json::array({special(cls_token, 0), sequence("A", 0), special(sep_token, 0)})},
          {"pair", Json::array({special(cls_token, 0), sequence("A", 0), special(sep_token, 0), sequence("B", 1),
                                special(sep_token, 1)})},
          {"special_tokens", {{cls_token, entry(cls_token, cls_id)}, {sep_token, entry(sep_token, sep_id)}}}};
}

}  // namespace hone::text
