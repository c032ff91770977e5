// The file or stream that a data command writes its rows to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "table/row_file.h"
#include "table/rows.h"

namespace hone::data {

struct OutputOptions {
  std::filesystem::path output;
  std::string output_format;
  bool overwrite = false;
  std::vector<std::string> columns;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Output");
    visit("output", self.output, "file for the rows, which appears when all are written; -: standard output")
        .value_name("FILE");
    visit("output_format", self.output_format, "format of the rows")
        .choices(choices_of(table::kRowFileFormatNames))
        .default_text("by the extension of the file; jsonl for -");
    visit("overwrite", self.overwrite, "replace a file that exists; without it that is an error");
    visit("columns", self.columns, "the columns that are written, in this order")
        .value_name("NAME,...")
        .default_text("all");
  }
};

// Returns the format that the options and the path ask for. Error (kUsage): an unknown extension.
std::string_view output_format(const OutputOptions& options, const std::filesystem::path& path);

// Throws kUsage for an unknown extension, and for a format that a stream cannot take.
void check_format(const OutputOptions& options, const std::filesystem::path& path);

// Throws kUsage if the output is one of the inputs, or exists and may not be replaced.
void check_output(const OutputOptions& options, const std::filesystem::path& path,
                  std::span<const std::filesystem::path> inputs);

// Writes rows to a path or to standard output.
class RowOutput {
 public:
  // Takes the columns that the options choose. Error (kInput): an unknown column.
  RowOutput(const OutputOptions& options, const std::filesystem::path& path, std::vector<table::FileColumn> columns);

  const std::vector<table::FileColumn>& columns() const { return columns_; }

  // The cells of one batch of rows. Columns that the rows lack are null.
  class Cells {
   public:
    Cells(const RowOutput& output, const table::Rows& rows);
    // Returns the values of a row, which the caller may change before it writes them. Valid until the next call.
    std::vector<table::Value>& values(uint64_t row);

   private:
    const RowOutput& output_;
    std::vector<std::optional<table::Column>> columns_;
    std::vector<table::Value> values_;
  };

  void write(std::span<const table::Value> values);
  void write_all(const table::Rows& rows);
  uint64_t rows() const { return rows_; }
  void commit() { file_->commit(); }

 private:
  std::vector<table::FileColumn> columns_;
  std::unique_ptr<table::RowFile> file_;
  uint64_t rows_ = 0;
};

}  // namespace hone::data
