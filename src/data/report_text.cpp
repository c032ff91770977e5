#include "data/report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/counted.h"
#include "base/terminal.h"
#include "data/findings.h"
#include "data/one_line.h"

namespace hone::data {

namespace {

constexpr size_t kMaxClassLines = 20;
constexpr size_t kBarColumns = 24;

std::string percent(uint64_t part, uint64_t all) {
  const double share = all == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
  return fmt::format("{:.1f}%", share);
}

// Returns the text and spaces up to this column.
std::string padded(std::string_view text, size_t columns) {
  const std::string line = one_line(text, columns);
  return line + std::string(columns - std::min(columns, columns_of(line)), ' ');
}

std::string parts_text(const Report& report) {
  std::string text = counted(report.rows, "row");
  if (report.parts.size() == 1) return text + "\n";
  for (size_t i = 0; i < report.parts.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? ": " : ", ", report.parts[i].name, report.parts[i].rows);
  }
  return text + "\n";
}

std::string columns_text(const Report& report) {
  std::string text = "\nColumns\n";
  for (const ColumnReport& column : report.columns) {
    text += fmt::format("  {}  {:<7} {:<6}", padded(column.name, 24), column.type, column.role);
    if (column.missing > 0) text += fmt::format("  {} missing", column.missing);
    if (column.blank > 0) text += fmt::format("  {} blank", column.blank);
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text;
}

std::string classes_text(const Report& report) {
  if (report.classes.empty()) return "";
  uint64_t labelled = 0;
  for (const ClassReport& row : report.classes) labelled += row.total();
  std::string text = fmt::format("\nClasses ({})\n", report.classes.size());
  for (size_t i = 0; i < std::min(report.classes.size(), kMaxClassLines); ++i) {
    const ClassReport& row = report.classes[i];
    const uint64_t most = std::max<uint64_t>(1, report.classes[0].total());
    const std::string bar(
        static_cast<size_t>(static_cast<double>(kBarColumns * row.total()) / static_cast<double>(most)), '#');
    text +=
        fmt::format("  {}  {:>9}  {:>6}  {}\n", padded(row.name, 24), row.total(), percent(row.total(), labelled), bar);
  }
  if (report.classes.size() > kMaxClassLines) {
    text += fmt::format("  and {} more\n", report.classes.size() - kMaxClassLines);
  }
  text += fmt::format("  always answering \"{}\" is right for {} of the rows\n", one_line(report.classes[0].name, 24),
                      percent(report.classes[0].total(), labelled));
  return text;
}

std::string distribution_line(std::string_view name, const Distribution& values) {
  return fmt::format("  {:<11}{:>9.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>11.0f}\n", name, values.minimum, values.median,
                     values.q90, values.q95, values.q99, values.maximum);
}

std::string lengths_text(const Report& report) {
  std::string text = "\nLengths          min   median      90%      95%      99%        max\n";
  text += distribution_line("characters", report.characters);
  if (!report.tokens) return text;
  text += distribution_line("tokens", *report.tokens);
  text += "\nmax_length   rows truncated   tokens lost\n";
  for (const Truncation& row : report.truncations) {
    text += fmt::format("{:>10}   {:>13}   {:>10.1f}%\n", row.max_length, percent(row.rows, report.rows),
                        100 * row.token_share);
  }
  return text;
}

std::string shares_text(std::string_view title, const std::vector<Share>& shares, uint64_t all) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(shares.size(), 6); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", shares[i].name, percent(shares[i].rows, all));
  }
  return fmt::format("{:<11}{}\n", title, text);
}

std::string duplicates_text(const Report& report, size_t width) {
  const DuplicateReport& duplicates = report.duplicates;
  std::string text = fmt::format("\nDuplicates\n  {} rows repeat the text of an earlier row\n", duplicates.exact_rows);
  if (!duplicates.threshold) return text;
  text += fmt::format(
      "  {} more rows are near duplicates (Jaccard similarity of shingles >= {:g};\n"
      "  {:.1f}% of the pairs at this threshold are found)\n",
      duplicates.near_rows, *duplicates.threshold, 100 * *duplicates.recall);
  for (size_t i = 0; i < std::min<size_t>(duplicates.pairs.size(), 3); ++i) {
    const PairExample& pair = duplicates.pairs[i];
    text += fmt::format("    {:.3f}  {}\n           {}\n", pair.similarity, one_line(pair.first.text, width - 11),
                        one_line(pair.second.text, width - 11));
  }
  return text;
}

// The headline: what the model's score on a part would be worth.
std::string leaks_text(const Report& report) {
  std::string text;
  for (const Leak& leak : report.leaks) {
    text += fmt::format("  {} of the {} rows of {} also stand in {} ({} equal, {} nearly equal)\n",
                        percent(leak.exact + leak.near, leak.rows), leak.rows, leak.part, leak.earlier_part, leak.exact,
                        leak.near);
  }
  return text.empty() ? "" : "\nLeaks between parts\n" + text;
}

// Returns the location without the folders of the file.
std::string_view short_location(std::string_view location) {
  return location.substr(location.rfind('/') == std::string_view::npos ? 0 : location.rfind('/') + 1);
}

std::string finding_text(const Finding& finding, size_t width) {
  const FindingKind& kind = finding_kind(finding.id);
  const std::string label = fmt::format("{}: ", severity_name(kind.severity));
  std::string text = "\n" + label + wrapped(printable(filled(kind.title, finding)), label.size(), 2, width) + "\n";
  text += "  " + wrapped(filled(kind.advice, finding), 2, 2, width) + "\n";
  if (!finding.commands.empty()) text += fmt::format("  $ {}\n", finding.commands[0]);
  if (finding.commands.size() > 1) {
    text += fmt::format("  and the same for {}\n", counted(finding.commands.size() - 1, "other part"));
  }
  for (size_t i = 0; i < std::min<size_t>(finding.examples.size(), 3); ++i) {
    const Example& example = finding.examples[i];
    const std::string note = example.note.empty() ? "" : fmt::format(" [{}]", one_line(example.note, 20));
    const std::string place = fmt::format("  {}{}  ", printable(short_location(example.location)), note);
    const size_t rest = width > columns_of(place) + 20 ? width - columns_of(place) : 20;
    text += place + one_line(example.text, rest) + "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const Report& report, size_t width) {
  std::string text = parts_text(report) + leaks_text(report) + columns_text(report) + classes_text(report) +
                     lengths_text(report) + duplicates_text(report, width);
  text += "\n" + shares_text("Scripts", report.scripts, report.rows) +
          shares_text("Languages", report.languages, report.rows);
  if (report.findings.empty()) return text + "\nNothing to complain about.\n";
  text += fmt::format("\nFindings ({})\n", report.findings.size());
  for (const Finding& finding : report.findings) text += finding_text(finding, width);
  if (!report.commands.empty()) text += "\nAll problems and warnings that rules can mend, at once\n";
  for (const std::string& command : report.commands) text += fmt::format("  $ {}\n", command);
  return text;
}

}  // namespace hone::data
