// Reading a file block by block, in memory that does not grow with it.
#include "cli/text_input.h"

#include "base/error.h"
#include "base/progress.h"
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

void for_each_block(const TextOptions& input, const char* what,
                    const std::function<void(const table::Rows&, const table::TextColumns&)>& take) {
  table::RowReader reader({input.file});
  Progress progress(what, "row", 0);
  while (const auto rows = reader.next(kBlockRows)) {
    const table::TextColumns columns = table::choose_text_columns(*rows, input.text_column, input.text_pair_column);
    check_texts(*rows, columns.text);
    if (columns.text_pair) check_texts(*rows, *columns.text_pair);
    take(*rows, columns);
    progress.advance(rows->size());
  }
}

}  // namespace hone::cli
