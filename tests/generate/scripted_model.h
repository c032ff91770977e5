// A language model without weights that says what a script tells it, and keeps what it was given; with the tokenizer
// and the template of a ChatML model.
#pragma once

#include <ATen/ops/zeros.h>

#include <deque>
#include <string>
#include <vector>

#include "generate/chat_format.h"
#include "generate/generation.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hone {

inline const text::Tokenizer& chat_tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(HONE_SOURCE_DIR "/tests/fixtures/byte_level/qwen2");
  return loaded;
}
constexpr int32_t kImStart = 481, kImEnd = 482;  // of this tokenizer

constexpr const char* kChatTemplate =
    "{% if enable_thinking %}think:{% endif %}{% for m in messages %}{% if m.role == 'critic' %}"
    "{{ raise_exception('no critics') }}{% endif %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>;{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

inline generate::ChatFormat chat_format(const std::string& source = kChatTemplate, bool allow_special = false) {
  return {text::ChatTemplate::parse(source, "chat.jinja"), chat_tokenizer(), allow_special};
}

class ScriptedModel {
 public:
  static constexpr tensor::KvShape kShape{.num_layers = 1, .num_kv_heads = 1, .head_width = 4, .dtype = at::kFloat};

  // The tokens of the text follow, and <|im_end|> if `ends`.
  void say(const std::string& text, bool ends = true) {
    for (const int32_t id : chat_tokenizer().encode(text).ids) script_.push_back(id);
    if (ends) script_.push_back(kImEnd);
  }

  generate::LanguageModel get(int64_t max_length = 1000) {
    return {.scores = [this](const tensor::KvBatch& batch) { return scores(batch); },
            .vocab_size = chat_tokenizer().vocab_size(),
            .max_length = max_length};
  }

  // The last prompt that began, as text.
  std::string read() const { return chat_tokenizer().decode(prompt_, /*skip_special_tokens=*/false); }

  std::vector<int64_t> num_tokens;  // that each step computed

 private:
  at::Tensor scores(const tensor::KvBatch& batch) {
    num_tokens.push_back(batch.packing().num_tokens());
    if (num_tokens.back() > 1) prompt_.assign(batch.tokens(0).begin(), batch.tokens(0).end());
    const at::Tensor result = at::zeros({1, chat_tokenizer().vocab_size()});
    result.mutable_data_ptr<float>()[script_.front()] = 9;
    script_.pop_front();
    return result;
  }

  std::deque<int32_t> script_;
  std::vector<int32_t> prompt_;
};

}  // namespace hone
