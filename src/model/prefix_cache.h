// Keeps what flows out of a model's frozen layers for each row of a set, so that it is computed once and later passes
// begin behind these layers. Keeps the bits that Body::prefix gives, so nothing that is trained depends on what is
// kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/writable_map.h"
#include "model/inputs.h"
#include "model/model.h"

namespace hone::model {

// The rows of a set. A row is one or more sequences.
struct PrefixRows {
  std::vector<uint64_t> offsets;                                 // start of each sequence in tokens, and the end
  std::vector<uint64_t> sequences;                               // first sequence of each row, and the end
  std::function<Inputs(std::span<const uint64_t> rows)> inputs;  // their tokens, in this order
  std::function<std::string()> digest = {};                      // of all tokens, for save()

  uint64_t size() const { return sequences.size() - 1; }
  uint64_t num_tokens(uint64_t row) const { return offsets[sequences[row + 1]] - offsets[sequences[row]]; }
};

// Where a cache may keep its values, and how much of them.
struct PrefixStorage {
  uint64_t memory_bytes = 0, file_bytes = 0;
  std::filesystem::path file;                      // used if the values do not fit into the memory, and by save()
  std::function<std::string()> model_digest = {};  // of all that determines the values besides the rows, for save()
};

class PrefixCache {
 public:
  // Nothing is computed yet. Uses the file of save() if it is of the same model and rows. The model has frozen layers.
  // Errors (kIo): the file cannot be made.
  PrefixCache(std::shared_ptr<const Model> model, PrefixRows rows, const PrefixStorage& storage);

  // Returns what flows out of the frozen layers for these rows, packed in this order, on the CPU. If the head reads
  // first tokens only and every layer is frozen, these are all that is kept and returned. Computes and keeps the rows
  // that are missing.
  Stream stream(std::span<const uint64_t> rows);

  // Computes those of the rows that are missing and can be kept, in large batches. Returns false if keep_going, which
  // is asked before each batch, returned false.
  bool fill(std::span<const uint64_t> rows, const std::function<bool()>& keep_going);

  // Leaves the values in the file for a later process with the same model and rows. Errors: kIo.
  void save();

  struct Facts {
    uint64_t num_rows = 0, num_keepable = 0;  // rows, and how many of them fit
    uint64_t bytes = 0;                       // of those that fit
    bool is_in_file = false;
    uint64_t num_reused = 0;  // rows that the file of an earlier process had
    uint64_t num_tokens_asked = 0, num_tokens_computed = 0;
    double seconds = 0;  // of the computation

    // Returns the time that computing all that was asked would have taken beyond `seconds`.
    double seconds_saved() const;
  };
  const Facts& facts() const { return facts_; }

 private:
  struct Place {
    uint64_t begin = 0, size = 0;  // bytes
  };

  void place_rows(const PrefixStorage& storage);
  void reuse_file();
  bool can_keep(uint64_t row) const { return row < facts_.num_keepable; }
  uint64_t num_vectors(uint64_t row) const;
  Stream computed(std::span<const uint64_t> rows);
  // Copies each row of a computed stream into its place.
  void keep(std::span<const uint64_t> rows, const at::Tensor& x);
  std::span<char> fingerprint_in_file() const;
  std::string fingerprint() const;

  std::shared_ptr<const Model> model_;
  PrefixRows rows_;
  PrefixStorage storage_;
  int64_t num_layers_ = 0;
  bool keeps_first_tokens_ = false;
  uint64_t bytes_of_vector_ = 0;
  std::vector<Place> places_;
  WritableMap values_;               // of the rows, then a byte for each row (is_kept), then the fingerprint
  std::span<uint8_t> is_kept_ = {};  // [rows]
  Facts facts_;
};

}  // namespace hone::model
