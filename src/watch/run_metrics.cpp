// The last line of a growing file may be incomplete; it is read by a later call.
#include "watch/run_metrics.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/sha256.h"
#include "watch/bounded_file.h"
#include "watch/run_record.h"

namespace hone::watch {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kMaxPartBytes = 1 << 20;
constexpr uint64_t kFirstLineBytes = 4096;
constexpr size_t kMaxStates = 64;

bool is_object_text(std::string_view line) {
  if (!line.starts_with('{')) return false;
  try {
    check_json_depth(line, "");
  } catch (const Error&) {
    return false;
  }
  return Json::accept(line);
}

// Includes a digest of the first line, because a new file may have the same inode and, with a coarse clock, the same
// creation time.
std::string generation_of(const BoundedFile& file) {
  const std::string start = file.read(0, kFirstLineBytes);
  const size_t end = start.find('\n');
  return file.identity() + "-" + (end == std::string::npos ? "0" : sha256(start.substr(0, end)).substr(0, 8));
}

MetricsPart read_lines(const BoundedFile& file, const MetricsPosition& position) {
  MetricsPart part;
  part.generation = generation_of(file);
  const bool goes_on = position.generation == part.generation && position.from <= file.size();
  part.restarted = !goes_on && position.from > 0;
  part.next = goes_on ? position.from : 0;
  const std::string bytes = file.read(part.next, kMaxPartBytes);
  size_t begin = 0;
  for (size_t end = bytes.find('\n'); end != std::string::npos; begin = end + 1, end = bytes.find('\n', begin)) {
    std::string_view line = std::string_view(bytes).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_object_text(line)) part.entries.emplace_back(line);
  }
  const bool is_endless = begin == 0 && bytes.size() == kMaxPartBytes;  // too long for a log line
  part.next += is_endless ? bytes.size() : begin;
  part.is_more = bytes.size() == kMaxPartBytes;
  return part;
}

}  // namespace

MetricsPart RunMetrics::read(const fs::path& folder, const MetricsPosition& position) {
  if (const auto file = BoundedFile::open(folder / "metrics.jsonl")) return read_lines(*file, position);
  std::error_code error;
  const fs::path state = fs::exists(folder / "run.json", error) ? fs::path() : trainer_state_path(folder);
  MetricsPart part;
  part.generation = "none";
  if (!state.empty()) {
    const Cached& cached = entries_of_state(state);
    part.generation = sha256(cached.stamp).substr(0, 16);
    if (position.generation == part.generation) part.next = std::min<uint64_t>(position.from, cached.entries.size());
    part.entries.assign(cached.entries.begin() + static_cast<std::ptrdiff_t>(part.next), cached.entries.end());
    part.next = cached.entries.size();
  }
  part.restarted = position.from > 0 && position.generation != part.generation;
  return part;
}

const RunMetrics::Cached& RunMetrics::entries_of_state(const fs::path& path) {
  const auto file = BoundedFile::open(path);
  const std::string stamp = file ? file->stamp() : "";
  if (states_.size() > kMaxStates) states_.clear();
  Cached& cached = states_[path.string()];
  if (cached.stamp == stamp) return cached;
  cached = {stamp, {}};
  const auto state = read_python_json(path, kMaxStateBytes);
  if (!state) return cached;
  const auto log = state->find("log_history");
  if (log == state->end() || !log->is_array()) return cached;
  for (const Json& entry : *log) {
    if (entry.is_object()) cached.entries.push_back(entry.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return cached;
}

}  // namespace hone::watch
