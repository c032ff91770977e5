// hone data merge (data/row_commands.h).
#include "cli/command.h"
#include "cli/library.h"
#include "data/row_commands.h"

namespace hone::cli {

int run_data_merge(const options::Parsed<data::MergeOptions>& parsed) {
  print(data::merge_rows(parsed.options));
  return 0;
}

}  // namespace hone::cli
