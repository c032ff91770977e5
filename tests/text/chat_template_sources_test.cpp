#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/chat_template.h"

namespace hone::text::chat_template_sources_test {

TEST_CASE("chat_template.jinja and the folder beside it come before tokenizer_config.json") {
  const TemporaryFolder folder;
  folder.write("tokenizer_config.json", R"({"chat_template": "config"})");
  CHECK(ChatTemplateSources::read(folder.path()).sources().at("default").text == "config");
  CHECK(ChatTemplateSources::read(folder.path()).choose(true).name() == "tokenizer_config.json, chat_template");
  folder.write("chat_template.jinja", "file");
  make_folders(folder.path() / "additional_chat_templates");
  folder.write("additional_chat_templates/tool_use.jinja", "tools");
  folder.write("additional_chat_templates/note.txt", "x");
  const ChatTemplateSources all = ChatTemplateSources::read(folder.path());
  CHECK(all.sources().size() == 2);
  CHECK(all.choose(false).name() == "chat_template.jinja");
  CHECK(all.choose(true).name() == "additional_chat_templates/tool_use.jinja");
  CHECK(all.choose(false, "tool_use").name() == "additional_chat_templates/tool_use.jinja");
}

TEST_CASE("tokenizer_config.json may have named templates") {
  const TemporaryFolder folder;
  folder.write("tokenizer_config.json",
               R"({"chat_template": [{"name": "rag", "template": "r"}, {"name": "tool_use", "template": "t"}]})");
  const ChatTemplateSources all = ChatTemplateSources::read(folder.path());
  CHECK(all.choose(true).name() == "tokenizer_config.json, template tool_use");
  const Error error = expect_error([&] { all.choose(false); });
  CHECK(std::string(error.what()) == folder.path().string() + ": the model has no chat template \"default\"");
  CHECK(error.hint() == "its templates are: rag, tool_use");
}

TEST_CASE("a folder without a template, and malformed ones, are refused") {
  const TemporaryFolder folder;
  const auto message = [&] {
    return std::string(expect_error([&] { ChatTemplateSources::read(folder.path()).choose(false); }).what());
  };
  CHECK(message() == folder.path().string() + ": the model has no chat template");
  for (const char* value : {"5", "[5]", R"([{"name": "a"}])", R"({"a": 5})"}) {
    folder.write("tokenizer_config.json", std::string(R"({"chat_template": )") + value + "}");
    CHECK(message() == (folder.path() / "tokenizer_config.json").string() +
                           ": \"chat_template\" must be a template or a list of named templates");
  }
  const auto missing = [&] { ChatTemplateSources::read(folder.path() / "none"); };
  CHECK(std::string(expect_error(missing).what()) == (folder.path() / "none").string() + ": no such folder");
}

}  // namespace hone::text::chat_template_sources_test
