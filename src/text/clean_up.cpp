#include "text/clean_up.h"

#include <utility>

#include "text/decoder_stage.h"

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

}  // namespace

std::string clean_up_token(std::string token) { return clean_up(std::move(token), true); }
std::string clean_up_spaces(std::string text) { return clean_up(std::move(text), false); }

std::unique_ptr<TokenSink> make_clean_up_sink(std::unique_ptr<TokenSink> next) {
  return std::make_unique<CleanUpSink>(std::move(next));
}

}  // namespace hone::text
