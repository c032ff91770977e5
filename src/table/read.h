// Reads row files into Rows, or batch by batch with RowReader. Formats: parquet, csv, tsv, json (a list of objects, an
// object of lists, an object that holds one list of objects), jsonl, txt (one row per line, column "text"), conll (a
// word with its tag per line, columns "tokens" and "tags"), arrow; each also as .gz, .xz, .zst or .bz2.
// docs/datasets.md describes each format and the differences from HF datasets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/rows.h"

namespace hone::table {

enum class Charset { kUtf8, kLatin1 };
enum class Quoting {
  kAutomatic,  // csv: as kOn; tsv: the beginning of the file decides
  kOn,
  kOff,
};

struct ReadOptions {
  Charset charset = Charset::kUtf8;
  Quoting quoting = Quoting::kAutomatic;
  // Column names of csv and tsv files without a header row. If empty, the first row holds them.
  std::vector<std::string> column_names;
  // Keeps larger tables in a mapped temporary file instead of memory. 0 means a quarter of RAM.
  uint64_t memory_limit = 0;
  // Names of classes by column, for files that declare none (read_dataset fills it from dataset_info.json).
  std::map<std::string, std::vector<std::string>> class_names;
  // Folder of the temporary file. If empty: $TMPDIR, else /var/tmp.
  std::filesystem::path cache_dir;
};

struct Splits {
  // By name: "train", "validation", "test", or another name from the file names, such as "unsupervised".
  std::map<std::string, Rows> rows;
};

// Reads one or several files, in this order, into one table. All files need the same columns.
// Errors: kIo for a file that cannot be opened; kInput for malformed content, with file and line (parquet, arrow: row).
Rows read_rows(std::span<const std::filesystem::path> files, const ReadOptions& options = {});
Rows read_rows(const std::filesystem::path& file, const ReadOptions& options = {});

// Reads a file (one split, "train") or a folder in the Hub's layout:
// folder[/config][/data]/train-00000-of-00001.parquet, or other file and folder names that contain the split's name, by
// datasets' rules. An empty config name selects the only sub-folder that holds data; if there are several, an error
// lists them.
Splits read_dataset(const std::filesystem::path& file_or_folder, std::string_view config_name = "",
                    const ReadOptions& options = {});

// Returns the files of each split that read_dataset would read.
std::map<std::string, std::vector<std::filesystem::path>> dataset_files(const std::filesystem::path& file_or_folder,
                                                                        std::string_view config_name = "");

// Reads files of any size batch by batch, in constant memory. The type of a column may widen from batch to batch, for
// example from int to float.
class RowReader {
 public:
  explicit RowReader(std::vector<std::filesystem::path> files, ReadOptions options = {});
  ~RowReader();
  RowReader(RowReader&& other) noexcept;
  RowReader& operator=(RowReader&& other) noexcept;

  // Returns the next rows (some thousands, at most `max_rows`), or nullopt after the last.
  std::optional<Rows> next(uint64_t max_rows = UINT64_MAX);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hone::table
