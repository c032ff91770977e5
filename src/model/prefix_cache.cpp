#include "model/prefix_cache.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "base/sha256.h"

namespace hone::model {

namespace {

constexpr uint64_t kTokensPerFill = 4096;   // of a batch of fill()
constexpr uint64_t kFingerprintBytes = 64;  // of sha256() as text

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::byte* bytes_of(const at::Tensor& tensor) { return static_cast<std::byte*>(tensor.mutable_data_ptr()); }

}  // namespace

double PrefixCache::Facts::seconds_saved() const {
  if (num_tokens_computed == 0 || num_tokens_asked <= num_tokens_computed) return 0;
  return seconds / static_cast<double>(num_tokens_computed) *
         static_cast<double>(num_tokens_asked - num_tokens_computed);
}

PrefixCache::PrefixCache(std::shared_ptr<const Model> model, PrefixRows rows, const PrefixStorage& storage)
    : model_(std::move(model)),
      rows_(std::move(rows)),
      storage_(storage),
      num_layers_(model_->num_frozen_layers().value_or(0)),
      keeps_first_tokens_(num_layers_ == model_->num_layers() && model_->reads_first_tokens()),
      bytes_of_vector_(static_cast<uint64_t>(model_->width()) * at::elementSize(model_->dtype())),
      values_(WritableMap::in_memory(0)) {
  check_internal(num_layers_ > 0, "a prefix cache is for a model with frozen layers");
  place_rows(storage);
}

void PrefixCache::place_rows(const PrefixStorage& storage) {
  facts_.num_rows = rows_.size();
  uint64_t total = 0;
  for (uint64_t row = 0; row < rows_.size(); ++row) {
    places_.push_back({total, num_vectors(row) * bytes_of_vector_});
    total += places_.back().size;
  }
  facts_.is_in_file = total > storage.memory_bytes && storage.file_bytes > storage.memory_bytes;
  const uint64_t limit = facts_.is_in_file ? storage.file_bytes : storage.memory_bytes;
  const auto first_outside =
      std::ranges::find_if(places_, [&](const Place& place) { return place.begin + place.size > limit; });
  facts_.num_keepable = static_cast<uint64_t>(first_outside - places_.begin());
  facts_.bytes = first_outside == places_.end() ? total : first_outside->begin;
  const uint64_t size = facts_.bytes + facts_.num_rows + kFingerprintBytes;
  std::error_code error;
  const bool has_file = !storage.file.empty() && std::filesystem::file_size(storage.file, error) == size && !error;
  if (!has_file && !storage.file.empty()) std::filesystem::remove(storage.file, error);
  if (facts_.num_keepable == 0) facts_.is_in_file = false;
  values_ = facts_.is_in_file ? WritableMap::in_file(storage.file, size) : WritableMap::in_memory(size);
  is_kept_ = {reinterpret_cast<uint8_t*>(values_.bytes().data() + facts_.bytes), facts_.num_rows};
  if (has_file) reuse_file();
}

// Takes the values of the file if they are those of this model and these rows, and makes it invalid until save().
void PrefixCache::reuse_file() {
  if (!facts_.is_in_file) {
    const MappedFile file(storage_.file);
    std::memcpy(values_.bytes().data(), file.bytes().data(), file.bytes().size());
    std::filesystem::remove(storage_.file);
  }
  const std::span<char> stored = fingerprint_in_file();
  const bool is_same = std::string_view(stored.data(), stored.size()) == fingerprint();
  std::ranges::fill(stored, 0);
  if (!is_same) std::ranges::fill(is_kept_, 0);
  if (facts_.is_in_file) values_.sync();
  facts_.num_reused = static_cast<uint64_t>(std::ranges::count(is_kept_, 1));
}

std::span<char> PrefixCache::fingerprint_in_file() const {
  return {reinterpret_cast<char*>(is_kept_.data() + is_kept_.size()), kFingerprintBytes};
}

std::string PrefixCache::fingerprint() const {
  return sha256(fmt::format("2 {} {} {} {} {}", num_layers_, keeps_first_tokens_, at::toString(model_->dtype()),
                            rows_.digest ? rows_.digest() : "", storage_.model_digest ? storage_.model_digest() : ""));
}

uint64_t PrefixCache::num_vectors(uint64_t row) const {
  return keeps_first_tokens_ ? rows_.sequences[row + 1] - rows_.sequences[row] : rows_.num_tokens(row);
}

Stream PrefixCache::computed(std::span<const uint64_t> rows) {
  const at::NoGradGuard no_gradients;
  const double start = seconds_now();
  Stream stream = model_->prefix(rows_.inputs(rows), {}, num_layers_, keeps_first_tokens_);
  stream.x = stream.x.cpu().contiguous();
  facts_.seconds += seconds_now() - start;
  for (const uint64_t row : rows) facts_.num_tokens_computed += rows_.num_tokens(row);
  check_internal(stream.x.nbytes() % bytes_of_vector_ == 0, "the stream has the model's type");
  return stream;
}

void PrefixCache::keep(std::span<const uint64_t> rows, const at::Tensor& x) {
  const std::byte* next = bytes_of(x);
  for (const uint64_t row : rows) {
    const Place& place = places_[row];
    if (can_keep(row)) {
      std::memcpy(values_.bytes().data() + place.begin, next, place.size);
      is_kept_[row] = 1;
    }
    next += place.size;
  }
}

Stream PrefixCache::stream(std::span<const uint64_t> rows) {
  std::vector<uint64_t> missing;
  uint64_t num_bytes = 0;
  std::vector<int64_t> lengths;
  for (const uint64_t row : rows) {
    if (is_kept_[row] == 0) missing.push_back(row);
    num_bytes += places_[row].size;
    facts_.num_tokens_asked += rows_.num_tokens(row);
    for (uint64_t s = rows_.sequences[row]; s < rows_.sequences[row + 1]; ++s) {
      lengths.push_back(keeps_first_tokens_ ? 1 : static_cast<int64_t>(rows_.offsets[s + 1] - rows_.offsets[s]));
    }
  }
  at::Tensor of_missing;
  if (!missing.empty()) {
    of_missing = computed(missing).x;
    keep(missing, of_missing);
  }
  Stream stream{at::empty({static_cast<int64_t>(num_bytes / bytes_of_vector_), model_->width()}, model_->dtype()),
                tensor::Packing::from_lengths(lengths)};
  std::byte* next = bytes_of(stream.x);
  const std::byte* next_missing = missing.empty() ? nullptr : bytes_of(of_missing);
  size_t num_taken = 0;
  for (const uint64_t row : rows) {
    const Place& place = places_[row];
    const bool is_missing = num_taken < missing.size() && missing[num_taken] == row;
    std::memcpy(next, is_missing ? next_missing : values_.bytes().data() + place.begin, place.size);
    next += place.size;
    if (!is_missing) continue;
    next_missing += place.size;
    ++num_taken;
  }
  return stream;
}

bool PrefixCache::fill(std::span<const uint64_t> rows, const std::function<bool()>& keep_going) {
  std::vector<uint64_t> missing;
  for (const uint64_t row : rows) {
    if (can_keep(row) && is_kept_[row] == 0) missing.push_back(row);
  }
  std::ranges::stable_sort(missing, std::greater<>(), [&](uint64_t row) { return rows_.num_tokens(row); });
  Progress progress("computing frozen layers", "row", missing.size());
  for (size_t begin = 0; begin < missing.size();) {
    if (keep_going && !keep_going()) return false;
    size_t end = begin;
    for (uint64_t tokens = 0; end < missing.size(); ++end) {
      tokens += rows_.num_tokens(missing[end]);
      if (end > begin && tokens > kTokensPerFill) break;
    }
    const std::span<const uint64_t> batch = std::span(missing).subspan(begin, end - begin);
    keep(batch, computed(batch).x);
    progress.advance(batch.size());
    begin = end;
  }
  return true;
}

void PrefixCache::save() {
  if (facts_.num_keepable == 0 || std::ranges::count(is_kept_, 1) == 0) return;
  if (facts_.is_in_file) values_.sync();
  std::ranges::copy(fingerprint(), fingerprint_in_file().begin());
  if (facts_.is_in_file) return values_.sync();
  const std::span<std::byte> all = values_.bytes();
  AtomicFile file(storage_.file);
  file.write({reinterpret_cast<const char*>(all.data()), all.size()});
  file.commit();
}

}  // namespace hone::model
