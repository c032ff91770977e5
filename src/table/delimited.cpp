// Reads csv and tsv. In tsv files quotation marks may be plain characters (GLUE) or enclose cells (pandas); the
// beginning of the file decides.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "table/batch_builder.h"
#include "table/batch_reader.h"
#include "table/quoting.h"
#include "table/record_parser.h"
#include "table/text_source.h"

namespace hone::table {

namespace {

constexpr size_t kMaxNameLength = 256;

std::string separator_name(char separator) { return separator == '\t' ? "tabs" : fmt::format("\"{}\"", separator); }

class DelimitedReader : public BatchReader {
 public:
  DelimitedReader(const std::filesystem::path& path, char delimiter, const ReadOptions& options)
      : source_(path, options.charset),
        delimiter_(find_separator(source_.window(), delimiter, options.quoting)),
        quoting_(use_quotes(source_.window(), delimiter_, options.quoting)),
        parser_(delimiter_, quoting_),
        builder_(source_.shared_name()) {
    if (delimiter_ != delimiter) {
      log_info("{}: the fields are separated by {}", source_.name(), separator_name(delimiter_));
    }
    if (!next_record()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", source_.name()),
                  "it needs a header row with column names, and rows");
    }
    if (options.column_names.empty()) {
      take_header();
    } else {
      for (const std::string& name : options.column_names) builder_.column(name);
      has_record_ = true;
    }
    for (ColumnInfo& column : builder_.columns()) column.plain_text = true;
  }

  std::optional<Chunk> next(uint64_t max_rows) override {
    while (!builder_.is_full(max_rows) && (has_record_ || next_record())) append_row();
    if (builder_.num_rows() == 0) return std::nullopt;
    return builder_.finish();
  }

  std::vector<ColumnInfo> columns() const override { return builder_.columns(); }

 private:
  // Moves to the next record that is not blank. Returns false at the end of the file.
  bool next_record() {
    for (;;) {
      source_.consume(parsed_size_, parsed_lines_);
      line_ += parsed_lines_;
      parsed_size_ = 0;
      parsed_lines_ = 0;
      while (source_.window().empty()) {
        if (!source_.more()) return false;
      }
      const RecordStatus status = parser_.parse(source_.window(), source_.at_end());
      if (status == RecordStatus::kNeedsMore) {
        source_.more();
        continue;
      }
      if (status == RecordStatus::kOpenQuote || status == RecordStatus::kAfterQuote) throw quote_error(status);
      parsed_size_ = parser_.size();
      parsed_lines_ = parser_.lines();
      if (status == RecordStatus::kRecord) return true;
    }
  }

  Error quote_error(RecordStatus status) const {
    const std::string place = fmt::format("{}:{}", source_.name(), line_ + parser_.error_line());
    if (status == RecordStatus::kOpenQuote) {
      return Error(ErrorKind::kInput, fmt::format("{}: a quote is opened here and never closed", place),
                   "close the quote, or write a quote inside a quoted field twice (\"\")");
    }
    return Error(ErrorKind::kInput,
                 fmt::format("{}: text follows the closing quote of field {}", place, parser_.error_cell() + 1),
                 "write a quote inside a quoted field twice: \"say \"\"yes\"\"\"");
  }

  void take_header() {
    std::vector<std::string> names;
    for (const DelimitedCell& cell : parser_.cells()) {
      names.emplace_back(stripped(cell.text));
      if (names.back().size() == cell.text.size()) continue;
      log_info("{}: the column name \"{}\" is read as \"{}\", without the white space around it", source_.name(),
               cell.text, names.back());
    }
    check_header(names);
    rename(names);
    for (const std::string& name : names) builder_.column(name);
  }

  // Throws if the first row holds numbers or very long texts, which are probably data. Accepts 0, 1, 2 ..., because
  // pandas writes these names.
  void check_header(const std::vector<std::string>& names) const {
    bool counted = true;
    for (size_t i = 0; i < names.size(); ++i) counted = counted && names[i] == fmt::format("{}", i);
    const auto is_data = [](const std::string& name) {
      const ColumnType type = type_of_text(name);
      return type == ColumnType::kInt || type == ColumnType::kFloat || name.size() > kMaxNameLength;
    };
    const auto found = std::ranges::find_if(names, is_data);
    if (counted || found == names.end()) return;
    throw Error(ErrorKind::kInput,
                fmt::format("{}:{}: the first row looks like data, not like column names: it holds \"{}\"",
                            source_.name(), line_, found->substr(0, 40)),
                "add a first row with the names of the columns, for example text,label");
  }

  // Renames columns as pandas does: an empty name becomes "Unnamed: 2", the second "text" becomes "text.1".
  void rename(std::vector<std::string>& names) const {
    std::set<std::string> taken(names.begin(), names.end());
    std::set<std::string> used;
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string original = names[i];
      if (names[i].empty()) names[i] = fmt::format("Unnamed: {}", i);
      for (int count = 1; used.contains(names[i]); ++count) {
        const std::string candidate = fmt::format("{}.{}", original, count);
        if (!taken.contains(candidate)) names[i] = candidate;
      }
      if (!original.empty() && names[i] != original) {
        log_info("{}: two columns are named \"{}\"; the second one is read as \"{}\"", source_.name(), original,
                 names[i]);
      }
      taken.insert(names[i]);
      used.insert(names[i]);
    }
  }

  void append_row() {
    has_record_ = false;
    const auto& cells = parser_.cells();
    if (cells.size() != builder_.num_columns()) throw ragged(cells.size());
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].text.empty() && !cells[i].quoted) {
        builder_.append_null(i);
      } else {
        widen(builder_.columns()[i].type, cells[i].text);
        builder_.append(i, cells[i].text);
      }
    }
    builder_.end_row(line_);
  }

  static void widen(ColumnType& type, std::string_view cell) {
    if (type == ColumnType::kString || cell.empty()) return;
    const ColumnType own = type_of_text(cell);
    if (type == ColumnType::kNull || type == own) {
      type = own;
      return;
    }
    const bool numbers = type != ColumnType::kBool && own != ColumnType::kBool && own != ColumnType::kString;
    type = numbers ? ColumnType::kFloat : ColumnType::kString;
  }

  Error ragged(size_t found) const {
    const std::string_view expected_by = builder_.num_columns() == 1 ? "field" : "fields";
    return Error(ErrorKind::kInput,
                 fmt::format("{}:{}: {} field{}, but there should be {} {}", source_.name(), line_, found,
                             found == 1 ? "" : "s", builder_.num_columns(), expected_by),
                 quoting_ ? "put quotes around a field that holds the separator or a line end: \"good, not great\""
                          : "quotes are plain characters in this file; choose quoting if they enclose fields");
  }

  TextSource source_;
  char delimiter_;
  bool quoting_;
  RecordParser parser_;
  BatchBuilder builder_;
  size_t parsed_size_ = 0;
  uint64_t parsed_lines_ = 0, line_ = 1;
  bool has_record_ = false;  // the parser holds a record that is not in the builder yet
};

}  // namespace

std::unique_ptr<BatchReader> open_delimited(const std::filesystem::path& path, char delimiter,
                                            const ReadOptions& options) {
  return std::make_unique<DelimitedReader>(path, delimiter, options);
}

}  // namespace hone::table
