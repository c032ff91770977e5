#include "train/kept_prefixes.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

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
std::string digest_of(const model::Model& model) {
  return fmt::format("{} {} {} {}", HONE_VERSION, kernel::cpu_level_name(kernel::cpu_level()), tensor::num_threads(),
                     frozen_weights_digest(model));
}

void remove_files(const std::filesystem::path& folder) {
  std::error_code error;
  for (const char* name : {kTrainPrefixFile, kEvaluationPrefixFile}) std::filesystem::remove(folder / name, error);
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

KeptPrefixes::KeptPrefixes(const TrainOptions& options, Prepared& prepared, std::filesystem::path folder)
    : options_(options), prepared_(prepared), folder_(std::move(folder)) {
  std::error_code error;
  const std::filesystem::space_info disk = std::filesystem::space(folder_, error);
  left_ = cache_budget(options.cache_budget, this_machine().available_memory(), error ? 0 : disk.available);
  if (prepared.loaded.model->num_frozen_layers().value_or(0) == 0 || left_.total_bytes == 0) {
    remove_files(folder_);  // of a run that was killed
    return;
  }
  keep(*prepared.train, kTrainPrefixFile);
  if (prepared.evaluation) keep(*prepared.evaluation, kEvaluationPrefixFile);
}

void KeptPrefixes::keep(task::Examples& examples, const char* file_name) {
  const std::shared_ptr<model::Model>& model = prepared_.loaded.model;
  model::PrefixStorage storage{.memory_bytes = std::min(left_.memory_bytes, left_.total_bytes),
                               .file_bytes = std::min(left_.disk_bytes, left_.total_bytes),
                               .file = folder_ / file_name,
                               .model_digest = [&model = *model] { return digest_of(model); }};
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
  double seconds = 0, saved = 0;
  for (const model::PrefixCache* cache : caches_) {
    seconds += cache->facts().seconds;
    saved += cache->facts().seconds_saved();
  }
  if (saved <= 0) return "";
  return fmt::format("the frozen layers took {:.1f} s, once; that saved {:.1f} s", seconds, saved);
}

void KeptPrefixes::keep_for_later() {
  for (model::PrefixCache* cache : caches_) {
    try {
      cache->save();
    } catch (const Error& error) {
      log_warning("the output of the frozen layers is not kept, so the next run computes it again: {}", error.what());
      return;
    }
  }
  are_for_later_ = true;
}

KeptPrefixes::~KeptPrefixes() {
  if (!are_for_later_) remove_files(folder_);
}

}  // namespace hone::train
