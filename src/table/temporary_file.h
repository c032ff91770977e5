// A file that is unlinked as soon as it is created, so that it disappears with the process. Internal.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace hone::table {

class TemporaryFile {
 public:
  // Creates the file in `folder`, or if that is empty in $TMPDIR or /var/tmp (/tmp may be in memory). Errors: kIo.
  explicit TemporaryFile(const std::filesystem::path& folder);

  // Errors: kIo, for example a full disk.
  void write(std::string_view bytes);
  int descriptor() const { return descriptor_.value(); }
  // Returns a path with which the file can be opened while this object lives.
  std::string path() const;
  // Returns the folder, for messages.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  Descriptor descriptor_;
};

}  // namespace hone::table
