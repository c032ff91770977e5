#include "advise/before_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "advise/advice_report.h"
#include "base/byte_size.h"
#include "base/progress.h"
#include "base/shell.h"
#include "base/terminal.h"

namespace hone::advise {

namespace {

#include "advise/before_words.inc"

using Table = std::vector<std::vector<std::string>>;

constexpr size_t kMaxClasses = 8;

std::string words(const Sentence& sentence, Language language, const Facts& facts = {}) {
  return filled(sentence.in(language), {&facts}).value_or("");
}

std::string heading(const Sentence& sentence, Language language, const Facts& facts = {}) {
  return printable(words(sentence, language, facts)) + "\n";
}

// The first column stands left, the others right.
std::string table_text(const Table& rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    text += "  ";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string space(row.size() == 2 && i == 1 ? 0 : widths[i] - columns_of(row[i]), ' ');
      text += i == 0 ? row[i] + space : "  " + space + row[i];
    }
    text += "\n";
  }
  return text;
}

std::string classes_text(const std::vector<ClassCount>& classes) {
  std::string text;
  for (size_t i = 0; i < std::min(kMaxClasses, classes.size()); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", classes[i].name, classes[i].rows);
  }
  return text + (classes.size() > kMaxClasses ? fmt::format(", ... ({})", classes.size()) : "");
}

std::string rows_text(const RowsFacts& rows, Language language, size_t width) {
  Facts facts;
  facts.set("task", rows.task);
  facts.set("train", rows.num_train);
  facts.set("evaluation", rows.num_evaluation);
  facts.set("test", rows.num_test);
  if (!rows.classes.empty()) facts.set("classes", classes_text(rows.classes));
  if (const std::vector<uint32_t>& sorted = rows.lengths; !sorted.empty()) {
    facts.set("median", sorted[(sorted.size() - 1) / 2]);
    facts.set("most", sorted[(sorted.size() * 9 + 9) / 10 - 1]);
    facts.set("longest", sorted.back());
  }
  std::string text = heading(kRowsTitle, language);
  for (const Sentence& line : {kRowsLine, kClassesLine, kLengthLine}) {
    if (const std::string filled_line = words(line, language, facts); !filled_line.empty()) {
      text += paragraph("- ", filled_line, 4, width);
    }
  }
  return text + "\n";
}

std::string millions(int64_t count) { return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6); }

std::string checkpoints_text(const Before& before, Language language) {
  Table table(1);
  for (const Sentence& name : kCheckpointHeadings) table[0].emplace_back(name.in(language));
  if (!before.rows.has_spaces) table[0][4] = kPiecesOfCharacter.in(language);
  std::string errors;
  for (const CheckpointFacts& row : before.checkpoints) {
    if (!row.error.empty()) {
      Facts facts;
      facts.set("error", row.error);
      errors += fmt::format("  {}: {}\n", printable(row.folder), printable(words(kCannot, language, facts)));
      continue;
    }
    table.push_back({printable(row.folder), millions(row.num_parameters), fmt::format("{}", row.vocab_size),
                     share_text(row.unknown_share), fmt::format("{:.2f}", pieces(row, before.rows)),
                     fmt::format("{}", row.max_length), share_text(row.too_long_share),
                     std::string((row.lowers_case ? kLowered : kKept).in(language))});
  }
  Facts facts;
  facts.set("rows", before.rows.num_sampled);
  return heading(kCheckpointsTitle, language, facts) + table_text(table) + errors + "\n";
}

double epochs_of(const BeforeReport& report) {
  const Json* const epochs = chosen(report.choices, "num_train_epochs");
  return epochs == nullptr ? 1 : epochs->get<double>();
}

Facts time_facts(const BeforeReport& report) {
  Facts facts;
  facts.set("compute", report.before.compute);
  const bool may_stop = chosen(report.choices, "early_stopping_patience") != nullptr;
  facts.set(may_stop ? "most_epochs" : "epochs", epochs_of(report));
  if (report.before.memory_bytes > 0) facts.set("memory", described_bytes(report.before.memory_bytes));
  if (report.before.measured.empty() || !report.before.measured.front().error.empty()) return facts;
  const Measured& all = report.before.measured.front();
  if (all.test_seconds >= 1) facts.set("test_time", format_duration(all.test_seconds));
  facts.set("steps", all.num_steps);
  facts.set("typical_tokens", all.typical_tokens);
  facts.set(all.is_extrapolated ? "about_seconds" : "typical_seconds", fmt::format("{:.2f}", all.typical_seconds));
  facts.set("longest_tokens", all.longest_tokens);
  facts.set("longest_seconds", fmt::format("{:.2f}", all.longest_seconds));
  return facts;
}

