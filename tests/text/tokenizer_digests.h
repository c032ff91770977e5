// Digests of ids over all code points and random strings, as tests/fixtures/make_tokenizer_fixtures.py makes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "base/utf8.h"
#include "text/random_text.h"
#include "text/tokenizer.h"

namespace hone::text {

// Returns the SHA-256 over each encoding's length and ids, as the script does.
inline std::string digest(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::string bytes;
  for (const Encoding& encoding : tokenizer.encode_batch(views, {}, {})) {
    const auto count = static_cast<int32_t>(encoding.ids.size());
    bytes.append(reinterpret_cast<const char*>(&count), sizeof(count));
    bytes.append(reinterpret_cast<const char*>(encoding.ids.data()), encoding.ids.size() * sizeof(int32_t));
  }
  return sha256(bytes);
}

inline std::vector<std::string> code_points(const std::string& before, const std::string& after) {
  std::vector<std::string> texts;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    texts.push_back(before);
    append_utf8(texts.back(), code);
    texts.back() += after;
  }
  return texts;
}

inline std::vector<std::string> random_texts(uint64_t seed, uint64_t begin, uint64_t count) {
  std::vector<std::string> texts;
  const RandomText random(seed);
  for (uint64_t i = begin; i < begin + count; ++i) texts.push_back(random(i));
  return texts;
}

}  // namespace hone::text
