// The tokenizer as a whole, on a small BERT vocabulary made here and (where ../shared lies) on the real ones.
#include "text/tokenizer.h"

#include <doctest/doctest.h>

#include "text/shared_tokenizers.h"

namespace hone::text {

using Ids = std::vector<int32_t>;

TEST_CASE("known answers of bert-base-uncased hold") {
  const auto folder = shared_tokenizer("bert-base-uncased");
  if (!folder) return;
  const Tokenizer tokenizer = Tokenizer::load(*folder);
  CHECK(tokenizer.encode("a movie").ids == Ids{101, 1037, 3185, 102});
  EncodeOptions plain;
  plain.add_special_tokens = false;
  CHECK(tokenizer.encode("tokenization", plain).ids == Ids{19204, 3989});
}

}  // namespace hone::text
