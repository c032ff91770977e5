// A place between two documents of a list of files.
#pragma once

#include <cstdint>

namespace hone::corpus {

struct DocumentPlace {
  uint64_t file = 0;      // index in the list
  uint64_t document = 0;  // of that file
  friend bool operator==(const DocumentPlace&, const DocumentPlace&) = default;
};

}  // namespace hone::corpus
