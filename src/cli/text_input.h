// Reads texts for predict and tokenize: from the command line, from lines of standard input or, block by block, from a
// file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/text_options.h"
#include "table/rows.h"
#include "table/writer.h"
#include "task/answer.h"
#include "text/tokenizer.h"
#include "text/unknown_tokens.h"

namespace hone::cli {

// Checks the options. Errors (kUsage): neither texts nor a file, or both; an output without a file, or a file without
// an output; an output that is the input, or that exists without --overwrite.
void check_text_input(const TextOptions& input, const char* command);

// Calls `take` with each text of the command line; for "-", with each line of standard input.
void for_each_text(const TextOptions& input, const std::function<void(const std::string& text)>& take);

// Writes to --output in its format, or to standard output.
class Output {
 public:
  explicit Output(const TextOptions& input);  // errors (kUsage): an unknown extension

  table::RowFormat format() const { return format_; }
  // Sets the columns. Call it before the first row.
  void begin(std::vector<std::string> column_names);
  bool has_begun() const { return writer_ != nullptr; }
  table::RowWriter& writer() { return *writer_; }
  uint64_t rows() const { return writer_ ? writer_->rows() : 0; }
  void end_block();  // passes the block to a pipe at once
  void commit();

 private:
  std::filesystem::path path_;
  table::RowFormat format_;
  std::unique_ptr<table::RowWriter> writer_;
};

struct BlockOptions {
  task::Reading reading;
  const char* what = "";          // label of the progress bar
  bool beside_computing = false;  // tokenize on one thread, because the model needs the cores
  uint64_t max_rows = 2048;       // of a block
};

// Rows of the file, in its order.
struct Block {
  table::Rows rows;
  std::vector<task::Question> questions;  // of the rows with a text
  std::vector<uint64_t> row_of;           // for each question, the index of its row in `rows`; ascending
  uint64_t num_empty = 0;                 // rows without a text, including skipped ones

  // Returns "reviews.csv:17" for a question.
  std::string location(size_t question) const;
  text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer) const;
};

// Reads and tokenizes the file in blocks. Calls `take` with a block while another thread prepares the next one. Treats
// rows without a text as --on-empty says. At the end, logs how many rows had no text and how many were truncated.
// Returns the number of rows of the file. Errors: kInput for a row without a text under "error".
uint64_t for_each_block(const TextOptions& input, const text::Tokenizer& tokenizer, const BlockOptions& options,
                        const std::function<void(const Block&)>& take);

}  // namespace hone::cli
