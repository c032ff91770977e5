// str.split, splitlines, partition: the methods that cut a text. The parts keep where they come from.
#include <algorithm>
#include <vector>

#include "base/utf8.h"
#include "text/jinja/methods.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_characters.h"
#include "text/jinja/text_lines.h"

namespace hone::text::jinja {

namespace {

std::string_view separator_of(const Value& separator) {
  const std::string_view bytes = text_argument(separator, "separator").bytes();
  if (bytes.empty()) fail("empty separator");
  return bytes;
}

// The pieces between runs of white space; at most max_cuts cuts, or any number if that is negative.
std::vector<Offset> words_of(std::string_view text, int64_t max_cuts) {
  std::vector<Offset> words;
  size_t at = 0;
  const auto skip = [&](bool spaces) {
    while (at < text.size()) {
      const char* p = text.data() + at;
      if (is_python_space(next_code_point(p)) != spaces) break;
      at = static_cast<size_t>(p - text.data());
    }
  };
  for (skip(true); at < text.size(); skip(true)) {
    const size_t begin = at;
    if (max_cuts >= 0 && static_cast<int64_t>(words.size()) == max_cuts) {
      words.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(text.size())});
      break;
    }
    skip(false);
    words.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(at)});
  }
  return words;
}

size_t end_without_space(std::string_view text, size_t end) {
  while (end > 0) {
    size_t begin = end - 1;
    while (is_continuation(text[begin])) --begin;
    const char* p = text.data() + begin;
    if (!is_python_space(next_code_point(p))) break;
    end = begin;
  }
  return end;
}

// The same from the end.
std::vector<Offset> last_words_of(std::string_view text, int64_t max_cuts) {
  std::vector<Offset> words = words_of(text, -1);
  if (max_cuts < 0 || static_cast<int64_t>(words.size()) <= max_cuts) return words;
  const auto num_rest = words.size() - static_cast<size_t>(max_cuts);
  const Offset rest{0, static_cast<uint32_t>(end_without_space(text, words[num_rest - 1].end))};
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(num_rest));
  words.insert(words.begin(), rest);
  return words;
}

std::vector<Offset> pieces_of(std::string_view text, std::string_view separator, int64_t max_cuts) {
  std::vector<Offset> pieces;
  size_t begin = 0;
  for (size_t at = text.find(separator); at != std::string_view::npos && max_cuts != 0; --max_cuts) {
    pieces.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(at)});
    begin = at + separator.size();
    at = text.find(separator, begin);
  }
  pieces.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(text.size())});
  return pieces;
}

std::vector<Offset> last_pieces_of(std::string_view text, std::string_view separator, int64_t max_cuts) {
  std::vector<Offset> pieces;
  size_t end = text.size();
  while (max_cuts-- != 0 && end >= separator.size()) {
    const size_t at = text.rfind(separator, end - separator.size());
    if (at == std::string_view::npos) break;
    pieces.push_back({static_cast<uint32_t>(at + separator.size()), static_cast<uint32_t>(end)});
    end = at;
  }
  pieces.push_back({0, static_cast<uint32_t>(end)});
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

Value as_list(Render& render, const Value& self, const std::vector<Offset>& parts) {
  const std::span<Value> items = render.arena.array<Value>(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) items[i] = render.part(self, parts[i].begin, parts[i].end);
  return render.adopt_sequence(Kind::kList, items);
}

Value split(Render& render, const Value& self, const Bound& arguments) {
  const int64_t max_cuts = arguments.integer_at(1, -1);
  const bool at_space = !arguments.has(0) || arguments[0].is(Kind::kNone);
  return as_list(
      render, self,
      at_space ? words_of(self.bytes(), max_cuts) : pieces_of(self.bytes(), separator_of(arguments[0]), max_cuts));
}

Value split_from_end(Render& render, const Value& self, const Bound& arguments) {
  const int64_t max_cuts = arguments.integer_at(1, -1);
  const bool at_space = !arguments.has(0) || arguments[0].is(Kind::kNone);
  return as_list(render, self,
                 at_space ? last_words_of(self.bytes(), max_cuts)
                          : last_pieces_of(self.bytes(), separator_of(arguments[0]), max_cuts));
}

Value split_lines(Render& render, const Value& self, const Bound& arguments) {
  return as_list(render, self, lines_of(self.bytes(), arguments.is_true_at(0)));
}

Value partition(Render& render, const Value& self, const Bound& arguments, bool from_end) {
  const std::string_view text = self.bytes(), separator = separator_of(arguments[0]);
  const size_t at = from_end ? text.rfind(separator) : text.find(separator);
  const bool found = at != std::string_view::npos;
  const size_t first = found ? at : from_end ? 0 : text.size();
  const size_t last = found ? at + separator.size() : first;
  const Value parts[] = {render.part(self, 0, first), render.part(self, first, last),
                         render.part(self, last, text.size())};
  return render.sequence(Kind::kTuple, parts);
}

constexpr MethodRow kTextSplitMethods[] = {
    {{"split", "sep maxsplit"}, split},
    {{"rsplit", "sep maxsplit"}, split_from_end},
    {{"splitlines", "keepends"}, split_lines},
    {{"partition", "_sep", 1}, [](Render& r, const Value& s, const Bound& a) { return partition(r, s, a, false); }},
    {{"rpartition", "_sep", 1}, [](Render& r, const Value& s, const Bound& a) { return partition(r, s, a, true); }},
};

}  // namespace

std::span<const MethodRow> text_split_methods() { return kTextSplitMethods; }

}  // namespace hone::text::jinja
