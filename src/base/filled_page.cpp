#include "base/filled_page.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace hone {

std::string filled_page(std::string_view page, const Json& data) {
  constexpr std::string_view kPlace = "@DATA@";
  const size_t place = page.find(kPlace);
  check_internal(place != std::string_view::npos, "the page has no place for its data");
  std::string filled(page.substr(0, place));
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      filled += "\\u003c";  // the data must not end the script element
    } else {
      filled += c;
    }
  }
  filled += page.substr(place + kPlace.size());
  return filled;
}

}  // namespace hone
