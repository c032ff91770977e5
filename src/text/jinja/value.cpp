#include "text/jinja/value.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "text/jinja/print.h"
#include "text/jinja/render.h"

namespace hone::text::jinja {

namespace {

constexpr std::string_view kTypeNames[] = {"missing",   "Undefined", "NoneType",    "bool",      "int",
                                           "float",     "str",       "list",        "tuple",     "dict",
                                           "dict view", "range",     "generator",   "Namespace", "Macro",
                                           "method",    "function",  "LoopContext", "Cycler",    "Joiner"};

// As object_type_repr() of jinja2.
std::string type_of_object(const Value& value) {
  return value.is(Kind::kNone) ? "None" : fmt::format("{} object", type_name(value));
}

size_t mixed(size_t a, size_t b) { return (a ^ b) * 0x9E3779B97F4A7C15U ^ a >> 7; }

size_t hash_of_number(const Value& value) {
  if (value.is_integral()) return std::hash<int64_t>()(value.as_integer());
  const double real = value.as_real();
  const bool is_whole = std::floor(real) == real && std::abs(real) < 9.2e18;
  return is_whole ? std::hash<int64_t>()(static_cast<int64_t>(real)) : std::hash<double>()(real);
}

// An integer of 64 bits and a double both fit into the 64 bits of a long double's mantissa.
long double exact(const Value& number) {
  return number.is(Kind::kFloat) ? static_cast<long double>(number.as_real())
                                 : static_cast<long double>(number.as_integer());
}

void check_depth(Render& render, int depth) {
  render.charge(1);
  if (depth > static_cast<int>(kMaxNesting)) fail("lists and dicts nest deeper than {}", kMaxNesting);
}

bool are_equal_sequences(Render& render, std::span<const Value> left, std::span<const Value> right, int depth) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (!are_equal(render, left[i], right[i], depth + 1)) return false;
  }
  return true;
}

bool are_equal_dicts(Render& render, const Dict& left, const Dict& right, int depth) {
  if (left.entries.size() != right.entries.size()) return false;
  for (const Entry& entry : left.entries) {
    const Value* other = right.find(entry.key);
    if (other == nullptr || !are_equal(render, entry.value, *other, depth + 1)) return false;
  }
  return true;
}

// Of the keys of a dict, which are hashable: texts, numbers, None and tuples of them.
bool are_equal_keys(const Value& left, const Value& right) {
  if (left.is_text() || right.is_text()) return left.is_text() && right.is_text() && left.bytes() == right.bytes();
  if (left.is_number() && right.is_number()) return exact(left) == exact(right);
  if (left.kind() != right.kind()) return false;
  if (!left.is(Kind::kTuple)) return left.is(Kind::kNone) || left.pointer() == right.pointer();
  return std::equal(left.items().begin(), left.items().end(), right.items().begin(), right.items().end(),
                    are_equal_keys);
}

const Value* find_in_table(const Dict& dict, size_t hash, const auto& is_key) {
  for (size_t place = hash & (dict.index.size() - 1);; place = (place + 1) & (dict.index.size() - 1)) {
    if (dict.index[place] == 0) return nullptr;
    const Entry& entry = dict.entries[dict.index[place] - 1];
    if (is_key(entry.key)) return &entry.value;
  }
}

const Value* find_entry(const Dict& dict, const auto& hash, const auto& is_key) {
  if (!dict.index.empty()) return find_in_table(dict, hash(), is_key);
  const auto found =
      std::find_if(dict.entries.begin(), dict.entries.end(), [&](const Entry& entry) { return is_key(entry.key); });
  return found == dict.entries.end() ? nullptr : &found->value;
}

int compare_sequences(Render& render, const Value& left, const Value& right, std::string_view operation, int depth) {
  const auto a = left.items(), b = right.items();
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!are_equal(render, a[i], b[i], depth + 1)) return compare(render, a[i], b[i], operation, depth + 1);
  }
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

}  // namespace

std::string_view type_name(const Value& value) {
  if (value.is_text() && value.text().is_markup) return "Markup";
  return kTypeNames[static_cast<size_t>(value.kind())];
}

std::string undefined_message(const Value& undefined) {
  const Missing& why = undefined.why_undefined();
  if (!why.hint.empty()) return std::string(why.hint);
  if (why.object == nullptr) return fmt::format("'{}' is undefined", why.name);
  if (why.element != nullptr) {
    return fmt::format("{} has no element {}", type_of_object(*why.object), short_repr(*why.element));
  }
  return fmt::format("'{}' has no attribute '{}'", type_of_object(*why.object), why.name);
}

