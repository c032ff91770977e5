#include "cli/embedding_texts.h"

#include <vector>

#include "base/ahead.h"
#include "base/counted.h"
#include "base/log.h"
#include "base/progress.h"
#include "table/columns.h"
#include "table/read.h"
#include "task/features.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

constexpr uint64_t kWindowRows = 16384;         // that are sorted by length together
constexpr uint64_t kWindowBytes = 64ULL << 20;  // of their texts, about

// Rows that are computed together. The texts lie in `blocks`.
struct Window {
  std::vector<table::Rows> blocks;
  std::vector<std::string_view> texts;
  std::vector<text::Encoding> encodings;
  uint64_t first_row = 0, num_empty = 0, num_bytes = 0;
};

// A vector stands for one text: of a pair it is the first one, with a note.
std::string chosen_column(const table::Rows& rows, const std::string& given) {
  const table::TextColumns found = table::choose_text_columns(rows, given, "");
  if (given.empty() && found.text_pair) {
    log_info("the rows are pairs of texts: the vectors are those of \"{}\" (--text-column {} embeds the others)",
             found.text, *found.text_pair);
  }
  return found.text;
}

class WindowReader {
 public:
  WindowReader(const InputFile& file, const std::string& column, const task::Embedder& embedder)
      : reader_({file.path()}), column_(column), embedder_(embedder) {}

  std::optional<Window> next() {
    Window window{.blocks = {}, .texts = {}, .encodings = {}, .first_row = next_row_};
    while (window.texts.size() < kWindowRows && window.num_bytes < kWindowBytes) {
      auto rows = reader_.next(kWindowRows - window.texts.size());
      if (!rows) break;
      add(window, *rows);
      window.blocks.push_back(std::move(*rows));
    }
    if (window.texts.empty()) return std::nullopt;
    next_row_ += window.texts.size();
    window.encodings = embedder_.encode(window.texts, 1);  // the model needs the other cores
    return window;
  }

 private:
  void add(Window& window, const table::Rows& rows) const {
    const table::Column column = rows.column(column_);
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const std::string_view text = column.text(row).value_or("");
      window.num_empty += table::is_blank(text) ? 1 : 0;
      window.num_bytes += text.size();
      window.texts.push_back(text);
    }
  }

  table::RowReader reader_;
  std::string column_;
  const task::Embedder& embedder_;
  uint64_t next_row_ = 0;
};

std::string place_in(const Window& window, size_t row) {
  for (const table::Rows& rows : window.blocks) {
    if (row < rows.size()) return rows.location(row);
    row -= rows.size();
  }
  return fmt::format("row {}", row);
}

// What happened to the texts, for the notes at the end.
struct TextCounts {
  uint64_t rows = 0, empty = 0, truncated = 0;
  text::UnknownTokens unknown;

  void add(const Window& window, const task::Embedder& embedder) {
    rows += window.texts.size();
    empty += window.num_empty;
    for (const text::Encoding& encoding : window.encodings) truncated += encoding.num_cut > 0 ? 1 : 0;
    unknown.add(embedder.unknown_tokens(window.encodings));
  }
  void log(const std::string& file, size_t max_length) const {
    if (empty > 0) log_warning("{} {} no text: taken as empty texts", empty, empty == 1 ? "row has" : "rows have");
    const std::string note = task::truncation_note(truncated, rows, max_length);
    if (!note.empty()) log_warning("{}", note);
    task::warn_of_unknown_tokens(unknown, file);
  }
};

}  // namespace

task::Embedder load_embedder(const EmbeddingModelOptions& options, const tensor::ComputeOptions& compute) {
  if (options.model_name_or_path.empty()) {
    throw Error(ErrorKind::kUsage, "no model is given", "give the folder of a model with --model");
  }
  const tensor::Compute chosen = tensor::prepare_compute(compute);
  const task::EmbedRequest request{.pooling = options.pooling == "last" ? "lasttoken" : options.pooling,
                                   .normalize = options.normalize,
                                   .prompt = options.prompt,
                                   .prompt_name = options.prompt_name,
                                   .width = options.width,
                                   .max_seq_length = options.max_seq_length,
                                   .batch_size = options.batch_size};
  task::Embedder embedder = task::Embedder::load({options.model_name_or_path, options.base_model}, request);
  embedder.set_compute(chosen);
  return embedder;
}

EmbeddedFile::EmbeddedFile(const InputFile& file, std::string text_column)
    : file_(file), text_column_(std::move(text_column)) {
  try {
    table::RowReader reader({file.path()});
    while (const auto rows = reader.next()) {
      if (num_rows_ == 0) text_column_ = chosen_column(*rows, text_column_);
      num_rows_ += rows->size();
    }
  } catch (const Error& error) {
    throw file.with_own_name(error);
  }
}

void EmbeddedFile::for_each_window(const task::Embedder& embedder, const Take& take) const {
  TextCounts counts;
  try {
    WindowReader reader(file_, text_column_, embedder);
    Progress progress("embedding", "row", num_rows_);
    Ahead<Window> windows([&] { return reader.next(); });
    std::vector<float> vectors;
    while (const auto window = windows.next()) {
      counts.add(*window, embedder);
      if (counts.rows > num_rows_) break;
      vectors.resize(window->texts.size() * static_cast<size_t>(embedder.width()));
      embedder.embed(
          window->encodings, vectors, [&](size_t row) { return place_in(*window, row); },
          [&](size_t num_rows) { progress.advance(num_rows); });
      take(vectors, window->texts);
    }
  } catch (const Error& error) {
    throw file_.with_own_name(error);
  }
  if (counts.rows != num_rows_) {
    throw Error(ErrorKind::kInput, fmt::format("{} has changed while it was read", file_.path().string()),
                "run the command again");
  }
  counts.log(file_.path().string(), embedder.max_length());
}

}  // namespace hone::cli
