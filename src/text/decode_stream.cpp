#include "text/decode_stream.h"

#include <utility>

#include "text/clean_up.h"
#include "text/decoder_stage.h"
#include "text/tokenizer_classes.h"
#include "text/tokenizer_state.h"

namespace hone::text {

DecodeStream::DecodeStream(const Tokenizer& tokenizer, bool skip_special_tokens)
    : state_(tokenizer.state_), skip_special_tokens_(skip_special_tokens), text_(std::make_unique<std::string>()) {
  std::unique_ptr<TokenSink> sink = std::make_unique<TextSink>(*text_);
  if (state_->spec.clean_up_spaces) sink = make_clean_up_sink(std::move(sink));
  const TokenizerClassRow* row = state_->spec.class_row;
  if (row != nullptr && !row->word_end.empty()) sink = make_word_end_sink(row->word_end, std::move(sink));
  sink_ = state_->decoder(std::move(sink));
}

std::string DecodeStream::put(int32_t id) {
  if (skip_special_tokens_ && state_->is_skipped(id)) return "";
  if (const auto token = state_->decoded_token(id)) sink_->put({*token});
  return std::exchange(*text_, "");
}

std::string DecodeStream::finish() {
  sink_->finish();
  return std::exchange(*text_, "");
}

}  // namespace hone::text
