// hone data convert (data/row_commands.h).
#include "cli/command.h"
#include "cli/library.h"
#include "data/row_commands.h"

namespace hone::cli {

int run_data_convert(const options::Parsed<data::ConvertOptions>& parsed) {
  print(data::convert_rows(parsed.options));
  return 0;
}

}  // namespace hone::cli
