#include "text/padding.h"

#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::padding_test {

namespace {

std::vector<Encoding> two_encodings(const Tokenizer& tokenizer) {
  EncodeOptions options;
  options.with_offsets = true;
  return {tokenizer.encode("a", options), tokenizer.encode("a a a", options)};
}

using Mask = std::vector<uint8_t>;

}  // namespace

TEST_CASE("encodings are padded to the longest, with a mask") {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("uncased"));
  std::vector<Encoding> encodings = two_encodings(tokenizer);
  const Ids first = encodings[0].ids;
  const auto masks = pad(tokenizer, encodings);
  CHECK(encodings[0].ids == Ids{first[0], first[1], first[2], 0, 0});
  CHECK(encodings[0].type_ids.size() == 5);
  CHECK(encodings[0].offsets.size() == 5);
  CHECK(encodings[0].word_ids == Ids{-1, 0, -1, -1, -1});
  CHECK(masks[0] == Mask{1, 1, 1, 0, 0});
  CHECK(masks[1] == Mask{1, 1, 1, 1, 1});
}

TEST_CASE("encodings are padded to a length, to a multiple and on the left") {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("uncased"));
  std::vector<Encoding> encodings = two_encodings(tokenizer);
  const Ids first = encodings[0].ids;
  pad(tokenizer, encodings, {4, 1, Side::kLeft});
  CHECK(encodings[0].ids == Ids{0, first[0], first[1], first[2]});
  CHECK(encodings[0].offsets[2] == Offset{0, 1});
  CHECK(encodings[1].ids.size() == 5);
  pad(tokenizer, encodings, {0, 8, {}});
  CHECK(encodings[0].ids.size() == 8);
  CHECK(encodings[1].ids.size() == 8);
}

TEST_CASE("the default side is that of the tokenizer") {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("sequence"));
  std::vector<Encoding> encodings = two_encodings(tokenizer);
  CHECK(pad(tokenizer, encodings)[0].front() == 0);
}

TEST_CASE("a tokenizer without a padding token cannot pad") {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}})");
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  std::vector<Encoding> encodings = {tokenizer.encode("a")};
  CHECK(contains(expect_error([&] { pad(tokenizer, encodings); }).what(), "no padding token"));
}

}  // namespace hone::text::padding_test
