// Computes with OpenSSL's libcrypto.
#include "base/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "base/error.h"
#include "base/files.h"

namespace hone {

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  check_internal(done == 1 && size == 32, "SHA-256 failed");
  return fmt::format("{:02x}", fmt::join(digest, digest + size, ""));
}

std::string sha256_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  return sha256(file.bytes());
}

}  // namespace hone
