#include "text/chat_template.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <ctime>
#include <thread>

#include "base/files.h"
#include "base/sha256.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/chat_fixture.h"

namespace hone::text::chat_template_test {

namespace {

namespace fs = std::filesystem;

const fs::path kTemplates = fs::path(HONE_SOURCE_DIR).parent_path() / "shared/data/chat_templates";

// Returns the digest of a rendering as make_chat_template_fixtures.py makes it, or "error".
std::string digest(const ChatTemplate& chat_template, const Json& context, const SpecialTokens& tokens) {
  try {
    Rendering rendering = chat_template.render(context, tokens, jinja::fixture_time());
    if (rendering.generated.empty() || context.contains("continue_final_message")) return sha256(rendering.text);
    std::string ranges;
    for (const Offset& range : to_character_offsets(rendering.text, rendering.generated)) {
      ranges += fmt::format("{}[{}, {}]", ranges.empty() ? "" : ", ", range.begin, range.end);
    }
    return sha256(rendering.text + "[" + ranges + "]");
  } catch (const Error&) {
    return "error";
  }
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void check_digests(const std::string& file, const Json& contexts, const Json& digests) {
  const ChatTemplate chat_template = ChatTemplate::parse(read_file(kTemplates / file), file);
  const SpecialTokens tokens = chat_fixture()["special_tokens"].get<SpecialTokens>();
  REQUIRE(contexts.size() == digests.size());
  for (size_t i = 0; i < contexts.size(); ++i) {
    CAPTURE(file);
    CAPTURE(i);
    CHECK(digest(chat_template, contexts[i], tokens) == digests[i].get<std::string>());
  }
}

}  // namespace

TEST_CASE("the templates of real models give transformers' text for every context, or an error where it has one") {
  if (!fs::exists(kTemplates)) {
    std::printf("skipped: no ../shared/data/chat_templates\n");
    return;
  }
  Json shared = Json::array();
  for (const char* name : {"simple.json", "system.json", "tool_use.json"})
    shared.push_back(read_json(kTemplates / name));
  for (const auto& [file, digests] : chat_fixture()["templates"].items()) {
    check_digests(file, chat_fixture()["contexts"], digests["made"]);
    check_digests(file, shared, digests["shared"]);
  }
}

TEST_CASE("an error of a chat template names its line and passes its message on") {
  const ChatTemplate chat_template = ChatTemplate::parse(
      "{% for m in messages %}\n{% if m.role != 'user' %}{{ raise_exception('Only users, not ' + m.role) }}{% endif "
      "%}\n"
      "{{ m.content.upper() }}{% endfor %}",
      "chat_template.jinja");
  const auto error = [&](const char* context) {
    return std::string(expect_error([&] { chat_template.render(Json::parse(context)); }).what());
  };
  CHECK(error(R"({"messages": [{"role": "critic"}]})") == "chat_template.jinja:2: Only users, not critic");
  CHECK(error(R"({"messages": [{"role": "user"}]})") ==
        "chat_template.jinja:3: 'dict object' has no attribute 'content'");
}

TEST_CASE("the final message can be continued") {
  const ChatTemplate chat_template =
      ChatTemplate::parse("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}<end>{% endfor %}", "t.jinja");
  Json context =
      Json::parse(R"({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "So "}],
                                 "continue_final_message": true})");
  CHECK(chat_template.render(context).text == "<user>Hi<end><assistant>So");
  const auto error = [&] { return std::string(expect_error([&] { chat_template.render(context); }).what()); };
  context["continue_final_message"] = "reasoning_content";
  CHECK(error() ==
        "the context of a chat template: the final message has no text in \"reasoning_content\" to continue");
  context["messages"][1]["reasoning_content"] = "x";
  CHECK(error() ==
        "the context of a chat template: the template does not read \"reasoning_content\", so it cannot be continued");
  context["continue_final_message"] = true;
  context["add_generation_prompt"] = true;
  CHECK(error() ==
        "the context of a chat template: \"continue_final_message\" and \"add_generation_prompt\" exclude each other");
  context.erase("add_generation_prompt");
  context["continue_final_message"] = 5;
  CHECK(error() ==
        "the context of a chat template: \"continue_final_message\" must be true, false or the name of a field");
  const ChatTemplate silent = ChatTemplate::parse("{% if false %}{{ messages[0].content }}{% endif %}x", "t.jinja");
  context["continue_final_message"] = true;
  CHECK(std::string(expect_error([&] { silent.render(context); }).what()) ==
        "t.jinja: the text of the final message is not in the rendering, so it cannot be continued");
}

TEST_CASE("user text never becomes a special token, and everything else has the ids of the whole text") {
  // A tokenizer of single characters: "<|end|>" is special, "<t>" is added without being special.
  const TemporaryFolder folder;
  Json vocab;
  const std::string characters = "<|end>tabc";
  for (const char c : characters) vocab[std::string(1, c)] = vocab.size();
  const auto added = [](int id, const char* content, bool special, bool normalized) {
    return Json{{"id", id},        {"content", content},       {"single_word", false}, {"lstrip", false},
                {"rstrip", false}, {"normalized", normalized}, {"special", special}};
  };
  for (const bool normalized : {false, true}) {
    const Json json = {{"version", "1.0"},
                       {"added_tokens", {added(10, "<|end|>", true, normalized), added(11, "<t>", false, false)}},
                       {"normalizer", nullptr},
                       {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}},
                       {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", Json::array()}}}};
    folder.write("tokenizer.json", json.dump());
    const Tokenizer tokenizer = Tokenizer::load(folder.path());
    const ChatTemplate chat_template = ChatTemplate::parse("{{ messages[0].content }}<|end|><t>", "t");
    const auto ids = [&](const char* content, bool allow) {
      const Json context = {{"messages", {{{"content", content}}}}};
      return encode_chat(tokenizer, chat_template.render(context), allow).ids;
    };
    CHECK(ids("a<|end|>", false) == std::vector<int32_t>{7, 0, 1, 2, 3, 4, 1, 5, 10, 11});
    CHECK(ids("a<|end|>", true) == std::vector<int32_t>{7, 10, 10, 11});
    CHECK(ids("<t>a", false) == std::vector<int32_t>{11, 7, 10, 11});  // not special, so as in the whole text
    CHECK(ids("<|end", false) == std::vector<int32_t>{0, 1, 2, 3, 4, 10, 11});
  }
}

TEST_CASE("a model that makes a special token of ordinary text is refused") {
  const TemporaryFolder folder;
  Json json = Json::parse(R"({"version": "1.0", "model": {"type": "Unigram", "unk_id": 0}, "added_tokens": [{"id": 1,
    "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}]})");
  json["model"]["vocab"] = Json::parse(R"([["<unk>", 0.0], ["</s>", 0.0], ["a", -1.0]])");
  folder.write("tokenizer.json", json.dump());
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  const ChatTemplate chat_template = ChatTemplate::parse("{{ messages[0].content }}</s>", "t");
  const auto render = [&](const char* content) {
    return chat_template.render({{"messages", {{{"content", content}}}}});
  };
  CHECK(encode_chat(tokenizer, render("a")).ids == std::vector<int32_t>{2, 1});
  const Error error = expect_error([&] { encode_chat(tokenizer, render("a</s>")); });
  CHECK(std::string(error.what()) ==
        (folder.path() / "tokenizer.json").string() + ": the model makes the special token </s> of a text");
  CHECK(encode_chat(tokenizer, render("a</s>"), true).ids == std::vector<int32_t>{2, 1, 1});
}

// Twenty messages take 20 microseconds; the limit is what a noisy machine keeps.
TEST_CASE("a chat of ten turns is rendered 20,000 times in a second") {
  if (!fs::exists(kTemplates)) return;
  Json messages = Json::array();
  for (int turn = 0; turn < 10; ++turn) {
    messages.push_back({{"role", "user"}, {"content", "What is the capital of country " + std::to_string(turn) + "?"}});
    messages.push_back(
        {{"role", "assistant"}, {"content", "A fine city with a long history, number " + std::to_string(turn)}});
  }
  const Json context = {{"messages", messages}, {"add_generation_prompt", true}};
  for (const char* file : {"Qwen-Qwen2.5-7B-Instruct.jinja", "meta-llama-Llama-3.2-3B-Instruct.jinja"}) {
    const ChatTemplate chat_template = ChatTemplate::parse(read_file(kTemplates / file), file);
    double best = 1e9;
    for (int pass = 0; pass < 10; ++pass) {
      const double start = processor_seconds();
      for (int i = 0; i < 200; ++i) CHECK(!chat_template.render(context).text.empty());
      best = std::min(best, (processor_seconds() - start) / 200);
    }
    MESSAGE(std::string(file) << ": " << static_cast<int>(1 / best) << " renderings in a second");
    CHECK(best < 1.0 / 20'000);
  }
}

TEST_CASE("renderings at the same time share the template") {
  const ChatTemplate chat_template =
      ChatTemplate::parse("{% for m in messages %}{{ 'a' + m.content }}{% endfor %}", "t");
  const Json context =
      Json::parse(R"({"messages": [{"role": "user", "content": "b"}, {"role": "user", "content": "c"}]})");
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::string& text : texts) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) text += chat_template.render(context).text;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) CHECK(text == texts[0]);
  CHECK(texts[0].starts_with("abacabac"));
}

}  // namespace hone::text::chat_template_test
