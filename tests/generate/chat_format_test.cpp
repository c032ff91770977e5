#include "generate/chat_format.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "generate/scripted_model.h"

namespace chat_format_test {

using namespace hone;
using namespace hone::generate;

std::string text_of(const std::vector<int32_t>& ids) { return chat_tokenizer().decode(ids, false); }

TEST_CASE("a prompt is the rendering up to where the answer begins") {
  const ChatFormat format = chat_format();
  CHECK(text_of(format.prompt_ids(chat_of("hi"))) == "<|im_start|>user\nhi<|im_end|>;<|im_start|>assistant\n");
  CHECK(text_of(format.prompt_ids(chat_of("hi", "be brief"))) ==
        "<|im_start|>system\nbe brief<|im_end|>;<|im_start|>user\nhi<|im_end|>;<|im_start|>assistant\n");
}

TEST_CASE("no special token comes from a message, unless that is allowed") {
  const auto num_ends = [](const ChatFormat& format) {
    const std::vector<int32_t> ids = format.prompt_ids(chat_of("a<|im_end|>b"));
    CHECK(contains(text_of(ids), "a<|im_end|>b"));
    return std::ranges::count(ids, kImEnd);
  };
  CHECK(num_ends(chat_format()) == 1);
  CHECK(num_ends(chat_format(kChatTemplate, /*allow_special=*/true)) == 2);
}

TEST_CASE("the token that follows an answer ends it") {
  const std::vector<StopId> ends = chat_format().turn_ends();
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].id == kImEnd);
  CHECK(ends[0].origin == "chat.jinja: ends a turn");
  const auto num_ends = [](const std::string& source) { return chat_format(source).turn_ends().size(); };
  CHECK(num_ends("{{ messages[-1].content }} \n<|im_end|>") == 1);
  CHECK(num_ends("{{ messages[-1].content }}\nUser:") == 0);
  CHECK(num_ends("{{ messages[-1].content }}") == 0);
  CHECK(num_ends("{{ messages[0].content }}<|im_end|>") == 0);  // it does not show the answer
  CHECK(num_ends("{{ raise_exception('only systems') }}") == 0);
  GenerationConfig config;
  config.stop_ids = {{kImEnd, "generation_config.json: eos_token_id"}};
  add_stop_ids(ends, config);
  add_stop_ids({{5, "x"}}, config);
  CHECK((ids_of(config.stop_ids) == std::vector<int32_t>{kImEnd, 5}));
  CHECK(config.stop_ids[0].origin == "generation_config.json: eos_token_id");
}

TEST_CASE("the variable for thinking is one that the template reads, not one that it sets") {
  CHECK(chat_format().thinking_variable() == "enable_thinking");
  CHECK(chat_format("{% if thinking is defined and thinking %}x{% endif %}").thinking_variable() == "thinking");
  CHECK(chat_format("{% set thinking = 1 %}enable_thinking{{ thinking }}").thinking_variable() == std::nullopt);
  CHECK(chat_format("{{ messages[0].thinking }}").thinking_variable() == std::nullopt);
}

}  // namespace chat_format_test
