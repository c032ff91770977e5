// The accepted API keys. Stores only their SHA-256, and compares in constant time.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::http {

class ApiKeys {
 public:
  ApiKeys() = default;
  explicit ApiKeys(std::span<const std::string> keys);

  // Reads one key per line; skips empty lines and lines that begin with #. Errors: kInput with file and line for a key
  // that a header cannot contain, and for a file without keys. Warns if every user of the machine may read the file.
  static ApiKeys read(const std::filesystem::path& path);

  bool empty() const { return digests_.empty(); }

  // Returns whether the value of an Authorization header is "Bearer KEY" with one of the keys.
  bool accept(std::string_view authorization) const;

 private:
  std::vector<std::string> digests_;
};

}  // namespace hone::http
