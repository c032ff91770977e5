#include "compare/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/filled_page.h"
#include "base/terminal.h"
#include "base/utf8.h"

namespace hone::compare {

namespace {

constexpr std::string_view kComparePage =
#include "compare/report_page.inc"
    ;

constexpr size_t kSparkColumns = 30, kGap = 2;
constexpr size_t kUnwrapped = 1 << 20;  // columns of files and pipes
const std::string kDashes(30, '-');

// A line of the explanation: what it is about, and what it says of one side.
struct Fact {
  std::string label, value;
};

// Splits lines where words end; breaks words that are longer than a line, as Chinese texts are.
std::vector<std::string> lines_of(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  const std::string whole = wrapped(printable(text), 0, 0, width);
  for (size_t begin = 0; begin <= whole.size();) {
    const size_t end = std::min(whole.find('\n', begin), whole.size());
    std::string_view line = std::string_view(whole).substr(begin, end - begin);
    do {
      const std::string_view first = first_columns(line, width);
      lines.emplace_back(first);
      line.remove_prefix(first.size());
    } while (!line.empty() && width > 1);
    begin = end + 1;
  }
  return lines;
}

std::string padded(std::string_view text, size_t width) {
  return std::string(text) + std::string(width - std::min(width, columns_of(text)), ' ');
}

// The cells of a row beside each other, each in lines of its width.
std::string beside(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::vector<std::vector<std::string>> lines;
  size_t height = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    height = std::max(height, lines.emplace_back(lines_of(cells[i], widths[i])).size());
  }
  std::string text;
  for (size_t row = 0; row < height; ++row) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string& cell = row < lines[i].size() ? lines[i][row] : "";
      line += i + 1 < cells.size() ? padded(cell, widths[i] + kGap) : cell;
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string answer_block(const Side& side, size_t prompt) {
  return fmt::format("{}\noutput:\n{}\n{}\n{}", side.label, kDashes, side.answers[prompt].text(), kDashes);
}

std::string template_text(const Side& side) {
  if (side.template_file.empty()) return "none";
  return fmt::format("{}{}", side.template_file, side.uses_template ? "" : ", not applied");
}

std::string stop_ids_text(const Side& side) {
  std::vector<std::string> parts;
  for (const StopToken& stop : side.stop_ids)
    parts.push_back(fmt::format("{} {} ({})", stop.id, stop.token, stop.origin));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, "\n"));
}

std::string length_text(const Side& side, size_t prompt) {
  return fmt::format("{}, {}", side.answers[prompt].steps.size(),
                     is_stopped(side.ending(prompt)) ? "stopped by itself" : "went on to the limit");
}

std::string would_stop_text(const Answer& answer) {
  const auto step = answer.would_stop_at();
  return step ? fmt::format("step {}", *step) : "never";
}

std::string highest_text(const Answer& answer) {
  const size_t step = answer.likeliest_stop();
  return step == 0 ? "none" : fmt::format("{} at step {}", percent(answer.steps[step - 1].stop), step);
}

std::vector<Fact> facts_of(const Side& side, size_t prompt) {
  const Answer& answer = side.answers[prompt];
  std::vector<Fact> facts = {{"name", explanation(side.name)},
                             {"settings", side.sampling},
                             {"chat template", template_text(side)},
                             {"stop ids", stop_ids_text(side)},
                             {"tokens", length_text(side, prompt)},
                             {"a stop id was likeliest", would_stop_text(answer)},
                             {"probability of stop ids", sparkline(answer, kSparkColumns)},
                             {"at most", highest_text(answer)}};
  for (const MarkerState& state : side.markers) facts.push_back({state.marker, text_of(state)});
  return facts;
}

std::string wide_text(const Comparison& comparison, size_t prompt, size_t columns) {
  const size_t half = std::min<size_t>((columns - kGap) / 2, kMaxLineColumns);
  const auto& [first, second] = comparison.sides;
  std::string text = beside({answer_block(first, prompt), answer_block(second, prompt)}, {half, half}) + "\nWhy\n";
  const std::vector<Fact> left = facts_of(first, prompt), right = facts_of(second, prompt);
  size_t label = 0;
  for (const Fact& fact : left) label = std::max(label, columns_of(fact.label));
  const size_t cell = std::min<size_t>((columns - label - 2 * kGap) / 2, kMaxLineColumns);
  text += beside({"", first.label, second.label}, {label, cell, cell});
  for (size_t i = 0; i < left.size(); ++i) {
    text += beside({left[i].label, left[i].value, right[i].value}, {label, cell, cell});
  }
  return text;
}

std::string narrow_text(const Comparison& comparison, size_t prompt, size_t columns) {
  std::string text;
  for (const Side& side : comparison.sides) {
    text += fmt::format("{}\n", printable(answer_block(side, prompt)));
  }
  text += "\nWhy\n";
  for (const Side& side : comparison.sides) {
    text += side.label + "\n";
    const std::vector<Fact> facts = facts_of(side, prompt);
    size_t label = 0;
    for (const Fact& fact : facts) label = std::max(label, columns_of(fact.label));
    label = std::min(label, columns / 3);
    for (const Fact& fact : facts) {
      text += beside({"", fact.label, fact.value}, {0, label, std::max<size_t>(columns - label - 2 * kGap, 10)});
    }
  }
  return text;
}

// "24 stop" or "60 limit", and the step at which a stop id was most likely.
std::string table_cell(const Side& side, size_t prompt) {
  const Answer& answer = side.answers[prompt];
  return fmt::format("{} tokens, {}; stop ids {}", answer.steps.size(),
                     is_stopped(side.ending(prompt)) ? "stopped" : "went on", highest_text(answer));
}

std::string table_text(const Comparison& comparison, size_t columns) {
  const auto& [first, second] = comparison.sides;
  const size_t number = fmt::formatted_size("{}", comparison.prompts.size());
  const size_t cell = std::clamp<size_t>((columns - number - 3 * kGap) / 3, 12, kMaxLineColumns);
  const std::vector<size_t> widths = {number, cell, cell, cell};
  std::string text = beside({"", "prompt", first.label, second.label}, widths);
  for (size_t i = 0; i < comparison.prompts.size(); ++i) {
    text += beside({std::to_string(i + 1), shortened(comparison.prompts[i], 2 * cell), table_cell(first, i),
                    table_cell(second, i)},
                   widths);
  }
  return text;
}

}  // namespace

std::string to_text(const Comparison& comparison, std::optional<size_t> columns) {
  const size_t line = columns ? std::min(*columns, kMaxLineColumns) : kUnwrapped;
  if (comparison.prompts.size() > 1) {
    return fmt::format("{}\n{}\n", table_text(comparison, columns.value_or(kWideColumns)),
                       fmt::join(lines_of(comparison.summary(Language::kEnglish), line), "\n"));
  }
  const std::string body =
      columns.value_or(0) >= kWideColumns ? wide_text(comparison, 0, *columns) : narrow_text(comparison, 0, line);
  return fmt::format("{}\n{}\n", body, fmt::join(lines_of(comparison.verdict(0, Language::kEnglish), line), "\n"));
}

std::string to_page(const Comparison& comparison) { return filled_page(kComparePage, to_json(comparison)); }

}  // namespace hone::compare
