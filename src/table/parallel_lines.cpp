#include "table/parallel_lines.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "table/batch_builder.h"
#include "table/line_reader.h"
#include "table/table_data.h"

namespace hone::table {

namespace {

uint64_t num_lines(LineReader& lines) {
  while (lines.next()) {
  }
  return lines.line();
}

// Appends the rows of two files to the chunks, and returns their columns.
std::vector<ColumnInfo> read_pair(const std::filesystem::path& text_path, const std::filesystem::path& target_path,
                                  const ReadOptions& options, std::vector<Chunk>& chunks) {
  LineReader texts(text_path, options.charset), targets(target_path, options.charset);
  BatchBuilder builder(texts.source().shared_name());
  for (const char* name : {"text", "target"}) {
    ColumnInfo& column = builder.columns()[builder.column(name)];
    column.type = ColumnType::kString;
    column.plain_text = true;
  }
  while (true) {
    const auto text = texts.next();
    const auto target = targets.next();
    if (text.has_value() != target.has_value()) {
      const uint64_t of_texts = num_lines(texts), of_targets = num_lines(targets);
      throw Error(ErrorKind::kInput,
                  fmt::format("{} has {}, {} has {}", texts.source().name(), counted(of_texts, "line"),
                              targets.source().name(), of_targets),
                  "each line of one file belongs to the same line of the other");
    }
    if (!text) break;
    builder.append(0, *text);
    builder.append(1, *target);
    builder.end_row(texts.line());
    if (builder.is_full(UINT64_MAX)) chunks.push_back(builder.finish());
  }
  if (builder.num_rows() > 0) chunks.push_back(builder.finish());
  return builder.columns();
}

}  // namespace

Rows read_parallel_lines(std::span<const std::filesystem::path> texts, std::span<const std::filesystem::path> targets,
                         const ReadOptions& options) {
  if (texts.size() != targets.size() || texts.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} with texts and {} with their targets", counted(texts.size(), "file"),
                            counted(targets.size(), "file")),
                "give a file of targets for each file of texts");
  }
  std::vector<Chunk> chunks;
  std::vector<ColumnInfo> columns;
  for (size_t i = 0; i < texts.size(); ++i) columns = read_pair(texts[i], targets[i], options, chunks);
  return Rows(std::make_shared<TableData>(std::move(columns), std::move(chunks)));
}

}  // namespace hone::table
