#include "model/pooling.h"

#include <array>

#include "base/error.h"
#include "base/names.h"
#include "tensor/packing.h"

namespace hone::model {

namespace {

at::Tensor by_pooler(const Hidden& hidden) {
  if (hidden.pooled.defined()) return hidden.pooled;
  throw Error(ErrorKind::kUnsupported, "models of this family have no pooler", "choose the pooling cls or mean");
}

constexpr std::array kPoolings{
    Pooling{"cls", "the first token",
            [](const Hidden& hidden) { return tensor::first_rows(hidden.tokens, hidden.packing); }, true},
    Pooling{"mean", "the mean of the tokens",
            [](const Hidden& hidden) { return tensor::mean_rows(hidden.tokens, hidden.packing); }},
    Pooling{"max", "the largest value of the tokens, for each of the C values",
            [](const Hidden& hidden) { return tensor::max_rows(hidden.tokens, hidden.packing); }},
    Pooling{"lasttoken", "the last token",
            [](const Hidden& hidden) { return tensor::last_rows(hidden.tokens, hidden.packing); }},
    Pooling{"mean_sqrt_len_tokens", "the sum of the tokens, divided by the square root of their number",
            [](const Hidden& hidden) { return tensor::sum_by_root_rows(hidden.tokens, hidden.packing); }},
    Pooling{"weightedmean", "the mean of the tokens, weighted by their positions, which begin at 1",
            [](const Hidden& hidden) { return tensor::position_mean_rows(hidden.tokens, hidden.packing); }},
    Pooling{"pooler", "HF's pooler_output: a trained layer on the first token", by_pooler},
};

}  // namespace

std::span<const Pooling> poolings() { return kPoolings; }

const Pooling& find_pooling(std::string_view name) { return find_row(kPoolings, "pooling", name); }

}  // namespace hone::model
