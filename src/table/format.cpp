// The table of row formats. If a folder has equally many files of two families, the earlier row wins.
#include "table/format.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "table/decompress.h"
#include "table/tagged_lines.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

std::unique_ptr<BatchReader> open_csv(const fs::path& path, const ReadOptions& options) {
  return open_delimited(path, ',', options);
}

std::unique_ptr<BatchReader> open_tsv(const fs::path& path, const ReadOptions& options) {
  return open_delimited(path, '\t', options);
}

// Returns the beginning of the file: at most 64 KB.
std::string head_of(const fs::path& path) {
  std::string head(size_t{1} << 16, '\0');
  head.resize(open_bytes(path, compression_of(path))->read(head.data(), head.size()));
  return head;
}

bool holds_tagged_lines(const std::string& head) {
  return looks_like_tagged_lines(head, head.size() < size_t{1} << 16);
}

// Many files of words with tags are called .txt.
std::unique_ptr<BatchReader> open_txt(const fs::path& path, const ReadOptions& options) {
  if (!holds_tagged_lines(head_of(path))) return open_text_lines(path, options);
  log_info("{}: each line is read as a word with its tag (CoNLL)", path.string());
  return open_tagged_lines(path, options);
}

constexpr std::array<Format, 12> kFormats = {{
    {".parquet", "parquet", "Apache Parquet", open_parquet},
    {".arrow", "arrow", "Arrow IPC file or stream", open_arrow},
    {".jsonl", "json", "a JSON object a line", open_json},
    {".ndjson", "json", "a JSON object a line", open_json},
    {".json", "json", "a JSON list of objects, or an object of lists", open_json},
    {".csv", "csv", "comma-separated, with a header row", open_csv},
    {".tsv", "csv", "tab-separated, with a header row", open_tsv},
    {".conll", "conll", "a word with its tag a line", open_tagged_lines},
    {".bio", "conll", "a word with its tag a line", open_tagged_lines},
    {".iob", "conll", "a word with its tag a line", open_tagged_lines},
    {".iob2", "conll", "a word with its tag a line", open_tagged_lines},
    {".txt", "text", "a text a line", open_txt},
}};

const Format& format_named(std::string_view extension) {
  return *std::ranges::find(kFormats, extension, &Format::extension);
}

// Finds the format by the first bytes of a file.
const Format& format_of_content(const fs::path& path) {
  const std::string head = head_of(path);
  std::string_view text = head;
  if (text.starts_with("PAR1")) return format_named(".parquet");
  if (text.starts_with("ARROW1") || text.starts_with("\xFF\xFF\xFF\xFF")) return format_named(".arrow");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('[') || text.starts_with('{')) return format_named(".json");
  if (holds_tagged_lines(head)) return format_named(".conll");
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.find('\t') != std::string_view::npos) return format_named(".tsv");
  return format_named(line.find(',') != std::string_view::npos ? ".csv" : ".txt");
}

std::string known_extensions() {
  std::string list;
  for (const Format& format : kFormats) list += (list.empty() ? "" : ", ") + std::string(format.extension);
  return list;
}

}  // namespace

const Format* format_of_name(const fs::path& path) {
  std::string extension = without_compression(path).extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  const auto found = std::ranges::find(kFormats, extension, &Format::extension);
  return found == kFormats.end() ? nullptr : &*found;
}

std::unique_ptr<BatchReader> open_batches(const fs::path& path, const ReadOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorKind::kIo, fmt::format("{}: there is no such file", path.string()), "check the path");
  }
  if (status.type() == fs::file_type::directory) {
    throw Error(ErrorKind::kIo, fmt::format("{} is a folder, but a file is expected", path.string()));
  }
  const fs::path plain = without_compression(path);
  if (!plain.has_extension()) return format_of_content(path).open(path, options);
  const Format* format = format_of_name(path);
  if (format == nullptr) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: rows cannot be read from a {} file", path.string(), plain.extension().string()),
                fmt::format("known: {}; each also as .gz, .xz, .zst or .bz2", known_extensions()));
  }
  return format->open(path, options);
}

}  // namespace hone::table
