// Holds at most two blocks, so that memory does not grow with the file.
#include "cli/text_input.h"

#include <omp.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>

#include "base/ahead.h"
#include "base/error.h"
#include "base/log.h"
#include "base/names.h"
#include "base/output_path.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/input_file.h"
#include "table/columns.h"
#include "table/read.h"
#include "table/value.h"
#include "task/features.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

struct OutputFormat {
  std::string_view name;
  table::RowFormat format;
};
constexpr OutputFormat kOutputFormats[] = {{"jsonl", table::RowFormat::kJsonLines}, {"csv", table::RowFormat::kCsv}};
static_assert(has_names(kOutputFormats, kOutputFormatNames), "kOutputFormatNames and the table differ");

table::RowFormat output_format(const TextOptions& input) {
  if (!input.output_format.empty()) return find_row(kOutputFormats, "output_format", input.output_format).format;
  return is_stream(input.output) ? table::RowFormat::kJsonLines : table::row_format(input.output);
}

// What becomes of a row without text.
struct OnEmpty {
  std::string_view name, outcome;
  bool asks_model = false, is_written = true, is_error = false;
};
constexpr OnEmpty kOnEmpty[] = {{.name = "keep", .outcome = "taken as empty texts", .asks_model = true},
                                {.name = "null", .outcome = "written with nulls"},
                                {.name = "skip", .outcome = "skipped", .is_written = false},
                                {.name = "error", .outcome = "", .is_error = true}};
static_assert(has_names(kOnEmpty, kOnEmptyNames), "kOnEmptyNames and the table differ");

const OnEmpty& on_empty(const TextOptions& input) { return find_row(kOnEmpty, "on_empty", input.on_empty); }

void write_all(std::FILE* file, std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() && std::fflush(file) == 0) return;
  throw Error(ErrorKind::kIo, fmt::format("cannot write the output: {}", system_message(errno)));
}

// Makes blocks of rows, with the rows that --on-empty keeps.
class BlockMaker {
 public:
  BlockMaker(const TextOptions& input, const text::Tokenizer& tokenizer, const BlockOptions& options)
      : input_(input), tokenizer_(tokenizer), options_(options) {}

  Block make(const table::Rows& rows) const {
    const table::TextColumns columns = table::choose_text_columns(rows, input_.text_column, input_.text_pair_column);
    std::vector<uint64_t> with_text;
    Block block{.rows = rows};
    find_empty(rows, columns, with_text, block.num_empty);
    if (block.num_empty == 0 || on_empty(input_).asks_model) {
      block.row_of.resize(rows.size());
      for (uint64_t row = 0; row < rows.size(); ++row) block.row_of[row] = row;
    } else {
      block.row_of = std::move(with_text);
    }
    const table::Rows kept = block.row_of.size() == rows.size() ? rows : rows.select(block.row_of);
    if (!on_empty(input_).is_written && block.num_empty > 0) {
      block.rows = kept;
      for (uint64_t row = 0; row < kept.size(); ++row) block.row_of[row] = row;
    }
    block.questions = task::make_questions(tokenizer_, kept, columns, options_.reading);
    return block;
  }

 private:
  void find_empty(const table::Rows& rows, const table::TextColumns& columns, std::vector<uint64_t>& with_text,
                  uint64_t& num_empty) const {
    std::vector<table::Column> looked_at = {rows.column(columns.text)};
    if (columns.text_pair) looked_at.push_back(rows.column(*columns.text_pair));
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const auto empty = std::find_if(looked_at.begin(), looked_at.end(), [&](const table::Column& column) {
        return table::is_blank(column.text(row).value_or(""));
      });
      if (empty == looked_at.end()) {
        with_text.push_back(row);
        continue;
      }
      if (on_empty(input_).is_error) {
        throw Error(ErrorKind::kInput, fmt::format("{}: column \"{}\" has no text", rows.location(row), empty->name()),
                    "fill it in, or give --on-empty keep, null or skip");
      }
      ++num_empty;
    }
  }

  const TextOptions& input_;
  const text::Tokenizer& tokenizer_;
  const BlockOptions& options_;
};

void tell_empty(uint64_t num_empty, const OnEmpty& row) {
  if (num_empty == 0) return;
  log_warning("{} {} no text: {} (--on-empty {})", num_empty, num_empty == 1 ? "row has" : "rows have", row.outcome,
              row.name);
}

}  // namespace

