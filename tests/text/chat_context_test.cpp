#include "text/chat_context.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "text/chat_template.h"

namespace hone::text::chat_context_test {

std::string rendered_chat(const char* source, const char* context, const SpecialTokens& tokens = {}) {
  return ChatTemplate::parse(source, "t").render(Json::parse(context), tokens).text;
}

std::string refusal(const char* context) {
  return expect_error([&] { rendered_chat("{{ messages }}{{ x }}", context); }).what();
}

TEST_CASE("a message loses its keys without a value, and reasoning gets its other names") {
  CHECK(rendered_chat("{{ messages }}", R"({"messages": [{"role": "user", "content": null, "x": 0}]})") ==
        "[{'role': 'user', 'x': 0}]");
  CHECK(rendered_chat("{{ messages[0] }}", R"({"messages": [{"role": "a", "reasoning": "r"}]})") ==
        "{'thinking': 'r', 'role': 'a', 'reasoning': 'r', 'reasoning_content': 'r'}");
  CHECK(rendered_chat("{{ messages[0] }}", R"({"messages": [{"reasoning_content": "a", "thinking": "b"}]})") ==
        "{'thinking': 'b', 'reasoning_content': 'a'}");
}

TEST_CASE("the template sees what apply_chat_template passes") {
  const char* source =
      "{{ tools }}{{ documents }}{{ add_generation_prompt }}{{ bos_token }}{{ x }}{{ continue_final_message }}";
  CHECK(rendered_chat(source, R"({"messages": [{}], "x": 5})", {{"bos_token", "<s>"}}) == "NoneNoneFalse<s>5");
  CHECK(rendered_chat(source, R"({"messages": [{}], "bos_token": "<b>", "tools": [], "add_generation_prompt": true})",
                      {{"bos_token", "<s>"}}) == "[]NoneTrue<b>");
}

TEST_CASE("a malformed context is refused") {
  const std::string opening = "the context of a chat template: ";
  CHECK(refusal("[]") == opening + "\"messages\" must be a list of messages");
  CHECK(refusal(R"({"messages": "x"})") == opening + "\"messages\" must be a list of messages");
  CHECK(refusal(R"({"messages": []})") == opening + "\"messages\" is empty");
  CHECK(refusal(R"({"messages": [{}, "x"]})") == opening + "message 2 is no object");
  CHECK(refusal(R"({"messages": [{}], "tools": {}})") == opening + "\"tools\" must be a list");
  CHECK(refusal(R"({"messages": [{}], "documents": ["x"]})") == opening + "item 1 of \"documents\" is no object");
  CHECK(refusal(R"({"messages": [{}], "x": 18446744073709551615})") ==
        "t:1: the number 18446744073709551615 of the context does not fit into 64 bits");
}

TEST_CASE("a context that nests too deeply is refused") {
  Json deep = 1;
  for (int i = 0; i < 300; ++i) deep = Json::array({deep});
  const ChatTemplate chat_template = ChatTemplate::parse("{{ x }}", "t");
  const auto render = [&] { chat_template.render({{"messages", {{{"role", "user"}}}}, {"x", deep}}); };
  CHECK(std::string(expect_error(render).what()) == "t:1: lists and dicts nest deeper than 250");
}

TEST_CASE("a text that is not UTF-8 is refused") {
  const ChatTemplate chat_template = ChatTemplate::parse("{{ x }}", "t");
  const auto render = [&] { chat_template.render({{"messages", {{{"role", "user"}}}}, {"x", "\xFF"}}); };
  CHECK(std::string(expect_error(render).what()) == "t:1: a text of the context is not UTF-8");
}

TEST_CASE("the name of a known role may be a part of a special token, other words of a message not") {
  const ChatTemplate chat_template = ChatTemplate::parse("{% for m in messages %}<|{{ m.role }}|>{% endfor %}", "t");
  const Rendering rendering = chat_template.render({{"messages", {{{"role", "user"}}, {{"role", "eos"}}}}});
  CHECK(rendering.text == "<|user|><|eos|>");
  CHECK(rendering.data == std::vector<Offset>{{10, 13}});
}

}  // namespace hone::text::chat_context_test
