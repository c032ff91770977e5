// hone data tokenize: rows become shards of ids (corpus/make.h).
#include "cli/command.h"
#include "cli/library.h"
#include "corpus/make.h"

namespace hone::cli {

int run_data_tokenize(const options::Parsed<corpus::MakeOptions>& parsed) {
  const corpus::MakeResult result = corpus::make_corpus(parsed.options);
  print(corpus::to_text(result, parsed.options));
  return result.interrupt == 0 ? 0 : 128 + result.interrupt;
}

}  // namespace hone::cli
