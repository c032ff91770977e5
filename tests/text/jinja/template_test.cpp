#include "text/jinja/rendered.h"

namespace hone::text::jinja::template_test {

TEST_CASE("generation blocks are those of jinja2") { check_subject("template"); }

TEST_CASE("where jinja2 has an error there is an error") { check_subject("errors"); }

TEST_CASE("the message of raise_exception stands behind the template's name and line") {
  const Error error =
      expect_error([] { write_template("a\n{% if 1 %}\n{{ raise_exception('no ' ~ 1) }}{% endif %}", {}); });
  CHECK(std::string(error.what()) == "t.jinja:3: no 1");
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(error.hint() == "the template does not accept this input");
}

TEST_CASE("a template that is not UTF-8 is refused") {
  CHECK(failure("a\xFF") == "t.jinja: byte 1 (0xff) is not UTF-8");
}

TEST_CASE("a template that does too much is stopped") {
  CHECK(failure("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", {},
                {.max_steps = 1'000'000}) ==
        "t.jinja:1: the template does more than 1 million steps: it may loop for ever");
  const std::string doubled =
      "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}";
  CHECK(failure(doubled, {}, {.max_bytes = 1 << 20}) == "t.jinja:1: a text would be longer than 1 MB");
  const std::string nested = "{% set n = namespace(x=[]) %}{% for i in range(1000) %}{% set n.x = [n.x] %}{% endfor %}";
  CHECK(failure(nested) == "t.jinja:1: lists and dicts nest deeper than 250");
  const std::string lists =
      "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}";
  CHECK(failure(lists, {}, {.max_memory = 1 << 24}) == "t.jinja:1: the rendering needs more than 16 MB of memory");
}

TEST_CASE("the output knows which bytes come from the context") {
  const Json context = {{"m", {{{"role", "user"}, {"content", " hi <|x|> "}}}}};
  CHECK(with_origins("{% for a in m %}<|{{ a.role }}|>{{ a.content | trim }}{{ a.content.split('<')[0] }}{% endfor %}",
                     context) == "<|[user]|>[hi <|x|> hi ]");
  CHECK(with_origins("{% set a %}<{{ m[0].role }}>{% endset %}{{ a }}{{ a | upper }}{{ m | tojson | length }}",
                     context) == "<[user]>[<USER>]43");
  CHECK(with_origins("{{ m[0] }}{{ m[0] | tojson }}{{ {'a': 1} }}", context) ==
        "[{'role': 'user', 'content': ' hi <|x|> '}{\"role\": \"user\", \"content\": \" hi <|x|> \"}]{'a': 1}");
  CHECK(with_origins("{{ 'a-b'.replace('-', m[0].role) }}{{ ','.join([m[0].role, 'x']) }}{{ '{}!'.format(m[0].role) }}",
                     context) == "a[user]b[user],x[user]!");
}

}  // namespace hone::text::jinja::template_test
