#include "fuzz_input.h"

#include <stdexcept>

#include "base/log.h"
#include "base/utf8.h"

namespace hone::fuzz {

InputParts split_input(std::string_view input) {
  const size_t border = input.find('\xFF');
  if (border == std::string_view::npos) return {input, {}};
  return {input.substr(0, border), input.substr(border + 1)};
}

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const size_t wrong = find_invalid_utf8(bytes);
    text += bytes.substr(0, wrong);
    if (wrong == std::string_view::npos) break;
    append_utf8(text, static_cast<unsigned char>(bytes[wrong]));
    bytes.remove_prefix(wrong + 1);
  }
  return text;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

void check_refusal(const Error& error) {
  const std::string_view message = error.what();
  require(!message.empty(), "an error without a message");
  require(error.kind() != ErrorKind::kInternal, error.what());
}

}  // namespace hone::fuzz

int LLVMFuzzerInitialize(int*, char***) {
  hone::set_log_level(hone::LogLevel::kOff);
  return 0;
}
