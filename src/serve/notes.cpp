#include "serve/notes.h"

#include <fmt/format.h>

#include <utility>

namespace hone::serve {

namespace {

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

}  // namespace

void Notes::add_question(size_t index, const task::Question& question, const text::UnknownTokens& count) {
  if (question.is_truncated()) append(truncated_, std::to_string(index));
  if (count.are_many()) append(unknown_, fmt::format("{}={}/{}", index, count.unknown, count.total));
}

void Notes::add_near_tie(size_t index) { append(near_ties_, std::to_string(index)); }

void Notes::add_ignored(std::string_view field) { append(ignored_, field); }

void Notes::add_to(http::Response& response) const {
  const std::pair<const char*, const std::string&> headers[] = {{kTruncatedHeader, truncated_},
                                                                {kUnknownHeader, unknown_},
                                                                {kNearTiesHeader, near_ties_},
                                                                {kIgnoredHeader, ignored_}};
  for (const auto& [name, value] : headers) {
    if (!value.empty()) response.headers.emplace_back(name, value);
  }
}

}  // namespace hone::serve
