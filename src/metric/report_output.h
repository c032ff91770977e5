// What `hone eval` prints of a report: tables for people, JSON for programs.
#pragma once

#include <string>

#include "metric/report.h"

namespace hone::metric {

// Rows, loss, the headline, then every panel that a terminal can draw, as aligned text.
std::string report_text(const Report& report);

// {"rows", "loss", every metric, if there are any "confidence" and "intervals": {NAME: [low, high]}, the data of each
// panel under the panel's name, "panels": [{"kind", "name", "title"}]}. Of a matrix the data are its counts, of a table
// its rows.
Json report_json(const Report& report);

}  // namespace hone::metric
