// The section on texts: scripts, languages and noise.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "data/boilerplate.h"
#include "data/report_parts.h"

namespace hone::data {

namespace {

struct NoiseKind {
  Noise bit;
  std::string_view finding, clean_flags;
};

constexpr std::array kNoiseKinds = std::to_array<NoiseKind>({
    {kNoiseMojibake, "mojibake", "--fix-mojibake"},
    {kNoiseReplacement, "replacement", ""},
    {kNoiseHtmlTag, "html", "--strip-html"},
    {kNoiseEntity, "entities", "--unescape-entities"},
    {kNoiseControl, "control", "--remove-control"},
    {kNoiseInvisible, "invisible", "--remove-invisible"},
    {kNoiseUrl, "urls", "--mask-urls '[URL]'"},
    {kNoiseEmail, "emails", "--mask-emails '[EMAIL]'"},
    {kNoiseRepeated, "repeated", ""},
    {kNoiseSpaces, "spaces", "--collapse-whitespace"},
    {kNoiseFullWidth, "full_width", "--half-width"},
    {kNoiseSymbols, "symbols", ""},
});

constexpr double kMixedShare = 0.01;  // the least share of a second language that is worth a finding

template <size_t N, typename NameOf>
std::vector<Share> shares_of(const std::array<uint64_t, N>& counts, const NameOf& name_of) {
  std::vector<Share> shares;
  for (size_t i = 0; i < N; ++i) {
    if (counts[i] > 0) shares.push_back({std::string(name_of(i)), counts[i]});
  }
  std::ranges::stable_sort(shares, std::greater(), &Share::rows);
  return shares;
}

}  // namespace

void ReportBuilder::add_texts() {
  std::array<uint64_t, kNumScripts> scripts{};
  std::array<uint64_t, kNumLanguages> languages{};
  for (const RowFacts& row : analysis_.facts()) {
    ++scripts[static_cast<size_t>(row.script)];
    ++languages[static_cast<size_t>(row.language)];
  }
  report_.scripts = shares_of(scripts, [](size_t i) { return script_name(static_cast<Script>(i)); });
  report_.languages = shares_of(languages, [](size_t i) { return language_name(static_cast<Language>(i)); });
  languages[static_cast<size_t>(Language::kUndetermined)] = 0;
  const auto known = shares_of(languages, [](size_t i) { return language_name(static_cast<Language>(i)); });
  std::string detail;
  uint64_t others = 0;
  for (const Share& share : known) {
    if (static_cast<double>(share.rows) < kMixedShare * static_cast<double>(size())) continue;
    detail += fmt::format("{}{} {:.1f}%", detail.empty() ? "" : ", ", share.name,
                          100 * static_cast<double>(share.rows) / static_cast<double>(size()));
    if (&share != &known[0]) others += share.rows;
  }
  if (others > 0) add_finding("languages", others, detail);
  add_noise();
  add_boilerplate();
}

void ReportBuilder::add_noise() {
  for (const NoiseKind& kind : kNoiseKinds) {
    const uint64_t rows = add_row_finding(
        std::string(kind.finding), [&](uint64_t row) { return (facts(row).noise & kind.bit) != 0; }, kind.clean_flags);
    if (rows > 0) report_.noise.push_back({std::string(kind.finding), rows});
  }
  std::ranges::stable_sort(report_.noise, std::greater(), &Share::rows);
}

void ReportBuilder::add_boilerplate() {
  const auto text = [&](uint64_t row, std::string& scratch) { return analysis_.text(row, scratch); };
  const std::vector<Boilerplate> found = find_boilerplate(size(), text);
  if (found.empty()) return;
  Finding& finding = add_finding("boilerplate", found[0].rows, std::to_string(found.size()));
  for (const Boilerplate& sentence : found) {
    if (!has_examples_left(finding)) break;
    Example example = analysis_.example(sentence.first_row, fmt::format("in {} rows", sentence.rows));
    example.text = sentence.sentence.substr(0, 400);
    finding.examples.push_back(std::move(example));
  }
}

}  // namespace hone::data
