#include "model/config_keys.h"

#include <doctest/doctest.h>

#include "expect_error.h"

namespace config_keys_test {

using namespace hone;
using model::ConfigKey;
using model::ConfigKind;
using model::ModelConfig;

constexpr ConfigKey kVocabSize{"vocab_size", ConfigKind::kInteger, "", 1, 100};
ModelConfig config_of(const char* text) { return {parse_json(text, "config.json"), "config.json"}; }

TEST_CASE("pad_token_id sets the padding row") {
  CHECK(model::padding_id(config_of(R"({"vocab_size": 10})"), kVocabSize) == 0);
  CHECK(model::padding_id(config_of(R"({"vocab_size": 10, "pad_token_id": 3})"), kVocabSize) == 3);
  CHECK(model::padding_id(config_of(R"({"vocab_size": 10, "pad_token_id": -1})"), kVocabSize) == 9);
  CHECK_FALSE(model::padding_id(config_of(R"({"vocab_size": 10, "pad_token_id": null})"), kVocabSize));
}

TEST_CASE("a pad_token_id outside the vocabulary is an error") {
  const auto config = config_of(R"({"vocab_size": 10, "pad_token_id": 10})");
  CHECK(contains(expect_error([&] { model::padding_id(config, kVocabSize); }).what(),
                 "\"pad_token_id\" is 10, the vocabulary has 10 rows"));
}

TEST_CASE("a number of heads that does not divide the width is an error") {
  CHECK_NOTHROW(model::check_head_width(config_of("{}"), 384, 12));
  CHECK(contains(expect_error([] { model::check_head_width(config_of("{}"), 384, 11); }).what(),
                 "a width of 384 does not divide into 11 heads"));
}

}  // namespace config_keys_test
