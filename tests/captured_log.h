// Captures what a piece of code writes to standard error.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "base/files.h"
#include "temporary_folder.h"

namespace hone {

template <typename Function>
std::string captured_log(Function&& function) {
  const TemporaryFolder folder;
  const std::string path = folder.write("log", "").string();
  const int saved = dup(STDERR_FILENO), file = open(path.c_str(), O_WRONLY);
  dup2(file, STDERR_FILENO);
  function();
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(file);
  return read_file(path);
}

}  // namespace hone
