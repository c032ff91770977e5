// Options of hone data report.
#pragma once

#include <filesystem>

#include "data/report.h"

namespace hone::cli {

struct DataReportOptions {
  data::ReportOptions report;
  std::filesystem::path html;
  bool json = false, overwrite = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    data::ReportOptions::fields(self.report, visit);
    visit("html", self.html, "file for the report as one page with charts, which needs no network").value_name("FILE");
    visit("json", self.json, "write one JSON object instead of text");
    visit("overwrite", self.overwrite, "replace an --html file that exists; without it that is an error");
  }
};

}  // namespace hone::cli
