// The section on lengths: characters, tokens, and what each max_length truncates.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/counted.h"
#include "data/report_parts.h"

namespace hone::data {

namespace {

constexpr std::array<int64_t, 7> kMaxLengths = {32, 64, 128, 256, 512, 1024, 2048};
constexpr double kMaxUnknownShare = 0.1;
constexpr uint32_t kShortCharacters = 3;
constexpr double kTruncatedShare = 0.05;  // the share of truncated rows above which a length is too small

}  // namespace

void ReportBuilder::add_lengths() {
  std::vector<double> characters, tokens;
  uint64_t num_tokens = 0, num_unknown = 0;
  for (const RowFacts& row : analysis_.facts()) {
    if (!row.is_null) characters.push_back(row.characters);
    tokens.push_back(row.tokens);
    num_tokens += row.tokens;
    num_unknown += row.unknown_tokens;
  }
  report_.characters = distribution_of(std::move(characters));
  if (num_tokens > 0) {
    report_.unknown_token_share = static_cast<double>(num_unknown) / static_cast<double>(num_tokens);
    report_.tokens = distribution_of(std::move(tokens));
    add_truncations();
  }
  if (report_.unknown_token_share > kMaxUnknownShare) {
    const std::string detail = fmt::format("{:.1f}%", 100 * report_.unknown_token_share);
    add_row_finding("unknown_tokens", [&](uint64_t row) { return facts(row).unknown_tokens > 0; }, "", detail);
  }
  add_length_findings();
}

void ReportBuilder::add_truncations() {
  for (const int64_t length : kMaxLengths) {
    uint64_t rows = 0, lost = 0, all = 0;
    for (const RowFacts& row : analysis_.facts()) {
      all += row.tokens;
      rows += row.tokens > length;
      lost += row.tokens > length ? row.tokens - static_cast<uint64_t>(length) : 0;
    }
    report_.truncations.push_back({length, rows, static_cast<double>(lost) / static_cast<double>(all)});
  }
  const auto fits = [&](const Truncation& t) {
    return static_cast<double>(t.rows) <= kTruncatedShare * static_cast<double>(size());
  };
  const auto enough = std::ranges::find_if(report_.truncations, fits);
  if (enough == report_.truncations.end() || enough->max_length <= 32) return;
  add_finding("truncation", enough->rows,
              fmt::format("max_length {} truncates {:.1f}% of the rows, {} truncates {:.1f}%", enough->max_length,
                          100 * static_cast<double>(enough->rows) / static_cast<double>(size()), enough[-1].max_length,
                          100 * static_cast<double>(enough[-1].rows) / static_cast<double>(size())));
}

void ReportBuilder::add_length_findings() {
  const Distribution& lengths = report_.characters;
  const double limit = lengths.q75 + 3 * std::max(lengths.q75 - lengths.q25, 10.0);
  add_row_finding(
      "long_texts", [&](uint64_t row) { return facts(row).characters > limit; },
      fmt::format("--max-characters {}", static_cast<int64_t>(limit)), std::to_string(static_cast<int64_t>(limit)));
  add_row_finding(
      "short_texts",
      [&](uint64_t row) {
        return !facts(row).is_null && !facts(row).is_blank && facts(row).characters <= kShortCharacters;
      },
      fmt::format("--min-characters {}", kShortCharacters + 1), std::to_string(kShortCharacters));
}

}  // namespace hone::data
