#include "data/report_page.h"

#include <nlohmann/json.hpp>

#include "base/filled_page.h"
#include "data/report_json.h"

namespace hone::data {

namespace {

constexpr std::string_view kReportPage =
#include "data/report_page.inc"
    ;

}  // namespace

std::string to_page(const Report& report) { return filled_page(kReportPage, to_json(report)); }

}  // namespace hone::data
