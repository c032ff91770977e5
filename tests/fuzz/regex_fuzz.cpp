// Fuzz target: a regular expression of Oniguruma, the byte 0xFF, and a text.
#include "base/utf8.h"
#include "fuzz_input.h"
#include "text/regex.h"

namespace hone::fuzz {

namespace {

void check_matches(const text::Regex& regex, std::string_view text) {
  size_t last = 0;
  const auto is_border = [&](size_t place) { return place == text.size() || !is_continuation(text[place]); };
  regex.each_match(text, [&](text::Regex::Match match) {
    require(last <= match.begin && match.begin <= match.end && match.end <= text.size(), "a match is out of order");
    require(is_border(match.begin) && is_border(match.end), "a match cuts a character");
    last = match.end;
  });
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hone::fuzz;
  const InputParts parts = split_input({reinterpret_cast<const char*>(data), size});
  accepted([&] {
    const hone::text::Regex regex(valid_utf8(parts.first), "expression");
    check_matches(regex, valid_utf8(parts.second));
    return true;
  });
  return 0;
}
