// hone data sample (data/row_commands.h).
#include "cli/command.h"
#include "cli/library.h"
#include "data/row_commands.h"

namespace hone::cli {

int run_data_sample(const options::Parsed<data::RowSampleOptions>& parsed) {
  print(data::sample_rows(parsed.options));
  return 0;
}

}  // namespace hone::cli
