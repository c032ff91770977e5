// Reads tokenizer.json with simdjson. Puts the vocabulary directly into a list; converts only the small parts to Json.
// If a token occurs twice, its later id is used, as in tokenizers.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/error.h"
#include "base/names.h"
#include "text/json_fields.h"
#include "text/tokenizer_spec.h"

namespace hone::text {

namespace {

namespace dom = simdjson::dom;

// Limits the objects other than the vocabulary, because a Json object searches its keys linearly.
constexpr size_t kMaxFields = 10'000;

Error wrong(const std::string& source, std::string_view what) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", source, what),
               "the tokenizers library did not write this file; download the model again");
}

Json to_json(dom::element element, const std::string& source) {
  switch (element.type()) {
    case dom::element_type::ARRAY: {
      Json result = Json::array();
      for (dom::element item : dom::array(element)) result.push_back(to_json(item, source));
      return result;
    }
    case dom::element_type::OBJECT: {
      Json result = Json::object();
      if (dom::object(element).size() > kMaxFields)
        throw wrong(source, fmt::format("an object has more than {} fields", kMaxFields));
      for (const dom::key_value_pair& field : dom::object(element))
        result[std::string(field.key)] = to_json(field.value, source);
      return result;
    }
    case dom::element_type::INT64:
      return int64_t(element);
    case dom::element_type::UINT64:
      return uint64_t(element);
    case dom::element_type::DOUBLE:
      return double(element);
    case dom::element_type::STRING:
      return std::string(std::string_view(element));
    case dom::element_type::BOOL:
      return bool(element);
    default:
      return nullptr;
  }
}

int32_t to_id(dom::element value, std::string_view token, const std::string& source) {
  uint64_t id = 0;
  if (value.get(id) != simdjson::SUCCESS || id > std::numeric_limits<int32_t>::max()) {
    throw wrong(source, fmt::format("the id of token \"{}\" must be an integer from 0 to {}", token,
                                    std::numeric_limits<int32_t>::max()));
  }
  return static_cast<int32_t>(id);
}

// {"token": id, ...}.
std::vector<VocabularyEntry> to_vocabulary(dom::element element, const std::string& source) {
  std::vector<VocabularyEntry> result;
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) throw wrong(source, "the model's \"vocab\" must be an object");
  result.reserve(object.size());
  for (const dom::key_value_pair& field : object) {
    result.emplace_back(std::string(field.key), to_id(field.value, field.key, source));
  }
  return result;
}

// Returns the tokens of a merge, ["a", "b"] or "a b".
MergeEntry to_merge(dom::element element, size_t index, const std::string& source) {
  dom::array pair;
  std::string_view left, right, text;
  if (element.get(pair) == simdjson::SUCCESS) {
    if (pair.size() == 2 && pair.at(0).get(left) == simdjson::SUCCESS && pair.at(1).get(right) == simdjson::SUCCESS) {
      return {std::string(left), std::string(right)};
    }
  } else if (element.get(text) == simdjson::SUCCESS) {
    const size_t space = text.find(' ');
    if (space != std::string_view::npos && text.find(' ', space + 1) == std::string_view::npos) {
      return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
    }
  }
  throw wrong(source, fmt::format("merges[{}] must be two tokens: [\"a\", \"b\"] or \"a b\"", index));
}

std::vector<MergeEntry> to_merges(dom::element element, const std::string& source) {
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) throw wrong(source, "the model's \"merges\" must be a list");
  std::vector<MergeEntry> result;
  result.reserve(array.size());
  for (dom::element merge : array) result.push_back(to_merge(merge, result.size(), source));
  return result;
}

// [["token", score], ...]. The id of a token is its place.
void read_scored_vocabulary(dom::element element, const std::string& source, TokenizerSpec& spec) {
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) throw wrong(source, "the \"vocab\" of Unigram must be a list");
  spec.vocabulary.reserve(array.size());
  for (dom::element entry : array) {
    dom::array pair;
    std::string_view token;
    double score = 0;
    const bool is_entry = entry.get(pair) == simdjson::SUCCESS && pair.size() == 2 &&
                          pair.at(0).get(token) == simdjson::SUCCESS && pair.at(1).get(score) == simdjson::SUCCESS;
    if (!is_entry) throw wrong(source, fmt::format("vocab[{}] must be [\"token\", score]", spec.vocabulary.size()));
    spec.vocabulary.emplace_back(std::string(token), static_cast<int32_t>(spec.vocabulary.size()));
    spec.scores.push_back(score);
  }
}

