// The state of one rendering: its memory, its output, its variables, and how much it may still do.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/arena.h"
#include "text/jinja/text_builder.h"
#include "text/jinja/value.h"

namespace hone::text::jinja {

// What one rendering may use. Real templates need a thousandth of it.
struct Limits {
  int64_t max_steps = 100'000'000;  // a step is a statement, an item, or some bytes of a text
  size_t max_bytes = size_t{1} << 28;
  size_t max_memory = size_t{1} << 30;
  int max_calls = 200;                 // macros and recursive loops within each other
  size_t max_stack = size_t{3} << 19;  // bytes that they use
};

// Containers may nest so deeply; deeper ones could only come from a template that nests in a loop.
inline constexpr uint32_t kMaxNesting = 250;

// The variables of one function: of the template, of a macro, or of a recursive loop.
struct Activation {
  std::span<Value> slots;
  Activation* outer = nullptr;  // of the function in which this one is defined
};

// A range of the output that a generation block wrote, counted as AssistantTracker of transformers counts.
struct GeneratedPart {
  size_t begin;  // byte of the output
  size_t num_characters;
};

class Render {
 public:
  explicit Render(const Limits& limits);

  Arena arena;
  const Limits limits;
  uint32_t line = 1;                 // of what is being computed, for messages
  TextBuilder* output = nullptr;     // the innermost one
  Activation* activation = nullptr;  // the innermost one
  std::span<const Value> globals;    // the names that the template looks up in the context
  TextBuilder main_output;
  std::vector<GeneratedPart> generated;
  size_t num_calls = 0;
  std::tm now{};  // of strftime_now
  const char* stack_begin = nullptr;

  // Counts work. Throws if the template does too much.
  void charge(size_t steps) {
    steps_left_ -= static_cast<int64_t>(steps);
    if (steps_left_ < 0) fail_steps();
  }
  void charge_bytes(size_t bytes) { charge(1 + bytes / 64); }

  // Return a text; the second and third copy the bytes into the arena.
  Value borrowed(std::string_view bytes, Origin origin = Origin::kTemplate) {
    return Value(arena.make<Text>(bytes, origin));
  }
  Value text(std::string_view bytes, Origin origin = Origin::kTemplate) { return borrowed(keep(bytes), origin); }
  Value text(const TextBuilder& builder);
  // Appends a piece to a text that is no value yet, within the limits.
  void append(std::string& text, std::string_view piece);
  std::string_view keep(std::string_view bytes);
  // Returns bytes begin to end of a text, without copying.
  Value part(const Value& text, size_t begin, size_t end);
  Value markup(const Value& text, bool is_markup);

  // Return a container; the items are copied. Errors: Failure if containers nest too deeply.
  Value sequence(Kind kind, std::span<const Value> items);
  Value list(std::span<const Value> items) { return sequence(Kind::kList, items); }
  // The same of items that already lie in the arena.
  Value adopt_sequence(Kind kind, std::span<const Value> items);
  // A later entry with the same key replaces the value of the earlier one.
  Value dict(std::span<const Entry> entries);
  // The same of entries that lie in the arena and whose keys differ.
  Value adopt_dict(std::span<const Entry> entries);

  Value undefined_variable(std::string_view name) { return Value(arena.make<Missing>(name)); }
  Value undefined_hint(std::string_view hint, std::string_view name = {}) {
    return Value(arena.make<Missing>(name, hint));
  }
  Value undefined_attribute(const Value& object, std::string_view name);
  Value undefined_element(const Value& object, const Value& element);
  Value unsafe_attribute(const Value& object, std::string_view name);

  // Throws if macros or recursive loops nest too deeply.
  void check_call() const;

 private:
  [[noreturn]] void fail_steps() const;

  int64_t steps_left_;
};

// Redirects the output of a render to a buffer of its own, until it is destroyed.
class Capture {
 public:
  explicit Capture(Render& render) : render_(render), outer_(render.output), buffer_(render.limits.max_bytes) {
    render.output = &buffer_;
  }
  ~Capture() { render_.output = outer_; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  Value text() { return render_.text(buffer_); }

 private:
  Render& render_;
  TextBuilder* outer_;
  TextBuilder buffer_;
};

}  // namespace hone::text::jinja