void require_defined(const Value& value) {
  if (value.is(Kind::kUndefined)) throw Failure(undefined_message(value));
}

bool is_true(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.as_integer() != 0;
    case Kind::kFloat:
      return value.as_real() != 0;
    case Kind::kText:
      return !value.bytes().empty();
    case Kind::kList:
    case Kind::kTuple:
      return !value.items().empty();
    case Kind::kDict:
      return !value.dict().entries.empty();
    case Kind::kView:
      return !value.as<const View>().dict->entries.empty();
    case Kind::kRange:
      return value.as<const Range>().length != 0;
    default:
      return true;
  }
}

bool are_equal(Render& render, const Value& left, const Value& right, int depth) {
  check_depth(render, depth);
  if (left.is_text() && right.is_text()) {
    render.charge_bytes(std::min(left.bytes().size(), right.bytes().size()));
    return left.bytes() == right.bytes();
  }
  if (left.is_number() && right.is_number()) return exact(left) == exact(right);
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
      return true;
    case Kind::kList:
    case Kind::kTuple:
      return are_equal_sequences(render, left.items(), right.items(), depth);
    case Kind::kDict:
      return are_equal_dicts(render, left.dict(), right.dict(), depth);
    case Kind::kRange: {
      const Range &a = left.as<const Range>(), &b = right.as<const Range>();
      if (a.length != b.length) return false;
      return a.length == 0 || (a.first == b.first && (a.length == 1 || a.step == b.step));
    }
    default:
      return left.pointer() == right.pointer();
  }
}

int compare(Render& render, const Value& left, const Value& right, std::string_view operation, int depth) {
  check_depth(render, depth);
  if (left.is_text() && right.is_text()) {
    render.charge_bytes(std::min(left.bytes().size(), right.bytes().size()));
    return left.bytes().compare(right.bytes());  // bytes of UTF-8 have the order of code points
  }
  if (left.is_number() && right.is_number()) {
    const long double a = exact(left), b = exact(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left.is_sequence() && left.kind() == right.kind()) {
    return compare_sequences(render, left, right, operation, depth);
  }
  require_defined(left);
  require_defined(right);
  fail("'{}' not supported between instances of '{}' and '{}'", operation, type_name(left), type_name(right));
}

size_t hash_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kText:
      return std::hash<std::string_view>()(value.bytes());
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
      return hash_of_number(value);
    case Kind::kTuple: {
      size_t hash = value.items().size();
      for (const Value& item : value.items()) hash = mixed(hash, hash_of(item));
      return hash;
    }
    case Kind::kList:
    case Kind::kDict:
      fail("unhashable type: '{}'", type_name(value));
    case Kind::kNone:
    case Kind::kUndefined:
      return static_cast<size_t>(value.kind());
    default:
      return std::hash<const void*>()(value.pointer());
  }
}

uint32_t depth_of(const Value& value) {
  if (value.is_sequence()) return value.sequence().depth;
  return value.is(Kind::kDict) ? value.dict().depth : 0;
}

bool has_data(const Value& value) {
  switch (value.kind()) {
    case Kind::kText:
      return value.text().origin != Origin::kTemplate;
    case Kind::kList:
    case Kind::kTuple:
      return value.sequence().has_data;
    case Kind::kDict:
      return value.dict().has_data;
    case Kind::kView:
      return value.as<const View>().dict->has_data;
    case Kind::kNamespace: {
      const Namespace& names = value.as<const Namespace>();
      return std::any_of(names.entries.begin(), names.entries.begin() + static_cast<std::ptrdiff_t>(names.size),
                         [](const Entry& entry) { return !entry.value.is(Kind::kNamespace) && has_data(entry.value); });
    }
    default:
      return value.is(Kind::kGenerator);
  }
}

const Value* Dict::find(std::string_view key) const {
  return find_entry(
      *this, [&] { return std::hash<std::string_view>()(key); },
      [&](const Value& known) { return known.is_text() && known.bytes() == key; });
}

const Value* Dict::find(const Value& key) const {
  if (key.is_text()) return find(key.bytes());
  const size_t hash = hash_of(key);
  return find_entry(*this, [&] { return hash; }, [&](const Value& known) { return are_equal_keys(known, key); });
}

}  // namespace hone::text::jinja
