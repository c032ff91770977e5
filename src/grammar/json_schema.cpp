#include "grammar/json_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"
#include "grammar/integer_range.h"
#include "grammar/json_text.h"
#include "grammar/regex_grammar.h"

namespace hone::grammar {

namespace {

constexpr int kMaxSchemaDepth = 100;
constexpr int64_t kMaxLength = 100'000;  // of minLength and its like
constexpr size_t kMaxNameBytes = 1000, kMaxFirstItems = 1000;

// Keywords that bound nothing.
constexpr std::array<std::string_view, 18> kAnnotations = {
    "$schema",  "$id",         "$comment",        "$anchor",          "$defs",         "definitions",
    "title",    "description", "default",         "example",          "examples",      "deprecated",
    "readOnly", "writeOnly",   "contentEncoding", "contentMediaType", "discriminator", "nullable"};

std::string dumped_value(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

class SchemaTranslator {
 public:
  SchemaTranslator(const Json& root, const std::string& source) : root_(root) { grammar_.source = source; }

  Grammar translate() {
    grammar_.rules.emplace_back();
    rules_["#"] = 0;
    pending_.push_back({0, &root_, "#"});
    while (!pending_.empty()) {  // not by recursion: references may lead on and on
      const Pending next = pending_.back();
      pending_.pop_back();
      const Expr whole = value(*next.schema, next.place, 0);
      grammar_.rules[next.rule] = whole;
    }
    return std::move(grammar_);
  }

 private:
  // A schema that a reference leads to, and its rule.
  struct Pending {
    RuleId rule = 0;
    const Json* schema = nullptr;
    std::string place;
  };

  [[noreturn]] void fail(ErrorKind kind, const std::string& place, const std::string& what,
                         const std::string& hint = "") const {
    throw Error(kind, fmt::format("{}: {}: {}", grammar_.source, place, what), hint);
  }
  [[noreturn]] void contradict(const std::string& place, const std::string& what) const {
    fail(ErrorKind::kInput, place, what, "correct the schema (json-schema.org)");
  }

  // Throws for a keyword that is neither one of these nor an annotation.
  void check_keywords(const Json& schema, const std::string& place, std::vector<std::string_view> known) const {
    for (const auto& [key, unused] : schema.items()) {
      if (std::ranges::find(known, key) != known.end() || std::ranges::find(kAnnotations, key) != kAnnotations.end())
        continue;
      fail(ErrorKind::kUnsupported, place, fmt::format("hone does not apply \"{}\" here", key),
           fmt::format("remove it, and check the answer for it yourself; known here: {}", fmt::join(known, ", ")));
    }
  }

  Expr value(const Json& schema, const std::string& place, int depth) {
    if (depth > kMaxSchemaDepth) contradict(place, "it nests too deeply");
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) contradict(place, "no value is valid under false");
      return any_value();
    }
    if (!schema.is_object()) contradict(place, fmt::format("{} is no schema", dumped_value(schema)));
    if (schema.contains("$ref")) return reference(schema, place);
    if (schema.contains("const")) {
      check_keywords(schema, place, {"const", "type"});
      if (!fits_type(schema, schema["const"], place)) contradict(place, "\"const\" is not of the \"type\"");
      return constant(schema["const"]);
    }
    if (schema.contains("enum")) return one_of_values(schema, place);
    for (const char* key : {"anyOf", "oneOf", "allOf"}) {
      if (schema.contains(key)) return combination(schema, key, place, depth);
    }
    const bool may_be_null = schema.value("nullable", false);
    Expr typed = of_types(schema, place, depth);
    return may_be_null ? choice({std::move(typed), text_of("null")}) : typed;
  }

  // Returns whether a value is of the schema's type, if it has one.
  bool fits_type(const Json& schema, const Json& value, const std::string& place) const {
    if (!schema.contains("type")) return true;
    return std::ranges::any_of(types_of(schema, place), [&](const std::string& type) {
      if (type == "integer") return value.is_number_integer();
      return type == (value.is_number() ? "number" : value.type_name());
    });
  }

  Expr constant(const Json& value) const {
    if (!value.is_structured()) return text_of(dumped_value(value));
    std::vector<Expr> parts = {text_of(value.is_object() ? "{" : "["), space()};
    bool is_first = true;
    for (const auto& [key, part] : value.items()) {
      if (!is_first) parts.insert(parts.end(), {text_of(","), space()});
      if (value.is_object()) parts.insert(parts.end(), {text_of(dumped_value(Json(key)) + ":"), space()});
      parts.insert(parts.end(), {constant(part), space()});
      is_first = false;
    }
    parts.push_back(text_of(value.is_object() ? "}" : "]"));
    return sequence(std::move(parts));
  }

