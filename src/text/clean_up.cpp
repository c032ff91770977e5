#include "text/clean_up.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "text/decoder_stage.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

// The replacements of transformers, in its order. tokenizers has one more, kDoNot, before " 's".
constexpr Replacement kCleanUp[] = {{" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
                                    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
constexpr Replacement kDoNot = {" do not", " don't"};

// The characters of the texts above that are not their last ones. A replacement never crosses the place behind any
// other character.
constexpr std::string_view kInnerCharacters = " 'nvr";

void replace_all(std::string& text, const Replacement& replacement) {
  const auto& [from, to] = replacement;
  size_t found = text.find(from);
  if (found == std::string::npos) return;
  std::string result;
  size_t begin = 0;
  for (; found != std::string::npos; found = text.find(from, begin)) {
    result.append(text, begin, found - begin).append(to);
    begin = found + from.size();
  }
  text = result.append(text, begin);
}

std::string clean_up(std::string text, bool with_do_not) {
  for (const Replacement& replacement : kCleanUp) {
    if (with_do_not && replacement.first == " 's") replace_all(text, kDoNot);
    replace_all(text, replacement);
  }
  return text;
}

class CleanUpSink final : public DecoderStage {
 public:
  using DecoderStage::DecoderStage;

  void put(const TokenPart& part) override {
    waiting_ += part.text;
    const size_t last = waiting_.find_last_not_of(kInnerCharacters);
    if (last == std::string::npos) return;
    pass(clean_up_spaces(waiting_.substr(0, last + 1)));
    waiting_.erase(0, last + 1);
  }

  void finish() override {
    pass(clean_up_spaces(std::move(waiting_)));
    DecoderStage::finish();
  }

 private:
  std::string waiting_;  // a replacement may cross its end
};

// Python's str.isspace
bool is_python_space(char32_t code) { return is_whitespace(code) || (code >= 0x1C && code <= 0x1F); }

class WordEndSink final : public DecoderStage {
 public:
  WordEndSink(std::string_view word_end, std::unique_ptr<TokenSink> next)
      : DecoderStage(std::move(next)), word_end_(word_end) {}

  void put(const TokenPart& part) override {
    waiting_ += part.text;
    size_t kept = std::min(word_end_.size() - 1, waiting_.size());
    while (!word_end_.starts_with(std::string_view(waiting_).substr(waiting_.size() - kept))) --kept;
    put_text(waiting_.substr(0, waiting_.size() - kept));
    waiting_.erase(0, waiting_.size() - kept);
  }

  void finish() override {
    put_text(std::move(waiting_));
    DecoderStage::finish();
  }

 private:
  // Holds white space back until text follows it.
  void put_text(std::string text) {
    replace_all(text, {word_end_, " "});
    spaces_ += text;
    size_t first = spaces_.size(), last = 0;  // of the text without the white space around it
    for (const char* p = spaces_.data(); p < spaces_.data() + spaces_.size();) {
      const char* const begin = p;
      if (is_python_space(next_code_point(p))) continue;
      first = std::min(first, static_cast<size_t>(begin - spaces_.data()));
      last = static_cast<size_t>(p - spaces_.data());
    }
    if (last == 0) return;
    pass(has_text_ ? spaces_.substr(0, last) : spaces_.substr(first, last - first));
    spaces_.erase(0, last);
    has_text_ = true;
  }

  std::string word_end_;
  std::string waiting_;  // may begin a word end
  std::string spaces_;
  bool has_text_ = false;
};

}  // namespace

std::string clean_up_token(std::string token) { return clean_up(std::move(token), true); }
std::string clean_up_spaces(std::string text) { return clean_up(std::move(text), false); }

std::unique_ptr<TokenSink> make_clean_up_sink(std::unique_ptr<TokenSink> next) {
  return std::make_unique<CleanUpSink>(std::move(next));
}

std::unique_ptr<TokenSink> make_word_end_sink(std::string_view word_end, std::unique_ptr<TokenSink> next) {
  return std::make_unique<WordEndSink>(word_end, std::move(next));
}

}  // namespace hone::text
