// Makes reports of small files for the tests of the report's sections.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "data/report.h"
#include "temporary_folder.h"

namespace hone::data {

inline Report report_of(const std::vector<std::filesystem::path>& files) {
  ReportOptions options;
  for (const auto& file : files) options.input.files.push_back(file.string());
  return make_report(options);
}

// Returns the finding, or null.
inline const Finding* finding(const Report& report, std::string_view id) {
  const auto found = std::ranges::find(report.findings, id, &Finding::id);
  return found == report.findings.end() ? nullptr : &*found;
}

}  // namespace hone::data
