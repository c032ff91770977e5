// The values of a template, as Python has them. A Value is 16 bytes and is copied like a number; what it points to lies
// in the arena of the rendering, in the template, or in the JSON of the context, and does not change (except namespaces
// and loops).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "text/tokenizer.h"

namespace hone::text::jinja {

class Render;
class Value;
struct Activation;
struct Generator;
struct LoopState;
struct MacroCode;
struct MethodRow;
struct GlobalRow;

enum class Kind : uint8_t {
  kMissing,  // no value at all: an unset variable, an argument that was not given
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kText,
  kList,
  kTuple,
  kDict,
  kView,       // dict.keys(), dict.values(), dict.items()
  kRange,      // range()
  kGenerator,  // what map, select and other filters return: read once
  kNamespace,
  kMacro,
  kMethod,  // a method with its object
  kGlobal,  // a function of the environment
  kLoop,
  kCycler,
  kJoiner,
};

// Where a text comes from: the template itself, or the context (what a user wrote).
enum class Origin : uint8_t { kTemplate, kData, kMixed };

struct Text {
  std::string_view bytes;
  Origin origin = Origin::kTemplate;
  bool is_markup = false;          // the result of `safe` or `escape`
  std::span<const Offset> data{};  // the parts that come from the context, if kMixed
};

// Why a value is undefined. With a hint, the hint is the whole message.
struct Missing {
  std::string_view name, hint = {};
  const Value* object = nullptr;   // of which an attribute or an element was asked; null for a variable
  const Value* element = nullptr;  // the key, if it is not a text
};

struct Sequence {
  std::span<const Value> items;
  uint32_t depth = 1;     // of nested containers
  bool has_data = false;  // a text in it comes from the context
  bool is_group = false;  // of the filter groupby: a tuple with named items
};

struct Entry;

struct Dict {
  std::span<const Entry> entries;
  std::span<const uint32_t> index{};  // a hash table of larger dicts: 1 + the entry's number, or 0
  uint32_t depth = 1;
  bool has_data = false;

  // Return null if the dict lacks the key. The second throws for a key that Python cannot hash.
  const Value* find(std::string_view key) const;
  const Value* find(const Value& key) const;
};

enum class ViewKind : uint8_t { kKeys, kValues, kItems };
struct View {
  const Dict* dict;
  ViewKind kind;
};

struct Range {
  int64_t first = 0, step = 1, length = 0;
  int64_t at(int64_t index) const { return first + index * step; }
};

// Attributes are few: the names are written in the template.
struct Namespace {
  std::span<Entry> entries;  // with room; only `size` are in use
  size_t size = 0;
};

struct Macro {
  const MacroCode* code;
  Activation* closure;
};

struct Method;
struct Cycler {
  std::span<const Value> items;
  size_t position = 0;
};
struct Joiner {
  const Text* separator;
  bool is_used = false;
};

class Value {
 public:
  constexpr Value() : kind_(Kind::kMissing), integer_(0) {}
  static constexpr Value none() { return Value(Kind::kNone, int64_t{0}); }
  static constexpr Value boolean(bool value) { return Value(Kind::kBool, int64_t{value}); }
  static constexpr Value integer(int64_t value) { return Value(Kind::kInt, value); }
  static Value size(size_t value) { return integer(static_cast<int64_t>(value)); }
  static constexpr Value real(double value) { return Value(value); }
  explicit Value(const Missing* why) : kind_(Kind::kUndefined), pointer_(why) {}
  explicit Value(const Text* text) : kind_(Kind::kText), pointer_(text) {}
  explicit Value(const Dict* dict) : kind_(Kind::kDict), pointer_(dict) {}
  Value(Kind kind, const void* pointer) : kind_(kind), pointer_(pointer) {}

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_missing() const { return kind_ == Kind::kMissing; }
  bool is_text() const { return kind_ == Kind::kText; }
  bool is_integral() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }
  bool is_number() const { return is_integral() || kind_ == Kind::kFloat; }
  bool is_sequence() const { return kind_ == Kind::kList || kind_ == Kind::kTuple; }

  bool as_bool() const { return integer_ != 0; }
  int64_t as_integer() const { return integer_; }                                                   // of kInt and kBool
  double as_real() const { return kind_ == Kind::kFloat ? real_ : static_cast<double>(integer_); }  // of any number
  const Text& text() const { return *static_cast<const Text*>(pointer_); }
  std::string_view bytes() const { return text().bytes; }
  const Missing& why_undefined() const { return *static_cast<const Missing*>(pointer_); }
  const Sequence& sequence() const { return *static_cast<const Sequence*>(pointer_); }
  std::span<const Value> items() const { return sequence().items; }
  const Dict& dict() const { return *static_cast<const Dict*>(pointer_); }
  const void* pointer() const { return pointer_; }
  template <typename T>
  T& as() const {
    return *static_cast<T*>(const_cast<void*>(pointer_));
  }

 private:
  constexpr Value(Kind kind, int64_t value) : kind_(kind), integer_(value) {}
  explicit constexpr Value(double value) : kind_(Kind::kFloat), real_(value) {}

  Kind kind_;
  union {
    int64_t integer_;
    double real_;
    const void* pointer_;
  };
};

struct Entry {
  Value key, value;
};

struct Method {
  const MethodRow* row;
  Value self;
};

// Produces items one at a time.
struct Generator {
  virtual bool next(Render& render, Value& item) = 0;
};

// Returns Python's name of the type, such as "str".
std::string_view type_name(const Value& value);

// Returns the message of the error for the use of an undefined value, such as "'x' is undefined".
std::string undefined_message(const Value& undefined);

// Throws the error of an undefined value; does nothing for any other.
void require_defined(const Value& value);

// Returns Python's truth of a value. Generators are true even if they are empty.
bool is_true(const Value& value);

// Returns whether Python's == holds. Throws if the containers nest too deeply.
bool are_equal(Render& render, const Value& left, const Value& right, int depth = 0);

// Returns a negative number, 0 or a positive number, as left is less, equal or greater. Throws Python's TypeError for
// types without an order; `operation` is "<" and so on.
int compare(Render& render, const Value& left, const Value& right, std::string_view operation, int depth = 0);

// Returns a number that is the same for equal values. Throws for values that Python cannot hash.
size_t hash_of(const Value& value);

// Returns how deeply the containers of a value nest: 0 for values that are no containers.
uint32_t depth_of(const Value& value);

// Returns whether a text in the value, or in a container in it, comes from the context.
bool has_data(const Value& value);

}  // namespace hone::text::jinja
