// The form of a report as one HTML page without any request: it holds its styles, its script and the report.
#pragma once

#include <string>

#include "data/report.h"

namespace hone::data {

// Returns the page, in English and Chinese, for both colour schemes. The page's script draws the charts as SVG from the
// JSON of the report.
std::string to_page(const Report& report);

}  // namespace hone::data
