// Texts from the command line, from lines of standard input or, block by block, from a file: what predict and tokenize
// have in common.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/text_options.h"
#include "table/rows.h"
#include "table/writer.h"
#include "task/features.h"
#include "text/tokenizer.h"

namespace hone::cli {

// Errors (kUsage): neither texts nor a file, or both; an output without a file, or a file without an output; an output
// that is the input, or that exists and may not be replaced.
void check_text_input(const TextOptions& input, const char* command);

// Calls `take` with each text: those of the command line, or each line of standard input for "-".
void for_each_text(const TextOptions& input, const std::function<void(const std::string& text)>& take);

// Writes to --output in its format, or to standard output.
class Output {
 public:
  explicit Output(const TextOptions& input);  // errors (kUsage): an extension of no known row format

  table::RowFormat format() const { return format_; }
  // The columns of csv, which must be known before the first row.
  void begin(std::vector<std::string> column_names);
  bool has_begun() const { return writer_ != nullptr; }
  table::RowWriter& writer() { return *writer_; }
  uint64_t rows() const { return writer_ ? writer_->rows() : 0; }
  void end_block();  // a reader at the other end of a pipe gets the block at once
  void commit();

 private:
  std::filesystem::path path_;
  table::RowFormat format_;
  std::unique_ptr<table::RowWriter> writer_;
};

struct BlockOptions {
  size_t max_length = 0;          // tokens of a row
  const char* what = "";          // heads the progress bar
  bool beside_computing = false;  // leave the cores to the model: tokenize on one thread
  uint64_t max_rows = 2048;       // of a block
};

// Rows of the file, in its order.
struct Block {
  table::Rows rows;
  task::Features features;       // of the rows with a text
  std::vector<uint64_t> row_of;  // by row of features: its row of `rows`; ascending
  uint64_t num_empty = 0;        // rows of the file without a text, skipped ones included
  bool has_pairs = false;

  // "reviews.csv:17", for a row of features.
  std::string location(uint64_t row) const;
};

// Reads the file in blocks, tokenizes each and hands it over while the next block is being read and tokenized. Rows
// without a text are treated as --on-empty says; afterwards a note or a warning counts them, and another the truncated
// rows. Returns the number of rows of the file. Errors: kInput for a row without a text under "error".
uint64_t for_each_block(const TextOptions& input, const text::Tokenizer& tokenizer, const BlockOptions& options,
                        const std::function<void(const Block&)>& take);

}  // namespace hone::cli
