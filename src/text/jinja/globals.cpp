#include "text/jinja/globals.h"

#include <algorithm>
#include <ctime>

#include "base/utf8.h"
#include "text/jinja/iterator.h"
#include "text/jinja/methods.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

constexpr uint64_t kMaxRange = 100'000;  // MAX_RANGE of jinja2's sandbox

Value make_range(Render& render, const Arguments& arguments) {
  const Bound bound({"range", "_start _stop _step", 1}, arguments);
  const int64_t first = bound.has(1) ? as_index(bound[0]) : 0;
  const int64_t end = as_index(bound[bound.has(1) ? 1 : 0]), step = bound.integer_at(2, 1);
  if (step == 0) fail("range() arg 3 must not be zero");
  // The distance and the step as magnitudes, which fit into 64 bits without a sign.
  const auto from = static_cast<uint64_t>(first), to = static_cast<uint64_t>(end), by = static_cast<uint64_t>(step);
  const uint64_t distance = step > 0 ? to - from : from - to, size = step > 0 ? by : uint64_t{0} - by;
  const bool is_empty = step > 0 ? first >= end : first <= end;
  const uint64_t length = is_empty ? 0 : (distance - 1) / size + 1;
  if (length > kMaxRange) fail("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({}).", kMaxRange);
  return Value(Kind::kRange, render.arena.make<Range>(first, step, static_cast<int64_t>(length)));
}

// The entries of dict(...) and namespace(...): of a mapping or of pairs, and then the keywords.
std::vector<Entry> entries_of(Render& render, const Arguments& arguments, std::string_view what) {
  std::vector<Entry> entries;
  if (arguments.positional.size() > 1) {
    fail("{} expected at most 1 argument, got {}", what, arguments.positional.size());
  }
  if (!arguments.positional.empty() && arguments.positional[0].is(Kind::kDict)) {
    const auto given = arguments.positional[0].dict().entries;
    entries.assign(given.begin(), given.end());
  } else if (!arguments.positional.empty()) {
    for (const Value& pair : all_items(render, arguments.positional[0])) {
      const auto parts = all_items(render, pair);
      if (parts.size() != 2) fail("{}: each item must be a key and a value, not {} values", what, parts.size());
      entries.push_back({parts[0], parts[1]});
    }
  }
  for (const Keyword& keyword : arguments.keywords) entries.push_back({render.borrowed(keyword.name), keyword.value});
  return entries;
}

Value make_dict(Render& render, const Arguments& arguments) {
  return render.dict(entries_of(render, arguments, "dict"));
}

Value make_namespace(Render& render, const Arguments& arguments) {
  const Value dict = render.dict(entries_of(render, arguments, "namespace"));
  const auto entries = dict.dict().entries;
  Namespace* names = render.arena.make<Namespace>(render.arena.array<Entry>(entries.size()), entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string_view name = text_argument(entries[i].key, "namespace").bytes();
    if (name.starts_with('_'))
      fail("a namespace cannot have the attribute '{}', which begins with an underscore", name);
    names->entries[i] = entries[i];
  }
  return Value(Kind::kNamespace, names);
}

Value make_cycler(Render& render, const Arguments& arguments) {
  if (arguments.positional.empty()) fail("at least one item has to be provided");
  return Value(Kind::kCycler, render.arena.make<Cycler>(arguments.positional));
}

Value make_joiner(Render& render, const Arguments& arguments) {
  const Bound bound({"joiner", "sep"}, arguments);
  const Value separator = bound.has(0) ? to_text(render, bound[0]) : render.borrowed(", ");
  return Value(Kind::kJoiner, render.arena.make<Joiner>(&separator.text()));
}

Value raise_exception(Render& render, const Arguments& arguments) {
  const Bound bound({"raise_exception", "message", 1}, arguments);
  fail("{}", to_text(render, bound[0]).bytes());
}

Value time_now(Render& render, const Arguments& arguments) {
  const Bound bound({"strftime_now", "format", 1}, arguments);
  const std::string format(text_argument(bound[0], "strftime_now").bytes());
  if (format.size() > 1000) fail("strftime_now: the format is longer than 1000 bytes");
  if (format.empty()) return render.borrowed("");
  std::string out(16 * format.size() + 256, '\0');
  out.resize(std::strftime(out.data(), out.size(), format.c_str(), &render.now));
  return render.text(out);
}

constexpr GlobalRow kGlobals[] = {
    {"range", make_range},      {"dict", make_dict},     {"namespace", make_namespace},
    {"cycler", make_cycler},    {"joiner", make_joiner}, {"raise_exception", raise_exception},
    {"strftime_now", time_now},
};

}  // namespace

Value find_global(std::string_view name) {
  const auto* row =
      std::find_if(std::begin(kGlobals), std::end(kGlobals), [&](const GlobalRow& g) { return g.name == name; });
  return row == std::end(kGlobals) ? Value() : Value(Kind::kGlobal, row);
}

Value call_global(Render& render, const GlobalRow& row, const Arguments& arguments) {
  return row.run(render, arguments);
}

}  // namespace hone::text::jinja
