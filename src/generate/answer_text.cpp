#include "generate/answer_text.h"

#include <algorithm>

#include "base/error.h"

namespace hone::generate {

namespace {

// Returns the length of the longest end of the text that begins `stop`, but is not all of it.
size_t beginning_at_end(std::string_view text, std::string_view stop) {
  for (size_t size = std::min(text.size(), stop.size() - 1); size > 0; --size) {
    if (text.ends_with(stop.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

AnswerText::AnswerText(const text::Tokenizer& tokenizer, Options options)
    : stream_(tokenizer, options.skip_special_tokens), options_(std::move(options)) {
  if (std::ranges::find(options_.stop_strings, std::string()) != options_.stop_strings.end()) {
    throw Error(ErrorKind::kUsage, "a stop string is empty", "give a text that ends the answer, or none");
  }
}

std::string AnswerText::put(int32_t id) { return is_stopped() ? "" : take(stream_.put(id)); }

std::string AnswerText::finish() {
  if (is_stopped()) return "";
  std::string rest = take(stream_.finish());
  if (!is_stopped()) rest += std::move(pending_);
  pending_.clear();
  return rest;
}

std::string AnswerText::take(std::string_view more) {
  pending_ += more;
  size_t first = std::string::npos, kept = 0;
  for (const std::string& stop : options_.stop_strings) {
    if (const size_t at = pending_.find(stop); at < first) {
      first = at;
      found_ = stop;
    }
    kept = std::max(kept, beginning_at_end(pending_, stop));
  }
  if (is_stopped()) return pending_.substr(0, first + (options_.include_stop_string ? found_.size() : 0));
  std::string certain = pending_.substr(0, pending_.size() - kept);
  pending_.erase(0, certain.size());
  return certain;
}

}  // namespace hone::generate