// Older files lack the type. tokenizers then tries the kinds in this order, by the fields that each needs.
std::string type_of_model(const Json& model, const dom::object& object, const std::string& source) {
  const auto has = [&](std::string_view key) { return object[key].error() == simdjson::SUCCESS; };
  if (has("merges")) return part_type(model, source, "model", "BPE");
  if (object["vocab"].is_array()) return part_type(model, source, "model", "Unigram");
  const bool is_word_level = has("unk_token") && !has("continuing_subword_prefix") && !has("max_input_chars_per_word");
  return part_type(model, source, "model", is_word_level ? "WordLevel" : "WordPiece");
}

void read_model(dom::element element, const std::string& source, TokenizerSpec& spec) {
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) throw wrong(source, "the \"model\" must be an object");
  spec.model = Json::object();
  for (const dom::key_value_pair& field : object) {
    if (field.key != "vocab" && field.key != "merges")
      spec.model[std::string(field.key)] = to_json(field.value, source);
  }
  // Checks the type first, because the vocabularies of other types have other forms.
  const std::string type = type_of_model(spec.model, object, source);
  spec.model["type"] = type;
  find_row(token_models(), fmt::format("tokenizer model (in {})", source), type, ErrorKind::kUnsupported);
  dom::element vocabulary;
  if (object["vocab"].get(vocabulary) != simdjson::SUCCESS) throw wrong(source, "the model has no \"vocab\"");
  if (type == "Unigram") return read_scored_vocabulary(vocabulary, source, spec);
  spec.vocabulary = to_vocabulary(vocabulary, source);
  if (type != "BPE") return;
  dom::element merges;
  if (object["merges"].get(merges) != simdjson::SUCCESS) throw wrong(source, "the model has no \"merges\"");
  spec.merges = to_merges(merges, source);
}

// Of Unigram with the scores. A class may make another model of the vocabulary of a Unigram file.
std::string vocabulary_text(const TokenizerSpec& spec) {
  const std::vector<VocabularyEntry>& vocabulary = spec.vocabulary;
  const bool is_list = spec.model.value("type", Json()) == "Unigram";
  std::string text = is_list ? "[" : "{";
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    const auto& [token, id] = vocabulary[i];
    text += i > 0 ? ",\n      " : "\n      ";
    text += is_list ? fmt::format("[{}, {}]", Json(token).dump(), Json(spec.scores[i]).dump())
                    : fmt::format("{}: {}", Json(token).dump(), id);
  }
  if (!vocabulary.empty()) text += "\n    ";
  return text + (is_list ? "]" : "}");
}

std::string merges_text(const std::vector<MergeEntry>& merges) {
  std::string text = "[";
  for (const auto& merge : merges) {
    text += fmt::format("{}\n      [{}, {}]", text.size() > 1 ? "," : "", Json(merge.left).dump(),
                        Json(merge.right).dump());
  }
  return text + (merges.empty() ? "]" : "\n    ]");
}

Json part(const dom::object& root, std::string_view key, const std::string& source) {
  dom::element element;
  return root[key].get(element) == simdjson::SUCCESS ? to_json(element, source) : Json();
}

// Reads "Left" or "Right" of the truncation or padding in the file. hone uses only the side.
Side kept_side(const Json& settings, const std::string& source) {
  return string_field(settings, "direction", "Right", source) == "Left" ? Side::kLeft : Side::kRight;
}

constexpr int kMaxPower = 308;

// 10^0 to 10^308, rounded once.
const std::array<double, kMaxPower + 1>& powers_of_ten() {
  static const auto powers = [] {
    std::array<double, kMaxPower + 1> made{};
    for (int i = 0; i <= kMaxPower; ++i)
      made[static_cast<size_t>(i)] = std::strtod(fmt::format("1e{}", i).c_str(), nullptr);
    return made;
  }();
  return powers;
}

// Returns the number that serde_json makes of the shortest decimal text of `value`.
double read_by_serde(double value) {
  if (!std::isfinite(value) || value == 0) return value;
  std::array<char, 32> text;
  const auto made =
      std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::scientific);
  const std::string_view number(text.data(), made.ptr), mantissa = number.substr(0, number.find('e'));
  int exponent = std::atoi(std::string(number.substr(mantissa.size() + 1)).c_str());
  if (mantissa.size() > 2) exponent -= static_cast<int>(mantissa.size()) - 2;  // the digits behind the point
  uint64_t digits = 0;
  for (const char c : mantissa) digits = c == '.' ? digits : digits * 10 + static_cast<uint64_t>(c - '0');
  auto result = static_cast<double>(digits);
  for (; exponent < -kMaxPower; exponent += kMaxPower) result /= powers_of_ten()[kMaxPower];
  const double power = powers_of_ten()[static_cast<size_t>(std::abs(exponent))];
  result = exponent < 0 ? result / power : result * power;
  return std::signbit(value) ? -result : result;
}

}  // namespace

