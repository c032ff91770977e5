#include "advise/advice_report.h"

#include <fmt/format.h>

#include "base/terminal.h"

namespace hone::advise {

namespace {

#include "advise/report_words.inc"

}  // namespace

Json diagnosis_json(const Diagnosis& diagnosis) {
  const DiagnosisKind& kind = *diagnosis.kind;
  Json remedies = Json::array();
  for (const Remedy& remedy : diagnosis.remedies()) {
    remedies.push_back({{"flags", remedy.flags}, {"reason", {{"en", remedy.reason_en}, {"zh", remedy.reason_zh}}}});
  }
  return {
      {"id", kind.id},
      {"severity", severity_name(kind.severity)},
      {"title", {{"en", diagnosis.title(Language::kEnglish)}, {"zh", diagnosis.title(Language::kChinese)}}},
      {"meaning", {{"en", diagnosis.meaning(Language::kEnglish)}, {"zh", diagnosis.meaning(Language::kChinese)}}},
      {"evidence", {{"en", diagnosis.evidence(Language::kEnglish)}, {"zh", diagnosis.evidence(Language::kChinese)}}},
      {"facts", diagnosis.facts.values()},
      {"remedies", std::move(remedies)}};
}

std::string paragraph(std::string_view mark, std::string_view text, size_t indent, size_t width) {
  const std::string start = std::string(indent - std::min(indent, mark.size()), ' ') + std::string(mark);
  return start + wrapped(printable(text), columns_of(start), indent, width) + "\n";
}

std::string diagnosis_text(const Diagnosis& diagnosis, const Sentence& remedies_title, Language language,
                           size_t width) {
  const DiagnosisKind& kind = *diagnosis.kind;
  const std::string head =
      fmt::format("{}: {}", kSeverities[static_cast<size_t>(kind.severity)].in(language), diagnosis.title(language));
  std::string text = paragraph("", head, 0, width) + paragraph("", diagnosis.meaning(language), 2, width);
  for (const std::string& sentence : diagnosis.evidence(language)) text += paragraph("- ", sentence, 4, width);
  const std::vector<Remedy> remedies = diagnosis.remedies();
  if (!remedies.empty()) text += paragraph("", remedies_title.in(language), 2, width);
  for (const Remedy& remedy : remedies) {
    if (!remedy.flags.empty()) text += "    " + printable(remedy.flags) + "\n";  // whole, to be pasted
    text += paragraph(remedy.flags.empty() ? "- " : "", remedy.reason(language), remedy.flags.empty() ? 6 : 8, width);
  }
  return text;
}

Json to_json(const History& history, std::span<const Diagnosis> diagnoses) {
  Json list = Json::array();
  for (const Diagnosis& diagnosis : diagnoses) list.push_back(diagnosis_json(diagnosis));
  return {{"format", 1},
          {"logged", history.losses.size()},
          {"evaluations", history.evaluations.size()},
          {"is_running", history.is_running},
          {"is_cut", history.is_cut},
          {"diagnoses", std::move(list)}};
}

std::string to_text(const History& history, std::span<const Diagnosis> diagnoses, Language language, size_t width) {
  std::string text;
  for (const Diagnosis& diagnosis : diagnoses) text += diagnosis_text(diagnosis, kRemedies, language, width) + "\n";
  if (diagnoses.empty()) text += paragraph("", kNothing.in(language), 0, width);
  text += paragraph(
      "", fmt::format(fmt::runtime(kLooked.in(language)), history.losses.size(), history.evaluations.size()), 0, width);
  if (history.is_running) text += paragraph("", kRunning.in(language), 0, width);
  if (history.is_cut) text += paragraph("", kCut.in(language), 0, width);
  return text;
}

}  // namespace hone::advise