void check_text_input(const TextOptions& input, const char* command) {
  const bool has_file = !input.file.empty();
  if (input.text.empty() && !has_file) {
    throw Error(ErrorKind::kUsage, "no text and no file are given",
                fmt::format("give a text (hone {} --model DIR \"...\") or --file FILE --output FILE", command));
  }
  if (!input.text.empty() && has_file) {
    throw Error(ErrorKind::kUsage, "both a text and --file are given", "give one of them");
  }
  if (has_file == input.output.empty()) {
    throw Error(ErrorKind::kUsage, has_file ? "--file is given without --output" : "--output is given without --file",
                "give both, such as --file reviews.csv --output labels.jsonl");
  }
  if (has_file && !input.text_pair.empty()) {
    throw Error(ErrorKind::kUsage, "--text-pair is given with --file",
                "name the column of the second text with --text-pair-column");
  }
  if (!has_file) return;
  check_is_not_input(input.output, "--output", input.file, "--file");
  if (!input.overwrite) check_is_free(input.output, "--output");
}

void for_each_text(const TextOptions& input, const std::function<void(const std::string& text)>& take) {
  if (input.text != std::vector<std::string>{"-"}) {
    for (const std::string& text : input.text) take(text);
    return;
  }
  for (std::string line; std::getline(std::cin, line);) {
    if (line.ends_with('\r')) line.pop_back();
    take(line);
    std::fflush(stdout);  // a program that sends line by line waits for this result
  }
}

Output::Output(const TextOptions& input) : path_(input.output), format_(output_format(input)) {}

void Output::begin(std::vector<std::string> column_names) {
  if (!is_stream(path_)) {
    writer_ = std::make_unique<table::RowWriter>(path_, format_, std::move(column_names));
    return;
  }
  std::shared_ptr<std::FILE> file(stdout, [](std::FILE*) {});
  if (path_ != "-") {
    file.reset(std::fopen(path_.c_str(), "w"), [](std::FILE* opened) {
      if (opened != nullptr) std::fclose(opened);
    });
    if (!file) {
      throw Error(ErrorKind::kIo, fmt::format("cannot write {}: {}", path_.string(), system_message(errno)));
    }
  }
  const auto write = [file](std::string_view bytes) { write_all(file.get(), bytes); };
  writer_ = std::make_unique<table::RowWriter>(write, format_, std::move(column_names));
}

void Output::end_block() {
  if (is_stream(path_)) writer_->flush();
}

void Output::commit() { writer_->commit(); }

std::string Block::location(size_t question) const { return rows.location(row_of[question]); }

text::UnknownTokens Block::unknown_tokens(const text::Tokenizer& tokenizer) const {
  text::UnknownTokens count;
  for (const task::Question& question : questions) count.add(task::unknown_tokens(tokenizer, question));
  return count;
}

uint64_t for_each_block(const TextOptions& input, const text::Tokenizer& tokenizer, const BlockOptions& options,
                        const std::function<void(const Block&)>& take) {
  const InputFile file(input.file);
  uint64_t num_rows = 0, num_empty = 0, num_truncated = 0, num_kept = 0;
  try {
    table::RowReader reader({file.path()});
    const BlockMaker maker(input, tokenizer, options);
    Progress progress(options.what, "row", 0);
    Ahead<Block> blocks([&]() -> std::optional<Block> {
      if (options.beside_computing) omp_set_num_threads(1);  // for the parallel regions of this thread
      const auto rows = reader.next(options.max_rows);
      return rows ? std::optional(maker.make(*rows)) : std::nullopt;
    });
    while (const auto block = blocks.next()) {
      take(*block);
      num_empty += block->num_empty;
      num_kept += block->questions.size();
      num_truncated += static_cast<uint64_t>(std::ranges::count_if(block->questions, &task::Question::is_truncated));
      num_rows += on_empty(input).asks_model ? block->rows.size() : block->questions.size() + block->num_empty;
      progress.advance(block->rows.size());
    }
  } catch (const Error& error) {
    throw file.with_own_name(error);
  }
  tell_empty(num_empty, on_empty(input));
  const std::string note = task::truncation_note(num_truncated, num_kept, options.reading.encode.max_length);
  if (!note.empty()) log_warning("{}", note);
  return num_rows;
}

}  // namespace hone::cli
