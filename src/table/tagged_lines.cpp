// Reads the files of CoNLL's shared tasks: a word a line, with its tag in the last column. Each sentence is a row with
// the lists "tokens" and "tags".
#include "table/tagged_lines.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/json.h"
#include "table/batch_builder.h"
#include "table/batch_reader.h"
#include "table/line_reader.h"

namespace hone::table {

namespace {

constexpr std::string_view kDocumentStart = "-DOCSTART-";
constexpr const char* kForm =
    "each line is a word and, last, its tag, parted by a tab or spaces; a blank line ends a sentence";

// Columns separated by single tabs, else by any number of spaces.
std::vector<std::string_view> columns_of(std::string_view line, bool by_tabs) {
  std::vector<std::string_view> columns;
  if (!by_tabs) line = stripped(line);
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find(by_tabs ? '\t' : ' ', begin), line.size());
    const std::string_view column = line.substr(begin, end - begin);
    if (by_tabs || !column.empty()) columns.push_back(stripped(column));
    begin = end + 1;
  }
  return columns;
}

bool has_tab(std::string_view line) { return line.find('\t') != std::string_view::npos; }

// MultiCoNER and CoNLL-U begin sentences with such lines. A line "# O" is a word if it has as many columns as the words
// before it.
bool is_comment(std::string_view line, bool by_tabs, size_t num_columns) {
  return line.starts_with("# ") && columns_of(line, by_tabs).size() != num_columns;
}

bool ends_sentence(std::string_view line) { return is_blank(line) || line.starts_with(kDocumentStart); }

class TaggedLinesReader : public BatchReader {
 public:
  TaggedLinesReader(const std::filesystem::path& path, const ReadOptions& options)
      : lines_(path, options.charset), builder_(lines_.source().shared_name()) {
    if (lines_.is_empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", lines_.source().name()), kForm);
    }
    for (const char* name : {"tokens", "tags"}) builder_.columns()[builder_.column(name)].type = ColumnType::kNested;
  }

  std::optional<Chunk> next(uint64_t max_rows) override {
    while (!builder_.is_full(max_rows)) {
      const auto line = lines_.next();
      if (!line || ends_sentence(*line)) {
        end_sentence();
        if (!line) break;
      } else {
        take_word(*line);
      }
    }
    if (builder_.num_rows() == 0) return std::nullopt;
    return builder_.finish();
  }

  std::vector<ColumnInfo> columns() const override { return builder_.columns(); }

 private:
  void take_word(std::string_view line) {
    const bool by_tabs = num_columns_ == 0 ? has_tab(line) : by_tabs_;
    if (words_.empty() && is_comment(line, by_tabs, num_columns_)) return;
    const std::vector<std::string_view> columns = columns_of(line, by_tabs);
    if (num_columns_ == 0) {
      by_tabs_ = by_tabs;
      num_columns_ = columns.size();
      if (num_columns_ < 2) throw wrong(fmt::format("\"{}\" has no tag", line));
    }
    if (columns.size() != num_columns_) {
      throw wrong(
          fmt::format("{} in this line, but {} in the lines before", counted(columns.size(), "column"), num_columns_));
    }
    if (columns.back().empty()) throw wrong(fmt::format("the word \"{}\" has no tag", columns.front()));
    if (words_.empty()) first_line_ = lines_.line();
    words_.push_back(std::string(columns.front()));
    tags_.push_back(std::string(columns.back()));
  }

  void end_sentence() {
    if (words_.empty()) return;
    builder_.append(0, words_.dump());
    builder_.append(1, tags_.dump());
    builder_.end_row(first_line_);
    words_.clear();
    tags_.clear();
  }

  Error wrong(const std::string& what) const {
    return Error(ErrorKind::kInput, fmt::format("{}:{}: {}", lines_.source().name(), lines_.line(), what), kForm);
  }

  LineReader lines_;
  BatchBuilder builder_;
  size_t num_columns_ = 0;  // 0 before the first word
  bool by_tabs_ = false;
  Json words_ = Json::array(), tags_ = Json::array();  // of the current sentence
  uint64_t first_line_ = 0;
};

bool is_tag(std::string_view text) {
  constexpr std::string_view kPrefixes = "BIESLUM";
  if (text == "O") return true;
  return text.size() > 2 && text[1] == '-' && kPrefixes.find(text[0]) != std::string_view::npos;
}

}  // namespace

bool looks_like_tagged_lines(std::string_view head, bool is_whole) {
  if (!is_whole) head = head.substr(0, head.rfind('\n') + 1);
  size_t num_columns = 0;
  bool by_tabs = false, has_outside = false;
  for (size_t begin = 0; begin < head.size();) {
    const size_t end = std::min(head.find('\n', begin), head.size());
    const std::string_view line = head.substr(begin, end - begin);
    begin = end + 1;
    if (ends_sentence(line)) continue;
    if (num_columns == 0) by_tabs = has_tab(line);
    const auto columns = columns_of(line, by_tabs);
    if (num_columns == 0) num_columns = columns.size();
    if (columns.size() < 2 || columns.size() != num_columns || !is_tag(columns.back())) return false;
    has_outside = has_outside || columns.back() == "O";
  }
  return has_outside;
}

std::unique_ptr<BatchReader> open_tagged_lines(const std::filesystem::path& path, const ReadOptions& options) {
  return std::make_unique<TaggedLinesReader>(path, options);
}

}  // namespace hone::table