  Expr one_of_values(const Json& schema, const std::string& place) const {
    check_keywords(schema, place, {"enum", "type"});
    const Json& values = schema["enum"];
    if (!values.is_array() || values.empty()) contradict(place, "\"enum\" is not a list of values");
    std::vector<Expr> ways;
    for (const Json& each : values) {
      if (fits_type(schema, each, place)) ways.push_back(constant(each));
    }
    if (ways.empty()) contradict(place, "no value of \"enum\" is of the \"type\"");
    return choice(std::move(ways));
  }

  Expr combination(const Json& schema, const char* key, const std::string& place, int depth) {
    check_keywords(schema, place, {key});
    const Json& schemas = schema[key];
    if (!schemas.is_array() || schemas.empty()) contradict(place, fmt::format("\"{}\" is not a list of schemas", key));
    const std::string_view name = key;
    if (name == "allOf" && schemas.size() > 1) {
      fail(ErrorKind::kUnsupported, place, "hone does not join the schemas of \"allOf\"", "write one schema");
    }
    if (name == "oneOf" && schemas.size() > 1) {
      log_warning("{}: {}: an answer may be valid under several schemas of \"oneOf\"; it is read as \"anyOf\"",
                  grammar_.source, place);
    }
    std::vector<Expr> ways;
    for (size_t i = 0; i < schemas.size(); ++i) {
      ways.push_back(value(schemas[i], fmt::format("{}/{}/{}", place, key, i), depth + 1));
    }
    return choice(std::move(ways));
  }

  Expr reference(const Json& schema, const std::string& place) {
    check_keywords(schema, place, {"$ref"});
    if (!schema["$ref"].is_string()) contradict(place, "\"$ref\" is no text");
    const auto target = schema["$ref"].get<std::string>();
    if (!target.starts_with('#')) {
      fail(ErrorKind::kUnsupported, place, fmt::format("\"$ref\" is \"{}\"", target),
           "hone follows references into the same file: \"#/$defs/name\"");
    }
    const auto [known, is_new] = rules_.emplace(target, static_cast<RuleId>(grammar_.rules.size()));
    if (is_new) {
      grammar_.rules.emplace_back();
      try {
        pending_.push_back({known->second, &root_.at(Json::json_pointer(target.substr(1))), target});
      } catch (const nlohmann::json::exception&) {
        contradict(place, fmt::format("\"$ref\" leads to \"{}\", which does not exist", target));
      }
    }
    return rule(known->second);
  }

  std::vector<std::string> types_of(const Json& schema, const std::string& place) const {
    const auto found = schema.find("type");
    if (found == schema.end()) return guessed_types(schema);
    std::vector<std::string> types;
    for (const Json& type : found->is_array() ? *found : Json::array({*found})) {
      if (!type.is_string()) contradict(place, "\"type\" is no name of a type");
      types.push_back(type.get<std::string>());
    }
    if (types.empty()) contradict(place, "\"type\" is empty");
    return types;
  }

  // Without "type" the keywords of a type bound only its values. A model is expected to write such a value.
  static std::vector<std::string> guessed_types(const Json& schema) {
    constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
        {"properties", "object"}, {"required", "object"},   {"additionalProperties", "object"},
        {"items", "array"},       {"prefixItems", "array"}, {"minItems", "array"},
        {"maxItems", "array"},    {"pattern", "string"},    {"minLength", "string"},
        {"maxLength", "string"},  {"format", "string"},     {"minimum", "integer"},
        {"maximum", "integer"}};
    for (const auto& [key, type] : kKeys) {
      if (schema.contains(key)) return {std::string(type)};
    }
    return {};
  }

  Expr of_types(const Json& schema, const std::string& place, int depth) {
    const std::vector<std::string> types = types_of(schema, place);
    if (types.empty()) {
      check_keywords(schema, place, {});
      return any_value();
    }
    std::vector<Expr> ways;
    for (const std::string& type : types) ways.push_back(of_type(type, types.size() > 1, schema, place, depth));
    return choice(std::move(ways));
  }

