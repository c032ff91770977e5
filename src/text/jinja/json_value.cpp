#include "text/jinja/json_value.h"

#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace hone::text::jinja {

namespace {

Value to_value(Render& render, const Json& json, uint32_t depth);

Value list_value(Render& render, const Json& json, uint32_t depth) {
  const std::span<Value> items = render.arena.array<Value>(json.size());
  for (size_t i = 0; i < json.size(); ++i) items[i] = to_value(render, json[i], depth + 1);
  return render.adopt_sequence(Kind::kList, items);
}

Value dict_value(Render& render, const Json& json, uint32_t depth) {
  const std::span<Entry> entries = render.arena.array<Entry>(json.size());
  size_t size = 0;
  for (const auto& [key, value] : json.get_ref<const Json::object_t&>()) {
    entries[size++] = {data_text(render, key), to_value(render, value, depth + 1)};
  }
  return render.adopt_dict(entries);
}

Value number_value(const Json& json) {
  if (json.is_number_float()) return Value::real(json.get<double>());
  if (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX) {
    fail("the number {} of the context does not fit into 64 bits", json.get<uint64_t>());
  }
  return Value::integer(json.get<int64_t>());
}

Value to_value(Render& render, const Json& json, uint32_t depth) {
  if (depth > kMaxNesting) fail("lists and dicts nest deeper than {}", kMaxNesting);
  switch (json.type()) {
    case Json::value_t::string:
      return data_text(render, json.get_ref<const std::string&>());
    case Json::value_t::array:
      return list_value(render, json, depth);
    case Json::value_t::object:
      return dict_value(render, json, depth);
    case Json::value_t::boolean:
      return Value::boolean(json.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return number_value(json);
    default:
      return Value::none();
  }
}

}  // namespace

Value json_value(Render& render, const Json& json) { return to_value(render, json, 0); }

Value data_text(Render& render, const std::string& text) {
  if (find_invalid_utf8(text) != std::string_view::npos) fail("a text of the context is not UTF-8");
  return render.borrowed(text, Origin::kData);
}

}  // namespace hone::text::jinja
