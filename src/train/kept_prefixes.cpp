#include "train/kept_prefixes.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_size.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "kernel/cpu.h"
#include "model/parameters.h"
#include "tensor/compute.h"
#include "train/run_files.h"

namespace hone::train {

namespace {

constexpr std::string_view kAutomatic = "auto";

std::string frozen_weights_digest(const model::Model& model) {
  std::string digests;
  for (const model::NamedParameter& parameter : model::named_parameters(model)) {
    if (parameter.tensor.requires_grad()) continue;
    const at::Tensor values = parameter.tensor.detach().contiguous();
    digests += sha256({static_cast<const char*>(values.const_data_ptr()), values.nbytes()});
  }
  return sha256(digests);
}

// Of all that determines the bits of the values, besides the rows.
std::string digest_of(const model::LoadedModel& loaded) {
  return fmt::format("{} {} {} {} {}", HONE_VERSION, kernel::cpu_level_name(kernel::cpu_level()), tensor::num_threads(),
                     sha256(loaded.config.json().dump()), frozen_weights_digest(*loaded.model));
}

constexpr std::array kPrefixFiles = {kTrainPrefixFile, kEvaluationPrefixFile};

void remove_files(const std::filesystem::path& folder) {
  std::error_code error;
  for (const char* name : kPrefixFiles) std::filesystem::remove(folder / name, error);
}

}  // namespace

CacheBudget cache_budget(const std::string& text, uint64_t available_memory, uint64_t free_disk) {
  const uint64_t memory = available_memory / 4;
  if (text == kAutomatic) return {memory, free_disk / 2, memory + free_disk / 2};
  const std::optional<uint64_t> size = parse_byte_size(text);
  if (!size) {
    throw Error(ErrorKind::kUsage, fmt::format("cache_budget \"{}\" is not a size", text),
                "give a size such as 500MB or 2GB, 0 to keep nothing, or auto");
  }
  return {std::min(*size, memory), std::min(*size, free_disk), *size};
}

uint64_t free_disk_of(const std::filesystem::path& folder) {
  std::error_code error;
  uint64_t bytes = std::filesystem::space(folder, error).available;
  if (error) return 0;
  for (const char* name : kPrefixFiles) {
    const uint64_t size = std::filesystem::file_size(folder / name, error);
    if (!error) bytes += size;
  }
  return bytes;
}

bool keeps_all_rows(const Prepared& prepared, CacheBudget budget) {
  const model::Model& model = *prepared.loaded.model;
  const int64_t num_frozen = model.num_frozen_layers().value_or(0);
  if (num_frozen == 0) return false;
  const bool keeps_first_tokens = num_frozen == model.num_layers() && model.reads_first_tokens();
  const auto max_length = static_cast<uint64_t>(std::max<int64_t>(1, prepared.max_length));
  const uint64_t bytes_of_vector = static_cast<uint64_t>(model.width()) * at::elementSize(model.dtype());
  for (const task::Examples* examples : {prepared.train.get(), prepared.evaluation.get()}) {
    if (examples == nullptr) continue;
    uint64_t num_vectors = 0;
    for (uint64_t row = 0; row < examples->size(); ++row) {
      const uint64_t tokens = examples->length(row);
      num_vectors += keeps_first_tokens ? (tokens + max_length - 1) / max_length : tokens;
    }
    const uint64_t bytes = num_vectors * bytes_of_vector;  // all in memory or all in the file, as PrefixCache has it
    uint64_t& place = bytes <= budget.memory_bytes ? budget.memory_bytes : budget.disk_bytes;
    if (bytes > std::min(place, budget.total_bytes)) return false;
    place -= bytes;
    budget.total_bytes -= bytes;
  }
  return true;
}

KeptPrefixes::KeptPrefixes(const TrainOptions& options, Prepared& prepared, std::filesystem::path folder,
                           FreeDisk free_disk)
    : options_(options), prepared_(prepared), folder_(std::move(folder)), free_disk_(std::move(free_disk)) {
  keep_all();
}

void KeptPrefixes::renew() {
  for (const model::PrefixCache* cache : caches_) {
    seconds_ += cache->facts().seconds;
    seconds_saved_ += cache->facts().seconds_saved();
  }
  caches_.clear();
  prepared_.train->forget_prefix();
  if (prepared_.evaluation) prepared_.evaluation->forget_prefix();
  keep_all();
}

void KeptPrefixes::keep_all() {
  left_ = cache_budget(options_.cache_budget, this_machine().available_memory(), free_disk_(folder_));
  if (prepared_.loaded.model->num_frozen_layers().value_or(0) == 0 || left_.total_bytes == 0) {
    remove_files(folder_);  // of a run that was killed, or of more frozen layers
    return;
  }
  keep(*prepared_.train, kTrainPrefixFile);
  if (prepared_.evaluation) keep(*prepared_.evaluation, kEvaluationPrefixFile);
}

void KeptPrefixes::keep(task::Examples& examples, const char* file_name) {
  const std::shared_ptr<model::Model>& model = prepared_.loaded.model;
  model::PrefixStorage storage{.memory_bytes = std::min(left_.memory_bytes, left_.total_bytes),
                               .file_bytes = std::min(left_.disk_bytes, left_.total_bytes),
                               .file = folder_ / file_name,
                               .model_digest = [&loaded = prepared_.loaded] { return digest_of(loaded); }};
  model::PrefixCache* const cache = examples.keep_prefix(model, storage);
  if (cache == nullptr) return;
  caches_.push_back(cache);
  const model::PrefixCache::Facts& facts = cache->facts();
  (facts.is_in_file ? left_.disk_bytes : left_.memory_bytes) -= facts.bytes;
  left_.total_bytes -= facts.bytes;
}

void KeptPrefixes::compute(std::span<const uint64_t> rows, const std::function<bool()>& keep_going) {
  if (!caches_.empty()) caches_.front()->fill(rows, keep_going);
}

std::string KeptPrefixes::described_start() const {
  if (caches_.empty()) return "";
  uint64_t in_memory = 0, in_file = 0, num_rows = 0, num_keepable = 0, num_reused = 0;
  for (const model::PrefixCache* cache : caches_) {
    const model::PrefixCache::Facts& facts = cache->facts();
    (facts.is_in_file ? in_file : in_memory) += facts.bytes;
    num_rows += facts.num_rows;
    num_keepable += facts.num_keepable;
    num_reused += facts.num_reused;
  }
  std::string places = in_memory > 0 || in_file == 0 ? fmt::format("{} in memory", described_bytes(in_memory)) : "";
  if (in_file > 0) {
    places += fmt::format("{}{} in {}", places.empty() ? "" : ", ", described_bytes(in_file), folder_.string());
  }
  std::string text =
      fmt::format("the output of layer {} for {}, computed once: {}",
                  prepared_.loaded.model->num_frozen_layers().value_or(0), counted(num_keepable, "row"), places);
  if (num_keepable < num_rows) {
    text += fmt::format("; {} more do not fit into --cache-budget and are computed at each use",
                        counted(num_rows - num_keepable, "row"));
  }
  if (num_reused > 0) text += fmt::format("; {} from an earlier run", counted(num_reused, "row"));
  return text;
}

std::string KeptPrefixes::described_end() const {
  double seconds = seconds_, saved = seconds_saved_;
  for (const model::PrefixCache* cache : caches_) {
    seconds += cache->facts().seconds;
    saved += cache->facts().seconds_saved();
  }
  if (saved <= 0) return "";
  return fmt::format("the frozen layers took {:.1f} s, once; that saved {:.1f} s", seconds, saved);
}

void KeptPrefixes::save_all() const {
  uint64_t in_memory = 0, in_file = 0;  // what lies in a file has its place on the disk
  for (const model::PrefixCache* cache : caches_) {
    (cache->facts().is_in_file ? in_file : in_memory) += cache->facts().bytes;
  }
  const uint64_t free_disk = free_disk_(folder_);
  const uint64_t limit = cache_budget(options_.cache_budget, 0, free_disk - std::min(free_disk, in_file)).disk_bytes;
  if (in_memory > limit) {
    throw Error(ErrorKind::kIo, fmt::format("it takes {}, but the disk of {} and --cache-budget leave {}",
                                            described_bytes(in_memory), folder_.string(), described_bytes(limit)));
  }
  for (model::PrefixCache* cache : caches_) cache->save();
}

void KeptPrefixes::keep_for_later() {
  try {
    save_all();
    are_for_later_ = true;
  } catch (const Error& error) {
    log_warning("the output of the frozen layers is not kept, so the next run computes it again: {}", error.what());
  }
}

KeptPrefixes::~KeptPrefixes() {
  if (!are_for_later_) remove_files(folder_);
}

}  // namespace hone::train