  Expr of_type(const std::string& type, bool is_one_of_several, const Json& schema, const std::string& place,
               int depth) {
    struct TypeRow {
      std::string_view name;
      std::vector<std::string_view> keywords;
      Expr (SchemaTranslator::*make)(const Json& schema, const std::string& place, int depth);
    };
    static const std::vector<TypeRow> rows = {
        {"string", {"type", "minLength", "maxLength", "pattern", "format"}, &SchemaTranslator::string},
        {"integer", {"type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}, &SchemaTranslator::integer},
        {"number", {"type"}, &SchemaTranslator::number},
        {"boolean", {"type"}, &SchemaTranslator::boolean},
        {"null", {"type"}, &SchemaTranslator::null},
        {"array", {"type", "items", "prefixItems", "minItems", "maxItems"}, &SchemaTranslator::array},
        {"object", {"type", "properties", "required", "additionalProperties"}, &SchemaTranslator::object},
    };
    const auto row = std::ranges::find(rows, type, &TypeRow::name);
    if (row == rows.end()) contradict(place, fmt::format("\"type\" is \"{}\", which is no type of JSON", type));
    std::vector<std::string_view> known = row->keywords;
    if (is_one_of_several) {  // a keyword bounds the type that has it
      for (const TypeRow& other : rows) known.insert(known.end(), other.keywords.begin(), other.keywords.end());
    }
    check_keywords(schema, place, known);
    return (this->*row->make)(schema, place, depth);
  }

  int64_t length_in(const Json& schema, const char* key, int64_t fallback, const std::string& place) const {
    const auto found = schema.find(key);
    if (found == schema.end()) return fallback;
    const bool is_count =
        found->is_number() && found->get<double>() >= 0 && std::floor(found->get<double>()) == found->get<double>();
    if (!is_count) contradict(place, fmt::format("\"{}\" is {}, not a count", key, dumped_value(*found)));
    return static_cast<int64_t>(std::min(found->get<double>(), static_cast<double>(kMaxLength)));
  }

  std::pair<uint32_t, uint32_t> lengths_in(const Json& schema, const char* least, const char* most,
                                           const std::string& place) const {
    const int64_t low = length_in(schema, least, 0, place), high = length_in(schema, most, INT64_MAX, place);
    if (low > high) contradict(place, fmt::format("\"{}\" is above \"{}\"", least, most));
    return {static_cast<uint32_t>(low), high == INT64_MAX ? kNoLimit : static_cast<uint32_t>(high)};
  }

  Expr string(const Json& schema, const std::string& place, int) {
    const bool has_length = schema.contains("minLength") || schema.contains("maxLength");
    if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
      if (!pattern->is_string()) contradict(place, "\"pattern\" is no text");
      if (has_length) {
        fail(ErrorKind::kUnsupported, place, "hone does not apply \"pattern\" together with a length",
             "write the length into the pattern: ^[a-z]{2,8}$");
      }
      return quoted(regex_expression(pattern->get<std::string>(), fmt::format("{}: {}/pattern", grammar_.source, place),
                                     {.characters = quoted_character, .finds_a_part = true}));
    }
    if (const auto format = schema.find("format"); format != schema.end() && !has_length) {
      if (const std::string regex = regex_of_format(format->is_string() ? format->get<std::string>() : "");
          !regex.empty()) {
        return quoted(regex_expression(regex, grammar_.source, {.characters = quoted_character}));
      }
      log_warning("{}: {}: hone does not apply the format {}", grammar_.source, place, dumped_value(*format));
    }
    const auto [least, most] = lengths_in(schema, "minLength", "maxLength", place);
    return quoted(repeated(any_quoted_character(), least, most));
  }

  std::optional<int64_t> bound_in(const Json& schema, const char* key, const std::string& place) const {
    const auto found = schema.find(key);
    if (found == schema.end()) return std::nullopt;
    constexpr double kExact = 1e15;
    if (!found->is_number() || std::abs(found->get<double>()) > kExact ||
        std::floor(found->get<double>()) != found->get<double>()) {
      fail(ErrorKind::kUnsupported, place, fmt::format("\"{}\" is {}", key, dumped_value(*found)),
           "hone applies integer bounds up to 10^15");
    }
    return static_cast<int64_t>(found->get<double>());
  }

  Expr integer(const Json& schema, const std::string& place, int) {
    std::optional<int64_t> low = bound_in(schema, "minimum", place), high = bound_in(schema, "maximum", place);
    if (const auto above = bound_in(schema, "exclusiveMinimum", place))
      low = std::max(low.value_or(INT64_MIN), *above + 1);
    if (const auto below = bound_in(schema, "exclusiveMaximum", place))
      high = std::min(high.value_or(INT64_MAX), *below - 1);
    if (!low && !high) return any_integer();
    constexpr int64_t kFarthest = 999'999'999'999'999;
    const int64_t from = low.value_or(-kFarthest), to = high.value_or(kFarthest);
    if (from > to) contradict(place, "no integer is within the bounds");
    return integers_between(from, to);
  }

  Expr number(const Json&, const std::string&, int) { return any_number(); }
  Expr boolean(const Json&, const std::string&, int) { return choice({text_of("true"), text_of("false")}); }
  Expr null(const Json&, const std::string&, int) { return text_of("null"); }

  Expr array(const Json& schema, const std::string& place, int depth) {
    const auto [least, most] = lengths_in(schema, "minItems", "maxItems", place);
    std::vector<Expr> first;
    if (const auto given = schema.find("prefixItems"); given != schema.end()) {
      if (!given->is_array()) contradict(place, "\"prefixItems\" is not a list of schemas");
      if (given->size() > kMaxFirstItems) {
        fail(ErrorKind::kUnsupported, place, fmt::format("\"prefixItems\" has more than {} schemas", kMaxFirstItems));
      }
      for (size_t i = 0; i < given->size() && i < most; ++i) {
        first.push_back(value((*given)[i], fmt::format("{}/prefixItems/{}", place, i), depth + 1));
      }
    }
    const Json items = schema.value("items", Json(true));
    Expr rest = items == Json(false) ? nullptr : in_rule(value(items, place + "/items", depth + 1));
    if (!rest && least > first.size()) contradict(place, "\"minItems\" is above the number of items");
    return sequence({text_of("["), space(), items_after(0, first, rest, least, most), text_of("]")});
  }

  // The items from number `index` on, each with the white space behind it.
  Expr items_after(size_t index, const std::vector<Expr>& first, const Expr& rest, uint32_t least, uint32_t most) {
    const auto comma = [&](size_t number) { return number == 0 ? text_of("") : sequence({text_of(","), space()}); };
    if (index < first.size()) {
      Expr way = sequence({comma(index), first[index], space(), items_after(index + 1, first, rest, least, most)});
      return index < least ? way : optional(std::move(way));
    }
    const auto num_first = static_cast<uint32_t>(first.size());
    if (!rest || most <= num_first) return text_of("");
    const Expr following = sequence({text_of(","), space(), rest, space()});
    if (num_first > 0) {
      return repeated(following, least > num_first ? least - num_first : 0,
                      most == kNoLimit ? kNoLimit : most - num_first);
    }
    Expr all = sequence(
        {rest, space(), repeated(following, least > 0 ? least - 1 : 0, most == kNoLimit ? kNoLimit : most - 1)});
    return least > 0 ? all : optional(std::move(all));
  }

  struct Property {
    std::string name;
    Expr value;
    bool is_required = false;
  };

  Expr object(const Json& schema, const std::string& place, int depth) {
    std::set<std::string> required;
    for (const Json& name : schema.value("required", Json::array())) {
      if (!name.is_string()) contradict(place, "\"required\" is not a list of names");
      required.insert(name.get<std::string>());
    }
    std::vector<Property> properties;
    const Json given = schema.value("properties", Json::object());
    if (!given.is_object()) contradict(place, "\"properties\" is no object");
    for (const auto& [name, each] : given.items()) {
      properties.push_back(
          {name, value(each, fmt::format("{}/properties/{}", place, name), depth + 1), required.erase(name) > 0});
    }
    const Expr others = other_properties(schema, place, depth, properties);
    for (const std::string& name : required) {
      const Json additional = schema.value("additionalProperties", Json(true));
      if (additional == Json(false)) contradict(place, fmt::format("\"{}\" is required, but no property", name));
      properties.push_back({name, value(additional, place + "/additionalProperties", depth + 1), true});
    }
    return sequence({text_of("{"), space(), members(properties, others), text_of("}")});
  }

  // Returns the expression of one additional pair of name and value; null if the schema allows none.
  Expr other_properties(const Json& schema, const std::string& place, int depth,
                        const std::vector<Property>& properties) {
    const auto given = schema.find("additionalProperties");
    const bool has_others =
        given == schema.end() ? properties.empty() && !schema.contains("required") : *given != Json(false);
    if (!has_others) return nullptr;
    std::vector<std::string> names;
    for (const Property& property : properties) names.push_back(property.name);
    for (const Json& name : schema.value("required", Json::array())) names.push_back(name.get<std::string>());
    const Expr each = given == schema.end() ? any_value() : value(*given, place + "/additionalProperties", depth + 1);
    return in_rule(sequence({text_of("\""), name_without(names, place), text_of(":"), space(), each, space()}));
  }

  // Returns the expression of a name outside of `names`, with its closing quote. While its beginning is that of one of
  // `names`, the expression has no escapes, because these could spell the rest of it.
  Expr name_without(std::vector<std::string> names, const std::string& place) const {
    for (const std::string& name : names) {
      if (name.size() <= kMaxNameBytes) continue;
      fail(ErrorKind::kUnsupported, place, fmt::format("the name of a property has more than {} bytes", kMaxNameBytes));
    }
    std::ranges::sort(names);
    const auto [first, last] = std::ranges::unique(names);
    names.erase(first, last);
    const Expr any_rest = sequence({repeated(any_quoted_character(), 0), text_of("\"")});
    return names.empty() ? any_rest : name_behind(names, 0, any_rest);
  }

  // `names` are sorted and share their first `at` bytes.
  static Expr name_behind(std::span<const std::string> names, size_t at, const Expr& any_rest) {
    const bool is_a_name = names.front().size() == at;
    if (is_a_name) names = names.subspan(1);
    std::vector<Expr> ways;
    if (!is_a_name) ways.push_back(text_of("\""));
    text::CodePointSet taken;
    while (!names.empty()) {
      const char* next = names.front().data() + at;
      const char32_t c = next_code_point(next);
      const auto after = static_cast<size_t>(next - names.front().data());
      const std::string_view beginning = std::string_view(names.front()).substr(0, after);
      size_t count = 0;
      while (count < names.size() && names[count].starts_with(beginning)) ++count;
      taken = text::union_of(taken, {{c, c}});
      ways.push_back(sequence({quoted_character({{c, c}}), name_behind(names.first(count), after, any_rest)}));
      names = names.subspan(count);
    }
    const text::CodePointSet others = text::intersection_of(plain_in_quotes(), text::complement_of(taken));
    ways.push_back(sequence({one_of(others), any_rest}));
    return choice(std::move(ways));
  }

  // The pairs in the order of the properties, each with the white space behind it.
  Expr members(const std::vector<Property>& properties, const Expr& others) {
    const Expr comma = sequence({text_of(","), space()});
    const Expr more = others ? repeated(sequence({comma, others}), 0) : text_of("");
    Expr behind = more;                                                                     // if a pair stands before
    std::vector<Expr> whole = {others ? optional(sequence({others, more})) : text_of("")};  // if none does
    for (auto property = properties.rbegin(); property != properties.rend(); ++property) {
      const Expr pair =
          sequence({text_of(dumped_value(Json(property->name)) + ":"), space(), property->value, space()});
      // Two ways lead there.
      behind = in_rule(std::move(behind));
      const Expr first = sequence({pair, behind}), next = sequence({comma, pair});
      if (property->is_required) whole.clear();
      whole.push_back(first);
      behind = sequence({property->is_required ? next : optional(next), behind});
    }
    return choice(std::move(whole));
  }

  // What is used in several places is a rule.
  Expr in_rule(Expr expression) {
    if (expression->kind == Expression::Kind::kRule) return expression;
    grammar_.rules.push_back(std::move(expression));
    return rule(static_cast<RuleId>(grammar_.rules.size() - 1));
  }

  Expr any_value() {
    if (any_value_) return *any_value_;
    grammar_.rules.emplace_back();
    const auto id = static_cast<RuleId>(grammar_.rules.size() - 1);
    any_value_ = rule(id);
    const Expr string = quoted(repeated(any_quoted_character(), 0));
    const Expr comma = sequence({text_of(","), space()}), item = sequence({*any_value_, space()});
    const Expr pair = sequence({string, text_of(":"), space(), item});
    const auto list = [&](const char* open, const Expr& each, const char* close) {
      return sequence(
          {text_of(open), space(), optional(sequence({each, repeated(sequence({comma, each}), 0)})), text_of(close)});
    };
    grammar_.rules[id] = choice({string, any_number(), text_of("true"), text_of("false"), text_of("null"),
                                 list("[", item, "]"), list("{", pair, "}")});
    return *any_value_;
  }

  const Json& root_;
  Grammar grammar_;
  std::map<std::string, RuleId> rules_;  // by "$ref"
  std::vector<Pending> pending_;
  std::optional<Expr> any_value_;
};

}  // namespace

Grammar json_schema_grammar(const Json& schema, const std::string& source) {
  return SchemaTranslator(schema, source).translate();
}

}  // namespace hone::grammar
