// Reading and tokenizing a file block by block, in memory that does not grow with it.
#include "cli/text_input.h"

#include <omp.h>

#include "base/ahead.h"
#include "base/error.h"
#include "base/progress.h"
#include "table/columns.h"
#include "table/read.h"

namespace hone::cli {

namespace {

constexpr uint64_t kBlockRows = 2048;

void check_texts(const table::Rows& rows, const std::string& column_name) {
  const table::Column column = rows.column(column_name);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (!column.is_null(row)) continue;
    throw Error(ErrorKind::kInput, fmt::format("{}: column \"{}\" has no text", rows.location(row), column_name),
                "remove the row, or fill it in: every row of the input gets a row in the output");
  }
}

}  // namespace

void check_text_input(const TextOptions& input, const char* command) {
  const bool has_file = !input.file.empty();
  if (input.text.empty() && !has_file) {
    throw Error(ErrorKind::kUsage, "nothing to work on",
                fmt::format("give a text (hone {} --model DIR \"...\") or --file FILE --output FILE", command));
  }
  if (!input.text.empty() && has_file) {
    throw Error(ErrorKind::kUsage, "both a text and --file are given", "give one of them");
  }
  if (has_file == input.output.empty()) {
    throw Error(ErrorKind::kUsage, has_file ? "--file is given without --output" : "--output is given without --file",
                "give both, as --file reviews.csv --output labels.jsonl");
  }
  if (has_file && !input.text_pair.empty()) {
    throw Error(ErrorKind::kUsage, "--text-pair is given with --file",
                "name the column of the second text with --text-pair-column");
  }
}

void for_each_block(const TextOptions& input, const text::Tokenizer& tokenizer, const BlockOptions& options,
                    const std::function<void(const task::Features&)>& take) {
  table::RowReader reader({input.file});
  Progress progress(options.what, "row", 0);
  Ahead<task::Features> blocks([&]() -> std::optional<task::Features> {
    if (options.beside_computing) omp_set_num_threads(1);  // for what this thread starts
    const auto rows = reader.next(kBlockRows);
    if (!rows) return std::nullopt;
    const table::TextColumns columns = table::choose_text_columns(*rows, input.text_column, input.text_pair_column);
    check_texts(*rows, columns.text);
    if (columns.text_pair) check_texts(*rows, *columns.text_pair);
    return task::tokenize_rows(tokenizer, *rows, columns, options.max_length, "tokenizing");
  });
  while (const auto features = blocks.next()) {
    take(*features);
    progress.advance(features->size());
  }
}

}  // namespace hone::cli
