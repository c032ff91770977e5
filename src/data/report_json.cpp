#include "data/report_json.h"

#include <nlohmann/json.hpp>

#include "data/findings.h"

namespace hone::data {

namespace {

Json json_of_example(const Example& example) {
  Json json = {{"row", example.row}, {"location", example.location}, {"text", example.text}};
  if (!example.note.empty()) json["note"] = example.note;
  return json;
}

Json json_of_examples(const std::vector<Example>& examples) {
  Json json = Json::array();
  for (const Example& example : examples) json.push_back(json_of_example(example));
  return json;
}

Json json_of_distribution(const Distribution& values) {
  Json bins = Json::array(), examples = Json::array();
  for (const auto& bin : values.bins) {
    bins.push_back({bin.begin, bin.end, bin.count});
    examples.push_back(json_of_examples(bin.examples));
  }
  return {{"count", values.count}, {"mean", values.mean},     {"min", values.minimum},
          {"q25", values.q25},     {"median", values.median}, {"q75", values.q75},
          {"q90", values.q90},     {"q95", values.q95},       {"q99", values.q99},
          {"max", values.maximum}, {"histogram", bins},       {"histogram_examples", examples}};
}

Json json_of_finding(const Finding& finding) {
  const FindingKind& kind = finding_kind(finding.id);
  return {{"id", finding.id},
          {"severity", severity_name(kind.severity)},
          {"topic", topic_name(kind.topic)},
          {"rows", finding.rows},
          {"of", finding.total},
          {"title", filled(kind.title, finding)},
          {"advice", filled(kind.advice, finding)},
          {"title_zh", filled(kind.title_zh, finding)},
          {"advice_zh", filled(kind.advice_zh, finding)},
          {"commands", finding.commands},
          {"examples", json_of_examples(finding.examples)}};
}

Json json_of_shares(const std::vector<Share>& shares) {
  Json json = Json::object();
  for (const Share& share : shares) json[share.name] = share.rows;
  return json;
}

Json json_of_duplicates(const DuplicateReport& report) {
  Json pairs = Json::array();
  for (const PairExample& pair : report.pairs) {
    pairs.push_back({{"similarity", pair.similarity},
                     {"first", json_of_example(pair.first)},
                     {"second", json_of_example(pair.second)}});
  }
  Json json = {{"exact_rows", report.exact_rows},
               {"conflicting_texts", report.conflict_texts},
               {"conflicting_rows", report.conflict_rows}};
  if (report.threshold) {
    json["near_rows"] = report.near_rows;
    json["near_threshold"] = *report.threshold;
    json["near_recall_at_threshold"] = *report.recall;
    json["near_pairs"] = pairs;
  }
  return json;
}

Json json_of_labels(const Report& report) {
  Json classes = Json::array();
  for (const ClassReport& row : report.classes) {
    classes.push_back({{"name", row.name}, {"rows", row.rows}, {"examples", json_of_examples(row.examples)}});
  }
  return classes;
}

void add_tokens(const Report& report, Json& json) {
  if (!report.tokens) return;
  Json truncations = Json::array();
  for (const Truncation& row : report.truncations) {
    truncations.push_back({{"max_length", row.max_length},
                           {"rows", row.rows},
                           {"row_share", static_cast<double>(row.rows) / static_cast<double>(report.rows)},
                           {"token_share", row.token_share}});
  }
  json["tokens"] = json_of_distribution(*report.tokens);
  json["truncations"] = truncations;
  json["unknown_token_share"] = report.unknown_token_share;
}

}  // namespace

Json to_json(const Report& report) {
  Json parts = Json::array(), columns = Json::array(), leaks = Json::array(), findings = Json::array();
  for (const PartReport& part : report.parts) {
    parts.push_back({{"name", part.name}, {"files", part.files}, {"rows", part.rows}});
  }
  for (const ColumnReport& column : report.columns) {
    columns.push_back({{"name", column.name},
                       {"type", column.type},
                       {"role", column.role},
                       {"missing", column.missing},
                       {"blank", column.blank}});
  }
  for (const Leak& leak : report.leaks) {
    leaks.push_back({{"part", leak.part},
                     {"earlier_part", leak.earlier_part},
                     {"rows", leak.rows},
                     {"exact", leak.exact},
                     {"near", leak.near}});
  }
  for (const Finding& finding : report.findings) findings.push_back(json_of_finding(finding));
  Json json = {{"rows", report.rows},
               {"parts", parts},
               {"columns", columns},
               {"text_column", report.text_column},
               {"text_pair_column", report.text_pair_column},
               {"label_column", report.label_column},
               {"classes", json_of_labels(report)},
               {"characters", json_of_distribution(report.characters)}};
  if (report.label_numbers) json["label_numbers"] = json_of_distribution(*report.label_numbers);
  add_tokens(report, json);
  json["scripts"] = json_of_shares(report.scripts);
  json["languages"] = json_of_shares(report.languages);
  json["noise"] = json_of_shares(report.noise);
  json["leaks"] = leaks;
  json["duplicates"] = json_of_duplicates(report.duplicates);
  json["findings"] = findings;
  json["commands"] = report.commands;
  return json;
}

}  // namespace hone::data
