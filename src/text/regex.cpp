// PCRE2 compiles to machine code where it can; its interpreter is the rest.
#include "text/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/error.h"
#include "base/utf8.h"
#include "text/regex_syntax.h"

namespace hone::text {

namespace {

constexpr uint32_t kMaxDepth = 1'000'000, kMaxHeapKilobytes = 64 * 1024;
constexpr uint32_t kFreeSteps = 100;  // of each position; more of them count
constexpr uint32_t kMaxGroups = 9;    // those that a replacement can name
constexpr size_t kSmallJitStack = 32 * 1024, kLargeJitStack = 16 * 1024 * 1024;

struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using CompiledCode = std::unique_ptr<pcre2_code, CodeDeleter>;

std::string pcre2_message(int code) {
  PCRE2_UCHAR buffer[256] = {};
  pcre2_get_error_message(code, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

// What one thread needs for its matches.
class MatchState {
 public:
  MatchState() {
    pcre2_set_depth_limit(context_.get(), kMaxDepth);
    pcre2_set_heap_limit(context_.get(), kMaxHeapKilobytes);
    pcre2_jit_stack_assign(context_.get(), nullptr, jit_stack_.get());
  }

  static MatchState& of_thread() {
    thread_local MatchState state;
    return state;
  }

  // Finds a match that begins from byte `from` to byte `last`, with at most `max_steps` for each of them.
  int match(const pcre2_code* code, std::string_view text, size_t from, size_t last, uint32_t max_steps) {
    pcre2_set_offset_limit(context_.get(), last);
    pcre2_set_match_limit(context_.get(), max_steps);
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, PCRE2_NO_UTF_CHECK,
                       data_.get(), context_.get());
  }
  Regex::Match whole_match() const { return *group(0); }

  std::optional<Regex::Match> group(int index) const {
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data_.get()) + 2 * index;
    return offsets[0] == PCRE2_UNSET ? std::nullopt : std::optional(Regex::Match{offsets[0], offsets[1]});
  }

 private:
  template <auto kFree>
  struct Deleter {
    template <typename T>
    void operator()(T* object) const {
      kFree(object);
    }
  };

  std::unique_ptr<pcre2_match_data, Deleter<pcre2_match_data_free>> data_{
      pcre2_match_data_create(1 + kMaxGroups, nullptr)};
  std::unique_ptr<pcre2_match_context, Deleter<pcre2_match_context_free>> context_{pcre2_match_context_create(nullptr)};
  std::unique_ptr<pcre2_jit_stack, Deleter<pcre2_jit_stack_free>> jit_stack_{
      pcre2_jit_stack_create(kSmallJitStack, kLargeJitStack, nullptr)};
};

CompiledCode compile(const std::string& pattern, int& error, size_t& place) {
  struct ContextDeleter {
    void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
  };
  const std::unique_ptr<pcre2_compile_context, ContextDeleter> context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_bsr(context.get(), PCRE2_BSR_UNICODE);
  CompiledCode code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                  PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT, &error,
                                  &place, context.get()));
  if (code != nullptr) pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  return code;
}

}  // namespace

struct Regex::Code {
  pcre2_code* compiled;

  ~Code() { pcre2_code_free(compiled); }
};

Regex::Regex(std::string_view expression, std::string source) : expression_(expression), source_(std::move(source)) {
  const RegexTranslation translation = translate_regex(expression, source_);
  int error = 0;
  size_t place = 0;
  CompiledCode compiled = compile(translation.pattern, error, place);
  if (compiled == nullptr) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: PCRE2 refuses the regular expression \"{}\" near character {}: {}", source_,
                            expression_, translation.character_at(place) + 1, pcre2_message(error)),
                "write the expression in another way");
  }
  code_.reset(new Code{compiled.release()});
}

Regex::~Regex() = default;

// Returns PCRE2's result for a match that begins at `from`. It tells no number of steps, so the limit grows until it is
// high enough, and counts.
int Regex::match_at(std::string_view text, size_t from, Steps& steps) const {
  int result = PCRE2_ERROR_MATCHLIMIT;
  for (uint64_t limit = 4 * kFreeSteps; result == PCRE2_ERROR_MATCHLIMIT; limit *= 4) {
    const uint64_t most = std::min<uint64_t>(kMaxSteps, steps.left);
    const auto max_steps = static_cast<uint32_t>(std::min(limit, most));
    result = MatchState::of_thread().match(code_->compiled, text, from, from, max_steps);
    steps.left -= max_steps;
    if (max_steps == most) break;
  }
  return result;
}

// Returns PCRE2's result for a match that begins at `from` or later.
int Regex::match_anywhere(std::string_view text, size_t from, Steps& steps) const {
  while (true) {
    const size_t last = steps.num_bytes > text.size() - from ? text.size() : from + steps.num_bytes - 1;
    const bool is_single = steps.num_bytes == 1;
    int result = MatchState::of_thread().match(code_->compiled, text, from, last, kFreeSteps);
    if (result == PCRE2_ERROR_MATCHLIMIT && !is_single) {
      // One of the positions needs more steps. It is soon found among fewer of them.
      steps.num_bytes = std::max<size_t>(1, std::min(steps.num_bytes, text.size() - from) / 64);
      continue;
    }
    if (result == PCRE2_ERROR_MATCHLIMIT) result = match_at(text, from, steps);
    if (result != PCRE2_ERROR_NOMATCH || last >= text.size()) return result;
    if (steps.num_bytes < text.size()) steps.num_bytes *= 4;
    from = next_character(text, last);
  }
}

std::optional<Regex::Match> Regex::find(std::string_view text, size_t from, Steps& steps) const {
  const int result = match_anywhere(text, from, steps);
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the regular expression \"{}\" runs away on a text of {} bytes, from byte {}: {}",
                            source_, expression_, text.size(), from, pcre2_message(result)),
                "write the expression without nested repetition, or split the text");
  }
  const Match match = MatchState::of_thread().whole_match();
  // \K in a lookahead can move the begin behind the end.
  if (match.begin > match.end || match.end < from) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("{}: the regular expression \"{}\" has a match that ends before it begins", source_, expression_));
  }
  return match;
}

int Regex::num_groups() const {
  uint32_t count = 0;
  pcre2_pattern_info(code_->compiled, PCRE2_INFO_CAPTURECOUNT, &count);
  return static_cast<int>(count);
}

std::optional<Regex::Match> Regex::group_of_last_match(int group) const { return MatchState::of_thread().group(group); }

size_t Regex::next_character(std::string_view text, size_t position) {
  ++position;
  while (position < text.size() && is_continuation(text[position])) ++position;
  return position;
}

CodePointSet pcre2_property(std::string_view name) {
  int error = 0;
  size_t place = 0;
  const CompiledCode code = compile(fmt::format("\\p{{{}}}+", name), error, place);
  if (code == nullptr) return {};
  static const std::string all = [] {
    std::string text;
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
      if (c < 0xD800 || c > 0xDFFF) append_utf8(text, c);
    }
    return text;
  }();
  CodePointSet result;
  for (size_t from = 0; MatchState::of_thread().match(code.get(), all, from, all.size(), Regex::kMaxSteps) > 0;) {
    const Regex::Match match = MatchState::of_thread().whole_match();
    const char *first = all.data() + match.begin, *last = all.data() + match.end - 1;
    while (is_continuation(*last)) --last;
    result.push_back({next_code_point(first), next_code_point(last)});
    from = match.end;
  }
  return result;
}

}  // namespace hone::text
