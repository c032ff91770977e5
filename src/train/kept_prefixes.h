// The activations behind the frozen layers of a run's rows, which are computed once (--cache-budget).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/prefix_cache.h"
#include "train/prepare.h"

namespace hone::train {

// The limits of --cache-budget.
struct CacheBudget {
  uint64_t memory_bytes = 0, disk_bytes = 0;
  uint64_t total_bytes = 0;  // of both
};

// Returns the limits for "auto", "0" or a size such as "2GB". Errors (kUsage): another text.
CacheBudget cache_budget(const std::string& text, uint64_t available_memory, uint64_t free_disk);

// Returns the bytes that the files of a run in this folder may take: what is free on its disk, and what the files of an
// earlier session take, which they replace. 0 if the disk does not tell.
uint64_t free_disk_of(const std::filesystem::path& output_dir);

// Returns whether the budget holds what flows out of the frozen layers for all training and evaluation rows; false if
// no layer is frozen. If only first tokens are kept, a row counts as one sequence for each max_length tokens.
bool keeps_all_rows(const Prepared& prepared, CacheBudget budget);

class KeptPrefixes {
 public:
  using FreeDisk = std::function<uint64_t(const std::filesystem::path& output_dir)>;

  // Keeps nothing if the model has no frozen layers behind frozen embeddings, or if the budget is 0. `prepared` and its
  // model must outlive the object. `folder`: of the files. Errors (kIo): a file cannot be made there.
  KeptPrefixes(const TrainOptions& options, Prepared& prepared, std::filesystem::path folder,
               FreeDisk free_disk = free_disk_of);
  // Removes the files, unless they are kept for the run that resumes.
  ~KeptPrefixes();
  KeptPrefixes(const KeptPrefixes&) = delete;
  KeptPrefixes& operator=(const KeptPrefixes&) = delete;

  // Forgets what was kept, and begins anew with the layers that are frozen now.
  void renew();

  // Computes the frozen layers for these training rows. Returns early if keep_going, which is asked before each batch,
  // returns false.
  void compute(std::span<const uint64_t> rows, const std::function<bool()>& keep_going);

  // Returns where the values are kept and how much they take, or an empty text if nothing is kept.
  std::string described_start() const;
  // Returns how much time the kept values saved; an empty text if none.
  std::string described_end() const;

  // Leaves the values in the folder, for the run that resumes or the next one there. A failure is a warning; so is a
  // disk with less free than --cache-budget needs.
  void keep_for_later();

 private:
  void keep_all();
  void keep(task::Examples& examples, const char* file_name);
  void save_all() const;

  const TrainOptions& options_;
  Prepared& prepared_;
  std::filesystem::path folder_;
  FreeDisk free_disk_;
  CacheBudget left_;
  bool are_for_later_ = false;
  double seconds_ = 0, seconds_saved_ = 0;   // of forgotten caches
  std::vector<model::PrefixCache*> caches_;  // of the training rows, then of the evaluation rows
};

}  // namespace hone::train