std::string time_text(const BeforeReport& report, Language language, size_t width) {
  const std::vector<Measured>& measured = report.before.measured;
  if (measured.empty()) return "";
  const Facts facts = time_facts(report);
  Table table(1);
  for (const Sentence& name : kTimeHeadings) table[0].emplace_back(name.in(language));
  std::string errors;
  bool keeps_body = false;
  for (const Measured& row : measured) {
    const std::string part(kParts[static_cast<size_t>(row.part)].in(language));
    if (!row.error.empty()) {
      errors += paragraph("- ", fmt::format("{}: {}: {}", part, kNotMeasured.in(language), row.error), 4, width);
      continue;
    }
    keeps_body = keeps_body || row.keeps_body;
    table.push_back({part, format_duration(run_seconds(row, epochs_of(report))), format_duration(row.epoch_seconds),
                     format_duration(row.evaluation_seconds), described_bytes(row.peak_bytes)});
  }
  std::string text = heading(kTimeTitle, language, facts) + (table.size() > 1 ? table_text(table) : "") + errors;
  for (const Sentence& line : {kTimeLine, kShortTimeLine, kRunOf, kStoppedRunOf, kTestOf, kFreeMemory}) {
    const std::string filled_line = words(line, language, facts);
    if (!filled_line.empty() && table.size() > 1) text += paragraph("- ", filled_line, 4, width);
  }
  if (keeps_body) text += paragraph("- ", kKeptBody.in(language), 4, width);
  if (measured.front().is_extrapolated) text += paragraph("- ", kExtrapolated.in(language), 4, width);
  return text + "\n";
}

std::string values_text(const BeforeReport& report, Language language, size_t width) {
  std::string text = heading(kValuesTitle, language);
  for (const Choice& choice : report.choices) {
    text += "  " + printable(choice.flags()) + "\n" + paragraph("", choice.reason(language), 6, width);
  }
  return text + "\n";
}

// Returns the command with all values, one flag a line.
std::string command_text(const BeforeReport& report) {
  std::string text = "hone train";
  for (const std::vector<Choice>* list : {&report.given, &report.choices}) {
    for (const Choice& choice : *list) {
      const std::string flags = choice.flags();
      const size_t space = flags.find(' ');
      text += " \\\n    " + flags.substr(0, space);
      if (space != std::string::npos) text += " " + shell_argument(flags.substr(space + 1));
    }
  }
  return text + "\n";
}

Json both(const auto& text_of) { return {{"en", text_of(Language::kEnglish)}, {"zh", text_of(Language::kChinese)}}; }

// JSON is YAML, apart from numbers such as 5e-05, which YAML 1.1 reads as text.
std::string yaml_value(const Json& value) {
  if (!value.is_number_float()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text = fmt::format("{}", value.get<double>());
  const size_t exponent = text.find('e');
  if (exponent != std::string::npos && text.find('.') == std::string::npos) text.insert(exponent, ".0");
  return text;
}

// A comment ends with its line.
std::string comment(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return "# " + printable(text) + "\n";
}

}  // namespace

BeforeReport report_before(const Before& before, const BatchPlan& batch, std::vector<Choice> given,
                           std::vector<Choice> choices) {
  std::vector<Diagnosis> findings = find_before(before, batch, choices);
  return {before, judge(before), std::move(findings), std::move(given), std::move(choices)};
}

Json to_json(const BeforeReport& report) {
  Json json = {{"format", 1}};
  json.update(to_json(report.before));
  json["best_checkpoint"] = report.before.checkpoints[best_checkpoint(report.before)].folder;
  Json criteria = Json::array(), findings = Json::array(), values = Json::array();
  for (const Criterion& criterion : report.criteria) {
    criteria.push_back({{"id", criterion.row->criterion},
                        {"text", both([&](Language language) { return criterion.text(language); })}});
  }
  for (const Diagnosis& finding : report.findings) findings.push_back(diagnosis_json(finding));
  for (const Choice& choice : report.choices) {
    values.push_back({{"option", choice.option},
                      {"value", choice.value},
                      {"flags", choice.flags()},
                      {"reason", both([&](Language language) { return choice.reason(language); })}});
  }
  json["criteria"] = std::move(criteria);
  json["findings"] = std::move(findings);
  json["values"] = std::move(values);
  Json estimates = Json::object();
  for (const Measured& row : report.before.measured) {
    if (row.error.empty()) {
      estimates[std::string(part_name(row.part))] = {{"seconds", run_seconds(row, epochs_of(report))},
                                                     {"peak_bytes", row.peak_bytes}};
    }
  }
  json["estimates"] = std::move(estimates);
  json["command"] = command_text(report);
  return json;
}

std::string to_text(const BeforeReport& report, Language language, size_t width) {
  const Before& before = report.before;
  Facts facts;
  facts.set("model", before.model().folder);
  std::string text = rows_text(before.rows, language, width) + checkpoints_text(before, language);
  text += heading(kCriteriaTitle, language, facts);
  for (const Criterion& criterion : report.criteria) text += paragraph("- ", criterion.text(language), 4, width);
  text += "\n" + heading(kFindingsTitle, language) +
          (report.findings.empty() ? paragraph("- ", kNoFindings.in(language), 4, width) + "\n" : "");
  for (const Diagnosis& finding : report.findings) {
    text += diagnosis_text(finding, kBeforeRemedies, language, width) + "\n";
  }
  text += values_text(report, language, width) + time_text(report, language, width);
  return text + heading(kCommandTitle, language) + printable(command_text(report));
}

std::string recipe_text(const BeforeReport& report, const std::string& command) {
  std::string text = comment(command);
  for (const std::string_view line : {kRecipeHead.en, kRecipeHead.zh}) text += comment(std::string(line));
  for (const std::vector<Choice>* list : {&report.given, &report.choices}) {
    for (const Choice& choice : *list) {
      text += "\n" + comment(choice.reason(Language::kEnglish)) + comment(choice.reason(Language::kChinese));
      text += choice.option + ": " + yaml_value(choice.value) + "\n";
    }
  }
  return text;
}

}  // namespace hone::advise
