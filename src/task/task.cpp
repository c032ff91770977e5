#include "task/task.h"

namespace hone::task {

uint64_t Examples::num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const { return rows.size(); }

}  // namespace hone::task
