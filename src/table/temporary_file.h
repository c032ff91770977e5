// A file without a name: it is created and unlinked at once, so that it disappears with the process. Internal.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace hone::table {

class TemporaryFile {
 public:
  // Creates the file in `folder`; if that is empty, in $TMPDIR, else /var/tmp (/tmp may be in memory). Errors: kIo.
  explicit TemporaryFile(const std::filesystem::path& folder);

  // Errors: kIo, for example a full disk.
  void write(std::string_view bytes);
  int descriptor() const { return descriptor_.value(); }
  // Returns a path that opens the file as long as this object lives.
  std::string path() const;
  // Returns the folder, for messages.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  Descriptor descriptor_;
};

}  // namespace hone::table
