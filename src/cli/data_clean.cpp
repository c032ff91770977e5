// hone data clean: applies rules to rows, and records what each changed.
#include "base/log.h"
#include "base/output_path.h"
#include "cli/command.h"
#include "cli/library.h"
#include "cli/rule_trial.h"
#include "data/clean.h"
#include "table/value.h"

namespace hone::cli {

int run_data_clean(const options::Parsed<data::CleanOptions>& parsed) {
  data::check_clean_options(parsed.options);
  // Before anything is written, so that a trial that fails leaves no file.
  const std::string trial = parsed.options.try_model.empty() ? "" : tried_rules(parsed.options);
  const data::CleanRecord record = data::clean_rows(parsed.options);
  for (const std::string& warning : record.warnings) log_warning("{}", warning);
  if (!is_stream(parsed.options.output.output)) {
    print(data::to_text(record, help_width()) + (trial.empty() ? "" : "\n" + trial));
  } else if (!trial.empty()) {
    log_info("{}", table::stripped(trial));
  }
  return 0;
}

}  // namespace hone::cli
