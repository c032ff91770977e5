#include "table/read.h"

#include <arrow/memory_pool.h>

#include <deque>

#include "base/error.h"
#include "table/chunk_store.h"
#include "table/format.h"
#include "table/table_data.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

std::string names_text(const std::vector<ColumnInfo>& columns) {
  std::string text;
  for (const ColumnInfo& column : columns) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", column.name);
  return text;
}

// Joins `columns` with those of another file. Errors name both files, `first` and `file`.
void join_files(std::vector<ColumnInfo>& columns, const std::vector<ColumnInfo>& more, const fs::path& first,
                const fs::path& file) {
  for (ColumnInfo& column : columns) {
    const auto same_name = [&column](const ColumnInfo& other) { return other.name == column.name; };
    const auto found = std::find_if(more.begin(), more.end(), same_name);
    if (found == more.end() || more.size() != columns.size()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{} has the columns {}, but {} has {}", file.string(), names_text(more), first.string(),
                              names_text(columns)),
                  "files that are read as one table need the same columns");
    }
    const std::string_view before = type_name(column.type);
    if (!join_columns(column, *found)) {
      throw Error(ErrorKind::kInput,
                  fmt::format("column \"{}\" holds {} values in {}, but {} values in {}", column.name,
                              type_name(found->type), file.string(), before, first.string()));
    }
  }
}

Error no_rows(const fs::path& file) {
  return Error(ErrorKind::kInput, fmt::format("{}: there are no rows", file.string()),
               "the file may hold a header only");
}

}  // namespace

Rows read_rows(std::span<const fs::path> files, const ReadOptions& options) {
  ChunkStore store(options.memory_limit, options.cache_dir);
  std::vector<ColumnInfo> columns;
  bool any_rows = false;
  for (const fs::path& file : files) {
    const auto reader = open_batches(file, options);
    while (auto chunk = reader->next(UINT64_MAX)) {
      any_rows = true;
      store.add(std::move(*chunk));
    }
    if (columns.empty()) {
      columns = reader->columns();
    } else {
      join_files(columns, reader->columns(), files[0], file);
    }
  }
  if (!any_rows && !files.empty()) throw no_rows(files[0]);
  for (ColumnInfo& column : columns) {
    const auto declared = options.class_names.find(column.name);
    if (column.class_names.empty() && declared != options.class_names.end()) column.class_names = declared->second;
  }
  std::vector<Chunk> chunks = store.finish();
  arrow::default_memory_pool()->ReleaseUnused();  // decoding a file allocates tens of megabytes
  return Rows(std::make_shared<TableData>(std::move(columns), std::move(chunks)));
}

Rows read_rows(const fs::path& file, const ReadOptions& options) { return read_rows(std::span(&file, 1), options); }

struct RowReader::State {
  std::vector<fs::path> files;
  ReadOptions options;
  size_t next_file = 0;
  std::unique_ptr<BatchReader> reader;
  std::vector<ColumnInfo> first_columns;  // of the earlier files
  bool any_rows = false;

  void close_file() {
    const fs::path& file = files[next_file - 1];
    if (first_columns.empty()) {
      first_columns = reader->columns();
    } else {
      join_files(first_columns, reader->columns(), files[0], file);
    }
    reader.reset();
  }
};

RowReader::RowReader(std::vector<fs::path> files, ReadOptions options)
    : state_(std::make_unique<State>(State{std::move(files), std::move(options)})) {}
RowReader::~RowReader() = default;
RowReader::RowReader(RowReader&& other) noexcept = default;
RowReader& RowReader::operator=(RowReader&& other) noexcept = default;

std::optional<Rows> RowReader::next(uint64_t max_rows) {
  State& state = *state_;
  for (;;) {
    if (state.reader == nullptr) {
      if (state.next_file == state.files.size()) {
        if (!state.any_rows && !state.files.empty()) throw no_rows(state.files[0]);
        return std::nullopt;
      }
      state.reader = open_batches(state.files[state.next_file++], state.options);
    }
    if (auto chunk = state.reader->next(max_rows)) {
      state.any_rows = true;
      std::vector<Chunk> chunks;
      chunks.push_back(std::move(*chunk));
      return Rows(std::make_shared<TableData>(state.reader->columns(), std::move(chunks)));
    }
    state.close_file();
  }
}

}  // namespace hone::table
