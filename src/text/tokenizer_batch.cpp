// Encodes many texts on all cores. Each result has its own slot, so the order of work does not matter.
#include <omp.h>

#include <algorithm>
#include <exception>

#include "base/error.h"
#include "text/tokenizer.h"

namespace hone::text {

std::vector<Encoding> Tokenizer::encode_batch(std::span<const std::string_view> texts,
                                              std::span<const std::string_view> pairs, const EncodeOptions& options,
                                              int num_threads) const {
  check_internal(pairs.empty() || pairs.size() == texts.size(), "encode_batch needs as many pairs as texts");
  std::vector<Encoding> encodings(texts.size());
  const auto count = static_cast<int64_t>(texts.size());
  std::exception_ptr error;
  int64_t error_at = count;
#pragma omp parallel for schedule(dynamic, 16) num_threads(num_threads > 0 ? num_threads : omp_get_max_threads())
  for (int64_t i = 0; i < count; ++i) {
    const auto row = static_cast<size_t>(i);
    try {
      encodings[row] = pairs.empty() ? encode(texts[row], options) : encode_pair(texts[row], pairs[row], options);
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

}  // namespace hone::text
