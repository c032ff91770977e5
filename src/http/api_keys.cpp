// Reads, hashes and compares keys.
#include "http/api_keys.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/sha256.h"
#include "http/ascii.h"

namespace hone::http {

namespace {

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// Compares every byte. Both are SHA-256 in hexadecimal, so the time reveals nothing about the key.
bool equal_digests(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

void warn_if_public(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto permissions = std::filesystem::status(path, ignored).permissions();
  if ((permissions & std::filesystem::perms::others_read) != std::filesystem::perms::none) {
    log_warning("{}: every user of this machine can read the keys; prevent this with: chmod 600 {}", path.string(),
                path.string());
  }
}

}  // namespace

ApiKeys::ApiKeys(std::span<const std::string> keys) {
  for (const std::string& key : keys) digests_.push_back(sha256(key));
}

ApiKeys ApiKeys::read(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  std::vector<std::string> keys;
  size_t line_number = 0;
  for (std::string_view rest = content; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++line_number;
    if (line.empty() || line.front() == '#') continue;
    if (!is_visible_ascii(line)) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}:{}: this key cannot be sent in a header", path.string(), line_number),
                  "write one key per line, in ASCII without spaces");
    }
    keys.emplace_back(line);
  }
  if (keys.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: holds no key", path.string()),
                "write one key per line, for example from: openssl rand -hex 32");
  }
  warn_if_public(path);
  return ApiKeys(keys);
}

bool ApiKeys::accept(std::string_view authorization) const {
  constexpr std::string_view kScheme = "Bearer ";
  if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return false;
  const std::string digest = sha256(trim(authorization.substr(kScheme.size())));
  bool accepted = false;
  for (const std::string& known : digests_) accepted = equal_digests(digest, known) || accepted;
  return accepted;
}

}  // namespace hone::http
