// A file without a name: made, unlinked at once, and reached by its descriptor; it is gone when the process is.
// Internal.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace hone::table {

class TemporaryFile {
 public:
  // In `folder`; empty: $TMPDIR, else /var/tmp (on disk where /tmp may be memory). Errors: kIo.
  explicit TemporaryFile(const std::filesystem::path& folder);

  // Errors: kIo, as a full disk.
  void write(std::string_view bytes);
  int descriptor() const { return descriptor_.value(); }
  // A path that opens the file while this object lives.
  std::string path() const;
  // The folder, for messages.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  Descriptor descriptor_;
};

}  // namespace hone::table
