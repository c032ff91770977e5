#include "corpus/documents.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/names.h"
#include "base/utf8.h"
#include "table/line_reader.h"
#include "table/value.h"

namespace hone::corpus {

namespace fs = std::filesystem;

namespace {

constexpr size_t kBatchBytes = size_t{4} << 20, kBatchDocuments = size_t{1} << 14;

// Reads a txt file. A document is a run of lines.
class LineDocuments : public FileDocuments {
 public:
  LineDocuments(const fs::path& file, const DocumentOptions& options)
      : lines_(file, data::read_options(options.input).charset),
        file_(file.string()),
        kind_(options.documents),
        keeps_linebreaks_(options.keep_linebreaks) {
    if (lines_.is_empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", file_), "remove it from the files");
    }
  }

  std::optional<DocumentBatch> next() override {
    auto text = std::make_shared<std::string>();
    DocumentBatch batch;
    batch.file = file_;
    std::vector<size_t> begins;
    while (text->size() < kBatchBytes && begins.size() < kBatchDocuments) {
      const size_t begin = text->size();
      const auto first_line = read_document(*text);
      if (!first_line) break;
      begins.push_back(begin);
      batch.lines.push_back(*first_line);
    }
    if (begins.empty()) return std::nullopt;
    begins.push_back(text->size());
    for (size_t i = 0; i + 1 < begins.size(); ++i) {
      batch.texts.push_back(std::string_view(*text).substr(begins[i], begins[i + 1] - begins[i]));
    }
    batch.owner = std::move(text);
    return batch;
  }

 private:
  // Appends the next document. Returns the number of its first line, or nullopt at the end of the file.
  std::optional<uint64_t> read_document(std::string& text) {
    if (kind_ == "line") {
      const auto line = lines_.next();
      if (!line) return std::nullopt;
      text += *line;
      if (keeps_linebreaks_ && lines_.has_line_end()) text += '\n';
      return lines_.line();
    }
    const bool ends_at_blank = kind_ == "paragraph";
    const size_t begin = text.size();
    std::optional<uint64_t> first_line;
    bool needs_break = false;  // after the last line, if another one follows
    while (const auto line = lines_.next()) {
      const bool is_blank = ends_at_blank && table::is_blank(*line);
      if (is_blank && !first_line) continue;
      if (is_blank) break;
      if (needs_break) text += '\n';
      if (!first_line) first_line = lines_.line();
      text += *line;
      needs_break = lines_.has_line_end();
      check_size(text.size() - begin, *first_line);
    }
    if (needs_break && keeps_linebreaks_) text += '\n';
    return first_line;
  }

  void check_size(size_t size, uint64_t line) const {
    if (size <= UINT32_MAX) return;
    throw Error(ErrorKind::kInput, fmt::format("{}:{}: a document of more than 4 GiB", file_, line),
                "--documents line or --documents paragraph divides the file");
  }

  table::LineReader lines_;
  std::string file_, kind_;
  bool keeps_linebreaks_;
};

class RowDocuments : public FileDocuments {
 public:
  RowDocuments(const fs::path& file, const DocumentOptions& options)
      : reader_({file}, data::read_options(options.input)), file_(file.string()), input_(options.input) {}

  std::optional<DocumentBatch> next() override {
    auto rows = reader_.next(kBatchDocuments);
    if (!rows) return std::nullopt;
    DocumentBatch batch;
    batch.file = file_;
    batch.rows = std::move(*rows);
    const data::RowTexts texts(batch.rows, data::choose_columns(batch.rows, input_).text);
    auto copies = std::make_shared<std::vector<std::unique_ptr<std::string>>>();
    std::string scratch;
    for (uint64_t row = 0; row < batch.rows.size(); ++row) {
      std::string_view text = texts.text(row, scratch).value_or("");
      if (find_invalid_utf8(text) != std::string_view::npos) check_utf8(text, batch.rows.location(row));
      if (!text.empty() && text.data() == scratch.data()) {
        copies->push_back(std::make_unique<std::string>(std::move(scratch)));
        text = *copies->back();
        scratch = {};
      }
      batch.texts.push_back(text);
    }
    batch.owner = std::move(copies);
    return batch;
  }

 private:
  table::RowReader reader_;
  std::string file_;
  data::InputOptions input_;
};

void drop_first(DocumentBatch& batch, uint64_t count) {
  const auto end = static_cast<std::ptrdiff_t>(count);
  batch.texts.erase(batch.texts.begin(), batch.texts.begin() + end);
  batch.begin.document += count;
  if (!batch.lines.empty()) {
    batch.lines.erase(batch.lines.begin(), batch.lines.begin() + end);
    return;
  }
  std::vector<uint64_t> kept(batch.texts.size());
  std::iota(kept.begin(), kept.end(), count);
  batch.rows = batch.rows.select(kept);
}

std::unique_ptr<FileDocuments> open_documents(const fs::path& file, const DocumentOptions& options) {
  if (table::holds_lines(file)) return std::make_unique<LineDocuments>(file, options);
  return std::make_unique<RowDocuments>(file, options);
}

}  // namespace

std::string DocumentBatch::location(size_t i) const {
  return lines.empty() ? rows.location(i) : fmt::format("{}:{}", file, lines[i]);
}

DocumentReader::DocumentReader(std::vector<fs::path> files, DocumentOptions options, DocumentPlace begin)
    : files_(std::move(files)), options_(std::move(options)), place_{begin.file, 0}, num_dropped_(begin.document) {}

std::optional<DocumentBatch> DocumentReader::next() {
  while (place_.file < files_.size()) {
    if (open_ == nullptr) open_ = open_documents(files_[place_.file], options_);
    auto batch = open_->next();
    if (!batch) {
      open_.reset();
      place_ = {place_.file + 1, 0};
      num_dropped_ = 0;
      continue;
    }
    batch->begin = place_;
    place_.document += batch->size();
    const uint64_t num_dropped = std::min<uint64_t>(num_dropped_, batch->size());
    num_dropped_ -= num_dropped;
    if (num_dropped == batch->size()) continue;
    if (num_dropped > 0) drop_first(*batch, num_dropped);
    return batch;
  }
  return std::nullopt;
}

std::vector<fs::path> corpus_files(const data::InputOptions& input, const std::string& split) {
  std::vector<fs::path> files;
  std::set<fs::path> seen;
  for (const std::string& given : input.files) {
    auto splits = table::dataset_files(given, input.dataset_config_name);
    auto found = splits.find(split.empty() || !fs::is_directory(given) ? "train" : split);
    if (found == splits.end() && split.empty() && splits.size() == 1) found = splits.begin();
    if (found == splits.end()) {
      std::vector<std::string> known;
      for (const auto& [name, paths] : splits) known.push_back(name);
      throw unknown_name(ErrorKind::kUsage, fmt::format("split of {}", given), split.empty() ? "train" : split, known);
    }
    for (const fs::path& file : found->second) {
      if (!seen.insert(fs::weakly_canonical(file)).second) {
        throw Error(ErrorKind::kUsage, fmt::format("{} is given twice", file.string()), "name each file once");
      }
      files.push_back(file);
    }
  }
  return files;
}

}  // namespace hone::corpus
