#include "task/seq2seq_examples.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "parity/seq2seq_fixture.h"

namespace seq2seq_examples_test {

using namespace hone;

TEST_CASE("mBART's targets end with their language, with which the decoder begins") {
  const text::Tokenizer tokenizer = text::Tokenizer::load(seq2seq_fixtures() / "mbart");
  task::Seq2SeqReading reading{.max_target_length = 9,
                               .decoder = {.starts_with_last_token = true},
                               .source_language = "w8",
                               .target_language = "w9"};
  const task::Seq2SeqReader reader(reading, tokenizer, 20);
  CHECK(reader.text_ids("w20 w21") == std::vector<int32_t>{20, 21, 8});
  const auto target = reader.targets({"w30 w31"}).ids.front();
  CHECK(target == std::vector<int32_t>{30, 31, 9});
  CHECK(reader.decoder().before(target) == std::vector<int32_t>{9, 30, 31});
  CHECK(reader.first_of_answers() == 9);
  reading.target_language = "xx_XX";
  const Error error = expect_error([&] { task::Seq2SeqReader(reading, tokenizer, 20); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "the tokenizer has no language \"xx_XX\""));
}

TEST_CASE("texts begin with their prefix, and long texts and targets are cut") {
  const text::Tokenizer tokenizer = text::Tokenizer::load(seq2seq_fixtures() / "marian");
  const task::Seq2SeqReader reader({.prefix = "w5 ", .max_target_length = 3}, tokenizer, 4);
  CHECK(reader.text_ids("w20") == std::vector<int32_t>{5, 20, 0});
  const task::Seq2SeqReader::Read texts = reader.texts({"w20", "w20 w21 w22"}),
                                  targets = reader.targets({"w30 w31 w32"});
  CHECK(texts.num_truncated == 1);
  CHECK(texts.ids[1] == std::vector<int32_t>{5, 20, 21, 0});
  CHECK(targets.num_truncated == 1);
  CHECK(targets.ids[0] == std::vector<int32_t>{30, 31, 0});
  CHECK_FALSE(reader.first_of_answers().has_value());
}

}  // namespace seq2seq_examples_test
