// hone data head (data/row_commands.h).
#include "cli/command.h"
#include "cli/library.h"
#include "data/row_commands.h"

namespace hone::cli {

int run_data_head(const options::Parsed<data::HeadOptions>& parsed) {
  print(data::head_rows(parsed.options));
  return 0;
}

}  // namespace hone::cli
