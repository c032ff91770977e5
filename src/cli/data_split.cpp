// hone data split: parts such as train, validation and test.
#include "cli/command.h"
#include "cli/library.h"
#include "data/split_files.h"

namespace hone::cli {

int run_data_split(const options::Parsed<data::SplitOptions>& parsed) {
  print(data::to_text(data::split_files(parsed.options)));
  return 0;
}

}  // namespace hone::cli
