// The bases of decoders: a stage of a decoder, and one that works on whole tokens.
#pragma once

#include <memory>
#include <string>

#include "text/decoders.h"

namespace hone::text {

class DecoderStage : public TokenSink {
 public:
  explicit DecoderStage(std::unique_ptr<TokenSink> next) : next_(std::move(next)) {}
  void finish() override { next_->finish(); }

 protected:
  void pass(std::string_view text, bool begins_token = true, bool ends_token = true) {
    next_->put({text, begins_token, ends_token});
  }

 private:
  std::unique_ptr<TokenSink> next_;
};

// Collects the parts of each token.
class WholeTokenStage : public DecoderStage {
 public:
  using DecoderStage::DecoderStage;

  void put(const TokenPart& part) final {
    if (part.begins_token && part.ends_token) return take(part.text);
    token_ += part.text;
    if (!part.ends_token) return;
    take(token_);
    token_.clear();
  }

 protected:
  virtual void take(std::string_view token) = 0;

 private:
  std::string token_;
};

// Appends the text that it receives to a string.
class TextSink final : public TokenSink {
 public:
  explicit TextSink(std::string& text) : text_(text) {}
  void put(const TokenPart& part) override { text_ += part.text; }
  void finish() override {}

 private:
  std::string& text_;
};

}  // namespace hone::text
