#include "eval/examples.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"

namespace hone::eval {

namespace {

constexpr size_t kMaxBytes = 400;     // of a text: it should be read at a glance
constexpr uint64_t kMaxRows = 20000;  // looked at

std::optional<std::string> short_text(const table::Column& column, uint64_t row) {
  const auto text = column.text(row);
  if (!text || text->size() > kMaxBytes || text->find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  return std::string(*text);
}

std::optional<Example> example_of(const Json& json) {
  const auto is_text = [&](const char* key) { return json.contains(key) && json[key].is_string(); };
  if (!json.is_object() || !is_text("text") || !is_text("label")) return std::nullopt;
  Example example{json["text"].get<std::string>(), {}, json["label"].get<std::string>()};
  if (is_text("text_pair")) example.text_pair = json["text_pair"].get<std::string>();
  return example;
}

}  // namespace

std::vector<Example> choose_examples(const table::Rows& rows, const table::TextColumns& columns,
                                     std::span<const int64_t> labels, const std::vector<std::string>& names) {
  const table::Column first = rows.column(columns.text);
  std::optional<table::Column> second;
  if (columns.text_pair) second = rows.column(*columns.text_pair);
  std::vector<std::vector<Example>> by_label(names.size());
  size_t num_missing = names.size();
  for (uint64_t row = 0; row < std::min<uint64_t>({rows.size(), labels.size(), kMaxRows}) && num_missing > 0; ++row) {
    std::vector<Example>& found = by_label[static_cast<size_t>(labels[row])];
    if (found.size() == kMaxExamples) continue;
    const auto text = short_text(first, row);
    const auto pair = second ? short_text(*second, row) : std::nullopt;
    if (!text || (second && !pair)) continue;
    found.push_back({*text, pair, names[static_cast<size_t>(labels[row])]});
    if (found.size() == kMaxExamples) --num_missing;
  }
  std::vector<Example> chosen;
  for (size_t turn = 0; turn < kMaxExamples; ++turn) {
    for (const std::vector<Example>& found : by_label) {
      if (turn < found.size() && chosen.size() < kMaxExamples) chosen.push_back(found[turn]);
    }
  }
  return chosen;
}

void write_examples(const std::filesystem::path& model_dir, const std::vector<Example>& examples) {
  if (examples.empty()) {
    std::filesystem::remove(model_dir / kExamplesFile);
    return;
  }
  Json list = Json::array();
  for (const Example& example : examples) {
    Json json = {{"text", example.text}, {"label", example.label}};
    if (example.text_pair) json["text_pair"] = *example.text_pair;
    list.push_back(std::move(json));
  }
  write_json(model_dir / kExamplesFile, {{"examples", std::move(list)}});
}

std::vector<Example> read_examples(const std::filesystem::path& model_dir) {
  std::vector<Example> examples;
  std::error_code error;
  if (!std::filesystem::is_regular_file(model_dir / kExamplesFile, error)) return examples;
  try {
    const Json json = read_json(model_dir / kExamplesFile);
    if (!json.is_object() || !json.contains("examples") || !json["examples"].is_array()) return examples;
    for (const Json& item : json["examples"]) {
      if (auto example = example_of(item); example && examples.size() < kMaxExamples) {
        examples.push_back(std::move(*example));
      }
    }
  } catch (const Error&) {
    examples.clear();
  }
  return examples;
}

}  // namespace hone::eval
