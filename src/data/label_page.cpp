#include "data/label_page.h"

#include <nlohmann/json.hpp>

#include "base/filled_page.h"

namespace hone::data {

namespace {

constexpr std::string_view kLabelPage =
#include "data/label_page.inc"
    ;

}  // namespace

std::string to_page(const LabelErrors& errors, const LabelledRows& rows) {
  Json data = to_json(errors, rows);
  data["source"] = rows.rows.source();
  return filled_page(kLabelPage, data);
}

}  // namespace hone::data
