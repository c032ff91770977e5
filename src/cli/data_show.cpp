// hone data show (data/row_commands.h).
#include "cli/command.h"
#include "cli/library.h"
#include "data/row_commands.h"

namespace hone::cli {

int run_data_show(const options::Parsed<data::ShowOptions>& parsed) {
  print(data::show_rows(parsed.options));
  return 0;
}

}  // namespace hone::cli
