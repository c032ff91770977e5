// Encodes many texts on all cores. Each result has its own slot, so the order of work does not matter.
#include <omp.h>

#include <exception>

#include "base/error.h"
#include "text/tokenizer.h"

namespace hone::text {

namespace {

// Returns encode(0) ... encode(count - 1). If several of them fail, throws the error of the first one.
template <typename Encode>
std::vector<Encoding> encode_all(size_t count, int num_threads, const Encode& encode) {
  std::vector<Encoding> encodings(count);
  const auto end = static_cast<int64_t>(count);
  std::exception_ptr error;
  int64_t error_at = end;
#pragma omp parallel for schedule(dynamic, 16) num_threads(num_threads > 0 ? num_threads : omp_get_max_threads())
  for (int64_t i = 0; i < end; ++i) {
    try {
      encodings[static_cast<size_t>(i)] = encode(static_cast<size_t>(i));
    } catch (...) {
#pragma omp critical(hone_tokenizer_error)
      if (i < error_at) {
        error_at = i;
        error = std::current_exception();
      }
    }
  }
  if (error) std::rethrow_exception(error);
  return encodings;
}

}  // namespace

std::vector<Encoding> Tokenizer::encode_batch(std::span<const std::string_view> texts,
                                              std::span<const std::string_view> pairs, const EncodeOptions& options,
                                              int num_threads) const {
  check_internal(pairs.empty() || pairs.size() == texts.size(), "encode_batch needs as many pairs as texts");
  return encode_all(texts.size(), num_threads, [&](size_t row) {
    return pairs.empty() ? encode(texts[row], options) : encode_pair(texts[row], pairs[row], options);
  });
}

std::vector<Encoding> Tokenizer::encode_words_batch(std::span<const std::vector<std::string>> texts,
                                                    const EncodeOptions& options, int num_threads) const {
  return encode_all(texts.size(), num_threads, [&](size_t row) { return encode_words(texts[row], options); });
}

}  // namespace hone::text
