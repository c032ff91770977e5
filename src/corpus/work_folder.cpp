#include "corpus/work_folder.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/folder_lock.h"
#include "base/log.h"

namespace hone::corpus {

namespace fs = std::filesystem;

namespace {

// Returns the path with the suffix behind the folder's name.
fs::path beside(const fs::path& output, const char* suffix) {
  fs::path plain = output;
  if (plain.filename() == "." || plain.filename() == "..") plain = fs::absolute(plain).lexically_normal();
  if (!plain.has_filename()) plain = plain.parent_path();
  return plain.parent_path() / (plain.filename().string() + suffix);
}

bool is_own_file(const std::string& name) {
  return name == kManifestName || name.starts_with("shard-") ||
         (is_temporary_name(name) && name.starts_with(kManifestName));
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

// Returns the name of a file that no corpus has, or "".
std::string foreign_file(const fs::path& folder) {
  for (const fs::path& file : files_of(folder)) {
    if (!is_own_file(file.filename().string())) return file.filename().string();
  }
  return "";
}

Error foreign(const fs::path& folder, const std::string& name) {
  return Error(ErrorKind::kUsage, fmt::format("{} holds {}, which is no file of a corpus", folder.string(), name),
               "give another --output; nothing was changed");
}

void move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    throw Error(ErrorKind::kIo, fmt::format("cannot rename {} to {}: {}", from.string(), to.string(), error.message()));
  }
}

// Returns the first setting that differs, as "append_eos was true and is false now", or "".
std::string changed_setting(const Json& before, const Json& now) {
  for (const auto& [name, value] : now.items()) {
    const Json former = before.value(name, Json());
    if (former != value) return fmt::format("{} was {} and is {} now", name, former.dump(), value.dump());
  }
  return "";
}

std::string changed_files(const std::vector<SourceFile>& before, const std::vector<SourceFile>& now) {
  for (size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    if (now[i].is_same_as(before[i])) continue;
    return before[i].path == now[i].path ? fmt::format("{} has changed since", now[i].path)
                                         : fmt::format("it was made of {}, not of {}", before[i].path, now[i].path);
  }
  if (before.size() == now.size()) return "";
  return fmt::format("it was made of {} files, not of {}", before.size(), now.size());
}

// Returns what distinguishes the folder's shards from `wanted`, or "" if nothing does. Their sizes are not looked at:
// damage costs the damaged shards only.
std::string read_difference(const fs::path& folder, const Manifest& wanted) {
  try {
    const Manifest manifest = read_manifest(folder, ShardCheck::kNone);
    return manifest.shards.empty() ? "" : difference(manifest, wanted);
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

std::string difference(const Manifest& corpus, const Manifest& wanted) {
  if (corpus.tokenizer_sha256 != wanted.tokenizer_sha256 || corpus.vocab_size != wanted.vocab_size) {
    return "it was made with another tokenizer";
  }
  const std::string setting = changed_setting(corpus.settings, wanted.settings);
  return setting.empty() ? changed_files(corpus.sources, wanted.sources) : setting;
}

OutputState output_state(const fs::path& output, const Manifest& wanted, Overwrite overwrite) {
  if (!fs::exists(output)) return OutputState::kFree;
  if (!fs::is_directory(output)) {
    throw Error(ErrorKind::kUsage, fmt::format("--output {} is a file", output.string()), "give the name of a folder");
  }
  if (fs::is_empty(output)) return OutputState::kFree;
  if (const std::string name = foreign_file(output); !name.empty()) throw foreign(output, name);
  if (!is_corpus(output)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} holds shards, but no {} of theirs", output.string(), kManifestName),
                "give another --output; or remove the folder");
  }
  if (overwrite == Overwrite::kAll) return OutputState::kFree;
  const std::string difference_text = difference(read_manifest(output), wanted);
  if (difference_text.empty()) return OutputState::kSame;
  if (overwrite == Overwrite::kOthers) return OutputState::kFree;
  throw Error(ErrorKind::kUsage, fmt::format("{} already holds a corpus: {}", output.string(), difference_text),
              "give another --output; --overwrite replaces it");
}

WorkFolder::WorkFolder(const fs::path& output, const Manifest& wanted, bool overwrites)
    : output_(output), path_(beside(output, ".partial")) {
  make_folders(path_);
  lock_ = lock_folder(path_, "writing to", "--output");
  if (const std::string name = foreign_file(path_); !name.empty()) throw foreign(path_, name);
  const std::string other = fs::exists(path_ / kManifestName) ? read_difference(path_, wanted) : "";
  if (!other.empty() && !overwrites) {
    throw Error(ErrorKind::kUsage, fmt::format("{} holds unfinished shards of other work: {}", path_.string(), other),
                "give another --output; --overwrite begins anew");
  }
  if (!other.empty() || !fs::exists(path_ / kManifestName)) {
    begin_anew(wanted);
  } else {
    keep_finished();
    if (manifest_.shards.empty()) begin_anew(wanted);
  }
}

WorkFolder::~WorkFolder() {
  if (is_published_ || !manifest_.shards.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void WorkFolder::begin_anew(const Manifest& wanted) {
  for (const fs::path& file : files_of(path_)) fs::remove(file);
  manifest_ = wanted;
  write_manifest(path_, manifest_);
}

void WorkFolder::keep_finished() {
  manifest_ = read_manifest(path_, ShardCheck::kNone);
  for (size_t i = 0; i < manifest_.shards.size(); ++i) {
    const std::string damage = damage_of_shard(path_, manifest_, i);
    if (damage.empty()) continue;
    log_warning("{}; tokenizing again from there", damage);
    manifest_.shards.resize(i);
    manifest_.is_complete = false;
    write_manifest(path_, manifest_);
  }
  std::vector<fs::path> known = {path_ / kManifestName};
  for (size_t i = 0; i < manifest_.shards.size(); ++i) {
    known.push_back(ids_path(path_, i));
    known.push_back(offsets_path(path_, i));
  }
  for (const fs::path& file : files_of(path_)) {
    if (std::ranges::find(known, file) == known.end()) fs::remove(file);
  }
}

void WorkFolder::add(ShardRecord shard) {
  manifest_.shards.push_back(std::move(shard));
  write_manifest(path_, manifest_);
}

void WorkFolder::add_to_last(uint64_t num_duplicates) { manifest_.shards.back().num_duplicates += num_duplicates; }

void WorkFolder::publish() {
  manifest_.is_complete = true;
  write_manifest(path_, manifest_);
  const fs::path replaced = beside(output_, ".replaced");
  if (is_corpus(replaced)) fs::remove_all(replaced);
  if (is_corpus(output_)) move_folder(output_, replaced);
  move_folder(path_, beside(output_, ""));
  is_published_ = true;
  sync_folder(fs::absolute(beside(output_, "")).parent_path());
  if (is_corpus(replaced)) fs::remove_all(replaced);
}

}  // namespace hone::corpus
