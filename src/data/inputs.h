// The files that the data commands read: their parts (train, test ...) and the columns that hold text and label.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/columns.h"
#include "table/read.h"
#include "table/row_options.h"
#include "table/rows.h"

namespace hone::data {

inline constexpr std::string_view kUtf8Encoding = "utf-8", kLatin1Encoding = "latin-1";
inline constexpr std::array<std::string_view, 2> kEncodingNames = {kUtf8Encoding, kLatin1Encoding};

struct InputOptions : table::ColumnOptions {
  std::vector<std::string> files;
  std::string dataset_config_name;
  std::string encoding{kUtf8Encoding};
  std::vector<std::string> column_names;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Data");
    visit.positional("files", self.files, "files or folders (in the Hub's layout) that hold the rows")
        .required()
        .not_split()
        .paths()
        .value_name("FILE");
    visit("dataset_config_name", self.dataset_config_name, "sub-folder of a data set, for example plain_text")
        .value_name("NAME");
    visit("encoding", self.encoding, "how the characters of text files are stored")
        .choices({kEncodingNames.begin(), kEncodingNames.end()});
    visit("column_names", self.column_names, "columns of csv and tsv files without a header row")
        .value_name("NAME,...")
        .default_text("the first row");
  }
};

// Returns the options with which the table floor reads the files.
table::ReadOptions read_options(const InputOptions& options);

// The files of one part of a data set.
struct InputPart {
  std::string name;
  std::vector<std::filesystem::path> files;
};

// Returns the parts in the order train, validation, test, others. A file belongs to the split that its name contains
// ("train.csv", "reviews-test.jsonl"), else to a part of its own that has the file's name; the parts of a folder are
// its splits. Errors: kIo for missing files; kInput for a folder without rows; kUsage for a file that is given twice.
std::vector<InputPart> input_parts(const InputOptions& options);

// Returns all files, in the order of the parts.
std::vector<std::filesystem::path> input_files(const InputOptions& options);

// The columns that hold what a model reads and what it predicts.
struct RowColumns {
  table::TextColumns text;
  std::optional<std::string> label;
};

// Chooses the columns by the options, else by their names. `label` is nullopt if no column looks like one. Errors
// (kInput): no text column, or a given name is unknown.
RowColumns choose_columns(const table::Rows& rows, const InputOptions& options);

// The texts of rows. Several threads may read it.
class RowTexts {
 public:
  RowTexts(const table::Rows& rows, const table::TextColumns& columns);

  // Returns nullopt if the text is null. A pair is its two texts with a line break between them. A list of words is
  // joined with spaces. The result lies in the rows or in `scratch`.
  std::optional<std::string_view> text(uint64_t row, std::string& scratch) const;

 private:
  static std::optional<std::string_view> cell(const table::Column& column, uint64_t row, std::string& scratch);

  table::Column first_;
  std::optional<table::Column> second_;
};

// Returns the label of a row as text without the white space around it: the class name if the column declares names.
// Returns "" for null, NaN and blank cells.
std::string label_text(const table::Column& column, uint64_t row);

}  // namespace hone::data
