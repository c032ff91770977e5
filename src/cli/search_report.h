// What a search found, printed and written as search.json and search.html.
#pragma once

#include "cli/search_trials.h"

namespace hone::cli {

// In the output folder.
inline constexpr const char *kReportFile = "search.json", *kPageFile = "search.html";

// Writes the files, and prints the ranking if `prints`.
void report_search(const SearchPlan& plan, const search::Study& study, bool prints);

}  // namespace hone::cli