std::vector<double> scores_in_use(const TokenizerSpec& spec) {
  std::vector<double> scores = spec.scores;
  if (spec.class_row == nullptr && spec.has_tokenizer_json)
    std::ranges::transform(scores, scores.begin(), read_by_serde);
  return scores;
}

AddedToken parse_added_token(const Json& object, bool special, const std::string& source) {
  if (!object.is_object() || !object.contains("content")) {
    throw wrong(source, "an added token must be an object with a \"content\"");
  }
  AddedToken token;
  token.content = string_field(object, "content", "", source);
  token.special = bool_field(object, "special", special, source);
  token.single_word = bool_field(object, "single_word", false, source);
  token.lstrip = bool_field(object, "lstrip", false, source);
  token.rstrip = bool_field(object, "rstrip", false, source);
  token.normalized = bool_field(object, "normalized", !token.special, source);
  return token;
}

void parse_tokenizer_json(const std::string& bytes, const std::string& source, TokenizerSpec& spec) {
  check_json_depth(bytes, source);
  dom::parser parser;
  dom::element document;
  if (parser.parse(bytes.data(), bytes.size()).get(document) != simdjson::SUCCESS) {
    throw json_syntax_error(bytes, source);
  }
  dom::object root;
  if (document.get(root) != simdjson::SUCCESS) throw wrong(source, "the file must hold an object");
  const Json version = part(root, "version", source);
  if (!version.is_null() && version != "1.0") {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: the version of the file is {}", source, version.dump()),
                "hone reads version 1.0, as tokenizers does");
  }
  dom::element model;
  if (root["model"].get(model) != simdjson::SUCCESS) throw wrong(source, "\"model\" is missing");
  read_model(model, source, spec);
  spec.normalizer = part(root, "normalizer", source);
  spec.pre_tokenizer = part(root, "pre_tokenizer", source);
  spec.post_processor = part(root, "post_processor", source);
  spec.decoder = part(root, "decoder", source);
  const Json padding = part(root, "padding", source);
  spec.padding_side = kept_side(padding, source);
  spec.truncation_side = kept_side(part(root, "truncation", source), source);
  const std::string pad_token = string_field(padding, "pad_token", "", source);
  if (!pad_token.empty()) spec.special_tokens["pad_token"] = pad_token;
  const Json added = part(root, "added_tokens", source);
  if (!added.is_null() && !added.is_array()) throw wrong(source, "\"added_tokens\" must be a list");
  for (const Json& token : added) {
    spec.added_tokens.push_back(parse_added_token(token, false, source));
    spec.added_tokens.back().id = static_cast<int32_t>(integer_field(token, "id", 0, INT32_MAX, source));
  }
}

std::vector<VocabularyEntry> parse_vocabulary_json(std::string_view bytes, const std::string& source) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  check_json_depth(bytes, source);
  dom::parser parser;
  dom::element document;
  if (parser.parse(bytes.data(), bytes.size()).get(document) != simdjson::SUCCESS) {
    throw json_syntax_error(bytes, source);
  }
  if (!document.is_object()) throw Error(ErrorKind::kInput, fmt::format("{}: the file must hold an object", source));
  return to_vocabulary(document, source);
}

std::string to_tokenizer_json(const TokenizerSpec& spec, std::span<const AddedToken> added_tokens) {
  Json added = Json::array();
  for (const AddedToken& token : added_tokens) {
    added.push_back({{"id", token.id},
                     {"content", token.content},
                     {"single_word", token.single_word},
                     {"lstrip", token.lstrip},
                     {"rstrip", token.rstrip},
                     {"normalized", token.normalized},
                     {"special", token.special}});
  }
  Json model = spec.model;
  model.erase("vocab");
  model.erase("merges");
  model["vocab"] = Json::object();
  const bool has_merges = model.value("type", "") == "BPE";
  if (has_merges) model["merges"] = Json::array();
  const Json document = {{"version", "1.0"},
                         {"truncation", nullptr},
                         {"padding", nullptr},
                         {"added_tokens", std::move(added)},
                         {"normalizer", spec.normalizer},
                         {"pre_tokenizer", spec.pre_tokenizer},
                         {"post_processor", spec.post_processor},
                         {"decoder", spec.decoder},
                         {"model", std::move(model)}};
  std::string text = document.dump(2) + "\n";
  const size_t place = text.rfind("{}");
  // The vocabulary and the merges are inserted here, at the end: a Json object of this size would take quadratic time.
  if (has_merges) text.replace(text.rfind("[]"), 2, merges_text(spec.merges));
  return text.replace(place, 2, vocabulary_text(spec));
}

}  // namespace hone::text
