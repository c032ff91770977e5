#include "model/old_joined.h"

#include <algorithm>

#include "base/error.h"

namespace hone::model {

namespace {

// Returns rows [first, first + count) under another name.
tensor::StoredTensor rows_of(const tensor::StoredTensor& stored, int64_t first, int64_t count, std::string name) {
  tensor::StoredTensor part = stored;
  part.name = std::move(name);
  part.shape[0] = count;
  if (stored.strides.empty()) {
    const size_t row = stored.bytes.size() / static_cast<size_t>(stored.shape[0]);
    part.bytes = stored.bytes.substr(static_cast<size_t>(first) * row, static_cast<size_t>(count) * row);
  } else {
    const size_t row = static_cast<size_t>(stored.strides[0]) * c10::elementSize(stored.dtype);
    part.bytes = stored.bytes.substr(static_cast<size_t>(first) * row);
  }
  return part;
}

// The parameters of each expert in a tensor of all of a layer.
std::vector<tensor::StoredTensor> experts_of(const StackedExperts& row, const tensor::StoredTensor& stored,
                                             const std::string& source) {
  const auto num_parts = static_cast<int64_t>(row.today[1].empty() ? 1 : 2);
  if (stored.shape.size() != 3 || !stored.strides.empty() || stored.shape[0] == 0 || stored.shape[1] == 0 ||
      stored.shape[1] % num_parts != 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" has shape {}, not that of a matrix for each expert", source, stored.name,
                            tensor::shape_text(stored.shape)),
                "config.json and the weights belong to different models");
  }
  const int64_t num_experts = stored.shape[0], count = stored.shape[1] / num_parts;
  tensor::StoredTensor rows = stored;  // as one matrix
  rows.shape = {num_experts * stored.shape[1], stored.shape[2]};
  const std::string_view list = std::string_view(stored.name).substr(0, stored.name.rfind('.'));
  std::vector<tensor::StoredTensor> parts;
  for (int64_t i = 0; i < num_experts * num_parts; ++i) {
    parts.push_back(
        rows_of(rows, i * count, count,
                fmt::format("{}.{}{}", list, i / num_parts, row.today[static_cast<size_t>(i % num_parts)])));
  }
  return parts;
}

}  // namespace

std::vector<tensor::StoredTensor> separated(const Family& family, const tensor::StoredTensor& stored,
                                            const std::string& source) {
  for (const StackedExperts& row : family.stacked) {
    if (stored.name.ends_with(row.before)) return experts_of(row, stored, source);
  }
  for (const auto& [before, today] : family.old_joined) {
    const size_t at = stored.name.find(before);
    if (at == std::string::npos) continue;
    const auto num_parts = static_cast<int64_t>(today.size());
    if (stored.shape.empty() || stored.shape[0] == 0 || stored.shape[0] % num_parts != 0) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: \"{}\" has shape {}, whose rows are not those of {} equal parameters", source,
                              stored.name, tensor::shape_text(stored.shape), num_parts),
                  "config.json and the weights belong to different models");
    }
    const int64_t count = stored.shape[0] / num_parts;
    std::vector<tensor::StoredTensor> parts;
    for (int64_t i = 0; i < num_parts; ++i) {
      std::string name = stored.name;
      name.replace(at, before.size(), today[static_cast<size_t>(i)]);
      parts.push_back(rows_of(stored, i * count, count, std::move(name)));
    }
    return parts;
  }
  return {stored};
}

}  // namespace hone::model
