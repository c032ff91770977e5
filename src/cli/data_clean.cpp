// hone data clean: applies rules to rows, and records what each changed.
#include "cli/data_clean.h"

#include "base/log.h"
#include "base/output_path.h"
#include "cli/command.h"
#include "cli/library.h"
#include "table/value.h"

namespace hone::cli {

int clean_and_print(const data::CleanOptions& options, const std::string& trial) {
  const data::CleanRecord record = data::clean_rows(options);
  for (const std::string& warning : record.warnings) log_warning("{}", warning);
  if (!is_stream(options.output.output)) {
    print(data::to_text(record, help_width()) + (trial.empty() ? "" : "\n" + trial));
  } else if (!trial.empty()) {
    log_info("{}", table::stripped(trial));
  }
  return 0;
}

int run_data_clean(const options::Parsed<data::CleanOptions>& parsed) { return clean_and_print(parsed.options, ""); }

}  // namespace hone::cli
