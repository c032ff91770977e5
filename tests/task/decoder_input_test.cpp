#include "task/decoder_input.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "expect_error.h"

namespace decoder_input_test {

using namespace hone;
using task::DecoderInput;

DecoderInput input_of(const char* config) { return DecoderInput::of({parse_json(config, "c"), "my/config.json"}); }

// What transformers' shift_tokens_right makes of the target 30 31 1.
TEST_CASE("a decoder reads its target one place later") {
  const std::vector<int32_t> target{30, 31, 1};
  using Ids = std::vector<int32_t>;
  CHECK(input_of(R"({"model_type": "t5", "decoder_start_token_id": 0, "pad_token_id": 5})").before(target) ==
        Ids{0, 30, 31});
  CHECK(input_of(R"({"model_type": "t5", "pad_token_id": 5})").before(target) == Ids{5, 30, 31});
  CHECK(input_of(R"({"model_type": "mbart", "decoder_start_token_id": 2})").before(target) == Ids{1, 30, 31});
  CHECK(input_of(R"({"model_type": "bart", "decoder_start_token_id": 2})").before(Ids{1}) == Ids{2});
}

TEST_CASE("a decoder needs a first token that the model has") {
  const Error missing = expect_error([] { input_of(R"({"model_type": "bart"})").check(70); });
  CHECK(missing.kind() == ErrorKind::kInput);
  CHECK(contains(missing.what(), "my/config.json: no \"decoder_start_token_id\""));
  const DecoderInput large = input_of(R"({"model_type": "bart", "decoder_start_token_id": 70})");
  CHECK(contains(expect_error([&] { large.check(70); }).what(),
                 "\"decoder_start_token_id\" is 70, and the model has 70 tokens"));
  large.check(71);
  input_of(R"({"model_type": "mbart"})").check(1);
  CHECK(
      contains(expect_error([] { input_of(R"({"model_type": "t5", "decoder_start_token_id": -1})").check(9); }).what(),
               "no \"decoder_start_token_id\""));
}

}  // namespace decoder_input_test
