#include "compare/chat_markers.h"

#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "compare/word_tokenizer.h"
#include "text/chat_template.h"

namespace chat_markers_test {

using namespace hone;

compare::ChatMarkers markers_of(const char* source) {
  return compare::markers_of(text::ChatTemplate::parse(source, "template"), word_tokenizer());
}

TEST_CASE("the markers are what the template writes around messages, not what messages say") {
  const compare::ChatMarkers chat_ml = markers_of(
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
      "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");
  CHECK(chat_ml.all == compare::ChatMarkers::chat_ml().all);
  CHECK(chat_ml.end == "<|im_end|>");
  // Tokens that this vocabulary lacks are recognised by their form; </s> follows the answer.
  const compare::ChatMarkers llama = markers_of(
      "{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}</s>"
      "{% endif %}{% endfor %}");
  CHECK(llama.all == std::vector<std::string>{"[INST]", "[/INST]", "</s>"});
  CHECK(llama.end == "</s>");
  CHECK(markers_of("{% for m in messages %}{{ m.role }}: {{ m.content }}, 1 < 2 [x]{% endfor %}").all.empty());
}

TEST_CASE("a template that refuses an answer in the chat has markers without an end") {
  const compare::ChatMarkers markers = markers_of(
      "{% for m in messages %}{% if m.role == 'assistant' %}{{ raise_exception('no') }}{% endif %}<turn>{{ m.content }}"
      "{% endfor %}");
  CHECK(markers.all == std::vector<std::string>{"<turn>"});
  CHECK(markers.end.empty());
}

// By hand: norms 5, 5, 5.0, 0, 10, 13; their median (the upper one of six) is 5.
TEST_CASE("a row near zero, or equal to another row, was not trained") {
  const at::Tensor weight =
      at::tensor({3.0f, 4.0f, 4.0f, 3.0f, 4.0f, 3.01f, 0.0f, 0.0f, 6.0f, 8.0f, 5.0f, 12.0f}).reshape({6, 2});
  const std::vector<int32_t> ids{0, 1, 2, 3, 4};
  const std::vector<compare::EmbeddingRow> rows = compare::embedding_rows(weight, ids);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].is_trained());
  CHECK(rows[0].distance == doctest::Approx(std::sqrt(1 + 0.99 * 0.99) / 5));
  CHECK_FALSE(rows[1].is_trained());
  CHECK(rows[1].nearest == 2);
  CHECK(rows[1].distance == doctest::Approx(0.01 / 5).epsilon(1e-3));
  CHECK_FALSE(rows[2].is_trained());
  CHECK(rows[3].norm == 0);
  CHECK_FALSE(rows[3].is_trained());
  CHECK(rows[4].norm == doctest::Approx(10 / 5.008).epsilon(2e-3));
  CHECK(rows[4].is_trained());
  CHECK(compare::embedding_rows(weight, {}).empty());
  const auto rounded = compare::embedding_rows(weight.to(at::kBFloat16), ids);
  CHECK(rounded[0].is_trained());
  CHECK_FALSE(rounded[1].is_trained());
  CHECK_FALSE(compare::embedding_rows(weight.mul(NAN), ids)[0].is_trained());
}

TEST_CASE("a marker is one token or several") {
  at::Tensor weight = at::tensor({1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f, 9.0f, 9.0f}).reshape({10, 1});
  const std::vector<std::string> markers{"<|im_start|>", "<|im_end|>", "<|end|>"};
  const auto states = compare::marker_states(markers, word_tokenizer(), weight);
  REQUIRE(states.size() == 3);
  CHECK(states[0].id == 8);
  CHECK(compare::text_of(states[0]) == "1 token (id 8), not trained: its embedding is that of id 9");
  CHECK_FALSE(states[2].id.has_value());
  CHECK(states[2].num_tokens > 1);
  weight[9][0] = 0.1f;
  const auto others = compare::marker_states(markers, word_tokenizer(), weight);
  CHECK(compare::text_of(others[0]) == "1 token (id 8), trained");
  CHECK(compare::text_of(others[1]).starts_with("1 token (id 9), not trained: its embedding has 2.0 %"));
  CHECK(compare::to_json(others[0])["trained"] == true);
  CHECK(compare::to_json(others[2])["id"].is_null());
}

}  // namespace chat_markers_test
