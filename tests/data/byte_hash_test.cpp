#include "data/byte_hash.h"

#include <doctest/doctest.h>

#include <bit>
#include <random>
#include <set>
#include <string>

namespace byte_hash_test {

using hone::data::byte_hash;

TEST_CASE("texts that differ in one or two bytes, in two exchanged bytes or in their length have different hashes") {
  std::set<uint64_t> hashes;
  size_t num_texts = 0;
  const auto add = [&](const std::string& text) {
    hashes.insert(byte_hash(text));
    ++num_texts;
  };
  for (size_t size = 0; size < 200; ++size) {
    for (const char plain : {'\0', 'a'}) {
      if (size < 2 && plain == 'a') continue;  // they are those of the other
      const std::string text(size, plain);
      add(text);
      for (size_t at = 0; at < size; ++at) {
        std::string changed = text;
        changed[at] = 'b';
        add(changed);
        if (at + 8 < size) {
          changed[at + 8] = 'c';
          add(changed);
          std::swap(changed[at], changed[at + 8]);
          add(changed);
        }
      }
    }
  }
  CHECK(hashes.size() == num_texts);
}

TEST_CASE("each bit of a text changes about half of the hash's bits") {
  std::mt19937_64 random(4);
  for (const size_t size : {1U, 3U, 4U, 7U, 8U, 15U, 16U, 17U, 40U, 64U, 65U, 130U, 1000U}) {
    CAPTURE(size);
    double changed = 0, trials = 0;
    for (int trial = 0; trial < 400; ++trial) {
      std::string text(size, ' ');
      for (char& c : text) c = static_cast<char>(random());
      const uint64_t before = byte_hash(text);
      text[random() % size] ^= static_cast<char>(1 << random() % 8);
      changed += std::popcount(before ^ byte_hash(text));
      trials += 64;
    }
    CHECK(std::abs(changed / trials - 0.5) < 0.02);
  }
}

}  // namespace byte_hash_test
