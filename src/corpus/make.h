// Tokenizes files once into a folder of shards (hone data tokenize). docs/corpora.md describes the folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "corpus/make_options.h"
#include "corpus/manifest.h"

namespace hone::corpus {

// Which corpora a new one may replace.
enum class Overwrite {
  kNone,
  kOthers,  // those of other work, and damaged ones
  kAll,
};

struct MakeResult {
  Manifest manifest;
  bool was_complete = false;  // the output was there already, of the same work; its checksums were compared
  uint64_t num_finished = 0;  // documents in shards that an earlier call had finished
  uint64_t num_bytes = 0;     // of text that this call tokenized
  double seconds = 0;         // that this call took, without loading the tokenizer
  int interrupt = 0;          // the signal that stopped the work, or 0
};

// Makes the corpus options.output. The shards depend on the files and the options only, not on the number of threads or
// on interruptions: a call after kill -9 keeps the finished shards and continues behind them. The output appears when
// all is written. Errors: those of reading rows, of the tokenizer and of output_state(); kUsage for --append-eos
// without an end token; kInput for files without text, and for an output whose content has changed.
// `others`: what may be replaced without options.overwrite.
MakeResult make_corpus(const MakeOptions& options, Overwrite others = Overwrite::kNone);

// Returns a line for the terminal.
std::string to_text(const MakeResult& result, const MakeOptions& options);

}  // namespace hone::corpus
