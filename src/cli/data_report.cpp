// hone data report: what the rows hold and what is wrong with them.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/command.h"
#include "cli/data_report_options.h"
#include "cli/library.h"
#include "data/report_json.h"
#include "data/report_page.h"
#include "data/report_text.h"

namespace hone::cli {

int run_data_report(const options::Parsed<DataReportOptions>& parsed) {
  const DataReportOptions& options = parsed.options;
  if (!options.html.empty()) {
    check_is_file(options.html, "--html");
    for (const auto& file : data::input_files(options.report.input)) {
      check_is_not_input(options.html, "--html", file, "FILE");
    }
    if (!options.overwrite) check_is_free(options.html, "--html");
  }
  const data::Report report = data::make_report(options.report);
  if (options.json) {
    print(data::to_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print(data::to_text(report, help_width()));
  }
  if (!options.html.empty()) {
    write_file(options.html, data::to_page(report));
    log_info("wrote the page {}", options.html.string());
  }
  return 0;
}

}  // namespace hone::cli
