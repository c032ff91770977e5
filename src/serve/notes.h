// Notes for a client about its inputs, sent as headers of the response.
#pragma once

#include <string>
#include <string_view>

#include "http/response.h"
#include "task/answer.h"
#include "text/unknown_tokens.h"

namespace hone::serve {

// Indices of truncated inputs ("0,3"), inputs with many unknown tokens ("0=13/20": 13 of 20), inputs whose best labels
// have nearly equal scores ("0,3"), and fields of the request that have no effect. A header is absent if it would be
// empty.
inline constexpr const char* kTruncatedHeader = "X-Hone-Truncated";
inline constexpr const char* kUnknownHeader = "X-Hone-Unknown-Tokens";
inline constexpr const char* kNearTiesHeader = "X-Hone-Near-Ties";
inline constexpr const char* kIgnoredHeader = "X-Hone-Ignored";

class Notes {
 public:
  void add_question(size_t index, const task::Question& question, const text::UnknownTokens& count);
  void add_near_tie(size_t index);
  void add_ignored(std::string_view field);
  void add_to(http::Response& response) const;

 private:
  std::string truncated_, unknown_, near_ties_, ignored_;
};

}  // namespace hone::serve
