// hone data blocks (corpus/view.h).
#include "cli/command.h"
#include "cli/library.h"
#include "corpus/view.h"

namespace hone::cli {

int run_data_blocks(const options::Parsed<corpus::ViewOptions>& parsed) {
  print(corpus::view_blocks(parsed.options));
  return 0;
}

}  // namespace hone::cli
