// The text of an answer while its tokens arrive: whole characters, up to a stop string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/decode_stream.h"
#include "text/tokenizer.h"

namespace hone::generate {

class AnswerText {
 public:
  struct Options {
    std::vector<std::string> stop_strings;
    bool include_stop_string = false;  // the text ends after the stop string, not before it
    bool skip_special_tokens = true;
  };

  // Throws kUsage if a stop string is empty.
  AnswerText(const text::Tokenizer& tokenizer, Options options);

  // Returns the text that is certain after this token. What may be the beginning of a stop string is kept back. After a
  // stop string nothing more comes.
  std::string put(int32_t id);
  // Returns the rest of the text after the last token.
  std::string finish();

  bool is_stopped() const { return !found_.empty(); }
  // The stop string that ended the text, or an empty text.
  const std::string& stop_string() const { return found_; }

 private:
  std::string take(std::string_view more);

  text::DecodeStream stream_;
  Options options_;
  std::string pending_;  // decoded, but not returned yet
  std::string found_;
};

}  // namespace hone::generate
