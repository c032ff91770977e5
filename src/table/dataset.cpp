// Reads a folder of row files as splits. A folder may also hold other files (a README, a licence, notes in .txt), so
// hone reads only the most frequent format, as datasets does.
#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/names.h"
#include "table/class_names.h"
#include "table/format.h"
#include "table/read.h"
#include "table/split_names.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

using SplitFiles = std::map<std::string, std::vector<fs::path>>;

constexpr int kMaxFolderDepth = 8;

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name.starts_with("__") || is_temporary_name(name);
}

// Returns true for files that describe a data set, such as a README, and hold no rows.
bool is_description(const fs::path& path) {
  constexpr std::array<std::string_view, 9> kNames = {"readme",  "license", "licence",      "notice",       "changelog",
                                                      "copying", "config",  "dataset_info", "dataset_infos"};
  std::string name = path.filename().string();
  name = name.substr(0, name.find('.'));
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return name == "dataset_dict" || name == "state" || std::ranges::find(kNames, name) != kNames.end();
}

// Returns the sorted paths of all row files below the folder, relative to it.
std::vector<fs::path> row_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error, ignored;
  const auto options = fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
  auto entry = fs::recursive_directory_iterator(folder, options, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (is_hidden(entry->path()) || entry.depth() == kMaxFolderDepth) entry.disable_recursion_pending();
    if (is_hidden(entry->path()) || !entry->is_regular_file(ignored) || is_description(entry->path())) continue;
    if (format_of_name(entry->path()) != nullptr) files.push_back(entry->path().lexically_relative(folder));
  }
  if (error) throw Error(ErrorKind::kIo, fmt::format("cannot list {}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  return files;
}

// Returns the files of the most frequent family. If two are equally frequent, the earlier row of the table of formats
// wins.
std::vector<fs::path> of_one_family(const std::vector<fs::path>& files) {
  std::map<std::string_view, size_t> count;
  for (const fs::path& file : files) ++count[format_of_name(file)->family];
  const Format* best = nullptr;
  for (const fs::path& file : files) {
    const Format* format = format_of_name(file);
    const size_t own = count[format->family];
    if (best == nullptr || own > count[best->family] || (own == count[best->family] && format < best)) best = format;
  }
  std::vector<fs::path> kept;
  for (const fs::path& file : files) {
    if (format_of_name(file)->family == best->family) kept.push_back(file);
  }
  return kept;
}

std::optional<std::string> split_of_folders(const fs::path& file) {
  for (const fs::path& part : file.parent_path()) {
    if (auto split = split_of_word(part.string())) return split;
  }
  return std::nullopt;
}

// Returns the files for which `split_of` finds a split; ignores the others.
template <typename SplitOf>
SplitFiles by_split(const std::vector<fs::path>& files, SplitOf split_of) {
  std::vector<fs::path> known;
  for (const fs::path& file : files) {
    if (split_of(file)) known.push_back(file);
  }
  SplitFiles splits;
  if (known.empty()) return splits;
  for (const fs::path& file : of_one_family(known)) {
    if (const auto split = split_of(file)) splits[*split].push_back(file);
  }
  return splits;
}

// Tries the rules in the order of datasets: shards, folder names, file names; otherwise all files are "train".
SplitFiles splits_of(const std::vector<fs::path>& files) {
  SplitFiles splits = by_split(files, [](const fs::path& file) { return split_of_shard(file.filename().string()); });
  if (splits.empty() || (splits.size() == 1 && splits.begin()->first == "data"))
    splits = by_split(files, split_of_folders);
  if (splits.empty()) {
    splits = by_split(files, [](const fs::path& file) { return split_of_word(file.filename().string()); });
  }
  if (splits.empty()) splits["train"] = of_one_family(files);
  return splits;
}

// Returns true for files in the folder itself, in data/, or in a folder named after a split.
bool is_own(const fs::path& file) {
  for (const fs::path& part : file.parent_path()) {
    if (part != "data" && !split_of_word(part.string())) return false;
  }
  return true;
}

// Returns the configurations: the sub-folders that hold row files.
std::vector<std::string> configurations(const std::vector<fs::path>& files) {
  std::set<std::string> names;
  for (const fs::path& file : files) {
    if (!is_own(file)) names.insert(file.begin()->string());
  }
  return {names.begin(), names.end()};
}

bool only_notes(const std::vector<fs::path>& files) {
  return std::ranges::all_of(files, [](const fs::path& file) {
    return format_of_name(file)->family == "text" && !split_of_word(file.filename().string());
  });
}

Error no_row_files(const fs::path& folder) {
  return Error(ErrorKind::kInput, fmt::format("{}: no row files in this folder", folder.string()),
               "it should hold .parquet, .csv, .tsv, .json, .jsonl, .txt or .arrow files, for example train.csv");
}

// Returns the folder of the named configuration, or of the only one.
fs::path configuration_folder(const fs::path& folder, std::string_view config_name) {
  const std::vector<fs::path> files = row_files(folder);
  const std::vector<std::string> known = configurations(files);
  if (!config_name.empty()) {
    const fs::path chosen = contained_path(folder, config_name);
    if (fs::is_directory(chosen)) return chosen;
    throw unknown_name(ErrorKind::kUsage, fmt::format("configuration of {}", folder.string()), config_name, known);
  }
  if (files.empty()) throw no_row_files(folder);
  std::vector<fs::path> own;
  std::ranges::copy_if(files, std::back_inserter(own), is_own);
  if (known.empty() || !only_notes(own)) return folder;
  if (known.size() == 1) {
    log_info("{}: using its only configuration, {}", folder.string(), known[0]);
    return folder / known[0];
  }
  throw Error(ErrorKind::kUsage, fmt::format("{} holds several configurations", folder.string()),
              fmt::format("choose one with --dataset-config-name: {}", fmt::join(known, ", ")));
}

}  // namespace

SplitFiles dataset_files(const fs::path& file_or_folder, std::string_view config_name) {
  if (!fs::exists(file_or_folder)) {
    throw Error(ErrorKind::kIo, fmt::format("{}: there is no such file or folder", file_or_folder.string()),
                "check the path; hone reads data sets from disk and downloads nothing");
  }
  if (!fs::is_directory(file_or_folder)) return {{"train", {file_or_folder}}};
  const fs::path folder = configuration_folder(file_or_folder, config_name);
  std::vector<fs::path> files = row_files(folder);
  if (config_name.empty() && folder == file_or_folder)
    std::erase_if(files, [](const fs::path& f) { return !is_own(f); });
  if (files.empty()) throw no_row_files(folder);
  SplitFiles splits = splits_of(files);
  size_t used = 0;
  for (auto& [split, paths] : splits) {
    used += paths.size();
    for (fs::path& path : paths) path = folder / path;
  }
  if (used < files.size()) {
    log_info("{}: {} of {} row files are ignored (their names contain no split, or they have another format)",
             folder.string(), files.size() - used, files.size());
  }
  return splits;
}

Splits read_dataset(const fs::path& file_or_folder, std::string_view config_name, const ReadOptions& options) {
  Splits splits;
  for (const auto& [split, files] : dataset_files(file_or_folder, config_name)) {
    ReadOptions split_options = options;
    for (const fs::path& folder : {files[0].parent_path(), file_or_folder / config_name, file_or_folder}) {
      const fs::path description = folder / "dataset_info.json";
      if (!fs::is_directory(file_or_folder) || !fs::is_regular_file(description)) continue;
      split_options.class_names.merge(class_names_of(read_file(description)));
    }
    splits.rows.emplace(split, read_rows(files, split_options));
  }
  return splits;
}

}  // namespace hone::table
