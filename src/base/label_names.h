// The default class names of Hugging Face.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hone {

// Returns "LABEL_0", "LABEL_1", ..., one name for each of `count` classes.
inline std::vector<std::string> default_labels(int64_t count) {
  std::vector<std::string> labels;
  labels.reserve(static_cast<size_t>(count));
  for (int64_t id = 0; id < count; ++id) labels.push_back("LABEL_" + std::to_string(id));
  return labels;
}

}  // namespace hone
