// Finds web addresses, e-mail addresses and numbers in texts.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

struct Span {
  size_t begin = 0, end = 0;  // bytes, end exclusive
  friend bool operator==(const Span&, const Span&) = default;
};

// Finds "http://...", "https://...", "ftp://..." and "www.name...". An address ends before white space, a quote, an
// angle bracket, a character that is not ASCII, or a punctuation mark that ends a sentence.
std::vector<Span> find_urls(std::string_view text);

// Finds "name@host.domain" in ASCII.
std::vector<Span> find_emails(std::string_view text);

// Finds numbers in ASCII digits, with a sign, thousands separators and decimals: "3", "-1,234.5", "12%" without the
// percent sign. Digits inside a word such as "mp3" are not numbers.
std::vector<Span> find_numbers(std::string_view text);

// Replaces the spans, which are in ascending order, by `replacement`.
std::string with_replaced(std::string_view text, const std::vector<Span>& spans, std::string_view replacement);

}  // namespace hone::data
