// Reads row files into Rows, or batch by batch with RowReader. Formats: parquet, csv, tsv, json (a list of objects, an
// object of lists, an object that holds one list of objects), jsonl, txt (a row a line, column "text"), arrow; each
// also as .gz, .xz, .zst or .bz2. docs/datasets.md says how each is read and where that differs from HF datasets.
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

enum class Encoding { kUtf8, kLatin1 };
enum class Quoting {
  kAutomatic,  // csv: quotes quote; tsv: only where the file shows that they do
  kOn,
  kOff,
};

struct ReadOptions {
  Encoding encoding = Encoding::kUtf8;
  Quoting quoting = Quoting::kAutomatic;
  // Names for csv and tsv files without a header row; empty: the first row holds them.
  std::vector<std::string> column_names;
  // Tables larger than this many bytes are kept in a temporary file that is mapped, not in memory. 0: a quarter of RAM.
  uint64_t memory_limit = 0;
  // Names of classes by column, for columns whose file declares none (read_dataset takes them from dataset_info.json).
  std::map<std::string, std::vector<std::string>> class_names;
  // Where that file is made (and unlinked at once); empty: $TMPDIR, else /var/tmp.
  std::filesystem::path cache_dir;
};

struct Splits {
  // By name: "train", "validation", "test", or another that the file names give, as "unsupervised".
  std::map<std::string, Rows> rows;
};

// One table of several files, in this order. The files must have the same columns.
// Errors: kIo for what cannot be opened; kInput for what is wrong inside, with file and line (parquet, arrow: row).
Rows read_rows(std::span<const std::filesystem::path> files, const ReadOptions& options = {});
Rows read_rows(const std::filesystem::path& file, const ReadOptions& options = {});

// A file (one split, "train") or a folder in the Hub's layout: folder[/config][/data]/train-00000-of-00001.parquet, or
// other file and folder names that tell the split by datasets' rules. With an empty config name the only sub-folder
// that holds data is taken; where there are several, the error lists them.
Splits read_dataset(const std::filesystem::path& file_or_folder, std::string_view config_name = "",
                    const ReadOptions& options = {});

// The files of each split, unread; what read_dataset reads.
std::map<std::string, std::vector<std::filesystem::path>> dataset_files(const std::filesystem::path& file_or_folder,
                                                                        std::string_view config_name = "");

// Reads files of any size batch by batch, in constant memory. A column's type may widen from batch to batch.
class RowReader {
 public:
  explicit RowReader(std::vector<std::filesystem::path> files, ReadOptions options = {});
  ~RowReader();
  RowReader(RowReader&& other) noexcept;
  RowReader& operator=(RowReader&& other) noexcept;

  // The next rows (some thousands, at most `max_rows`), or nullopt after the last.
  std::optional<Rows> next(uint64_t max_rows = UINT64_MAX);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hone::table
