#include "cli/input_file.h"

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace hone::cli {

namespace {

constexpr const char* kStandardInput = "standard input";

}  // namespace

InputFile::InputFile(const std::filesystem::path& file) : path_(file) {
  if (file != "-") return;
  copy_ = std::make_unique<table::TemporaryFile>("");
  std::string buffer(size_t{1} << 16, '\0');
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw Error(ErrorKind::kIo, fmt::format("cannot read {}: {}", kStandardInput, system_message(errno)));
    }
    copy_->write(std::string_view(buffer).substr(0, static_cast<size_t>(count)));
  }
  path_ = copy_->path();
}

Error InputFile::with_own_name(const Error& error) const {
  return {error.kind(), with_own_name(std::string(error.what())), with_own_name(error.hint())};
}

std::string InputFile::with_own_name(std::string text) const {
  if (!copy_) return text;
  const std::string own = path_.string();
  for (size_t at = text.find(own); at != std::string::npos; at = text.find(own, at)) {
    text.replace(at, own.size(), kStandardInput);
  }
  return text;
}

}  // namespace hone::cli
