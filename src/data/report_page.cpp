#include "data/report_page.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/report_json.h"

namespace hone::data {

namespace {

constexpr std::string_view kPage =
#include "data/report_page.inc"
    ;

constexpr std::string_view kPlace = "@REPORT@";

// Returns JSON that cannot end the script element that holds it.
std::string script_json(const Report& report) {
  std::string json;
  for (const char c : to_json(report).dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      json += "\\u003c";
    } else {
      json += c;
    }
  }
  return json;
}

}  // namespace

std::string to_page(const Report& report) {
  const size_t place = kPage.find(kPlace);
  check_internal(place != std::string_view::npos, "the page has no place for the report");
  std::string page(kPage.substr(0, place));
  page += script_json(report);
  page += kPage.substr(place + kPlace.size());
  return page;
}

}  // namespace hone::data
