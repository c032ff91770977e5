#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"

namespace chat_test {

using namespace hone;

constexpr const char* kContext = R"({"messages": [{"role": "user", "content": "good [SEP] movie"}], "x": 5})";

ProcessResult chat(const std::filesystem::path& model, std::vector<std::string> more, const std::string& input = "") {
  more.insert(more.begin(), {"chat", "--model", model.string()});
  return run_hone(more, input);
}

TEST_CASE("chat --render prints what the template makes of the context") {
  const TemporaryFolder folder;
  const auto model = copy_model(folder);
  write_file(model / "chat_template.jinja",
             "{{ cls_token }}{% for m in messages %}{{ m.content }}{% endfor %}{{ x }}{{ sep_token }}");
  const std::string context = folder.write("context.json", kContext).string();
  const ProcessResult result = chat(model, {"--render", "--context", context});
  CHECK(result.error == "");
  CHECK(result.output == "[CLS]good [SEP] movie5[SEP]");
  CHECK(chat(model, {"--render", "--context", "-"}, kContext).output == result.output);
  const std::string other = folder.write("other.jinja", "{{ messages[0].role }}\n\n").string();
  CHECK(chat(model, {"--render", "--context", context, "--template", other}).output == "user\n");
}

TEST_CASE("chat --render --ids prints token ids, in which no special token comes from a message") {
  const TemporaryFolder folder;
  const auto model = copy_model(folder);
  write_file(model / "chat_template.jinja", "{{ cls_token }}{{ messages[0].content }}{{ sep_token }}");
  const std::string context = folder.write("context.json", kContext).string();
  const auto ids = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--render", "--ids", "--context", context});
    return Json::parse(chat(model, more).output).get<std::vector<int>>();
  };
  // 2 is [CLS], 3 is [SEP], 86 is good, 79 is movie.
  CHECK(ids({"--allow-special"}) == std::vector<int>{2, 86, 3, 79, 3});
  const std::vector<int> plain = ids({});
  CHECK(plain.size() > 5);
  CHECK(std::count(plain.begin(), plain.end(), 3) == 1);
  CHECK(plain.back() == 3);
}

TEST_CASE("errors of chat --render name the template's line, or what is missing") {
  const TemporaryFolder folder;
  const auto model = copy_model(folder);
  const std::string context = folder.write("context.json", kContext).string();
  const ProcessResult none = chat(model, {"--render", "--context", context});
  CHECK(none.exit_code == 1);
  CHECK(contains(none.error, model.string() + ": the model has no chat template"));
  CHECK(contains(none.error, "--template FILE"));
  write_file(model / "chat_template.jinja", "a\n{{ messages[0].nope.x }}");
  const ProcessResult wrong = chat(model, {"--render", "--context", context});
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.error, "chat_template.jinja:2: 'dict object' has no attribute 'nope'"));
}

TEST_CASE("wrong options of chat are usage errors") {
  const auto error = [](const std::vector<std::string>& more) {
    const ProcessResult result = chat(tiny_model(), more);
    CHECK(result.exit_code == 2);
    return result.error;
  };
  CHECK(contains(error({}), "hone chat has only the action --render"));
  CHECK(contains(error({"--render"}), "--render needs --context"));
  CHECK(contains(error({"--render", "--context", "x.json", "--allow-special"}),
                 "--allow-special changes only the token ids"));
}

}  // namespace chat_test
