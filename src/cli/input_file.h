// A file of rows that the user named: a path, or "-" for standard input.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "table/temporary_file.h"

namespace hone::cli {

// Copies standard input to a temporary file, which readers of rows can map. They detect the format by its content.
class InputFile {
 public:
  // Errors (kIo): standard input cannot be read, or copied.
  explicit InputFile(const std::filesystem::path& file);

  const std::filesystem::path& path() const { return path_; }
  // Returns the error with the name that the user knows in place of that of the temporary file.
  Error with_own_name(const Error& error) const;

 private:
  std::string with_own_name(std::string text) const;

  std::filesystem::path path_;
  std::unique_ptr<table::TemporaryFile> copy_;
};

}  // namespace hone::cli
