#include "task/samples.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"

namespace hone::task {

namespace {

constexpr size_t kMaxBytes = 400;     // of a text: it should be read at a glance
constexpr uint64_t kMaxRows = 20000;  // looked at

std::optional<std::string> short_text(const table::Column& column, uint64_t row) {
  const auto text = column.text(row);
  if (!text || text->size() > kMaxBytes || text->find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  return std::string(*text);
}

std::optional<Sample> sample_of(const Json& json) {
  const auto is_text = [&](const char* key) { return json.contains(key) && json[key].is_string(); };
  if (!json.is_object() || !is_text("text") || !is_text("label")) return std::nullopt;
  Sample sample{json["text"].get<std::string>(), {}, json["label"].get<std::string>()};
  if (is_text("text_pair")) sample.text_pair = json["text_pair"].get<std::string>();
  return sample;
}

}  // namespace

std::vector<Sample> choose_samples(const table::Rows& rows, const table::TextColumns& columns,
                                   std::span<const int64_t> labels, const std::vector<std::string>& names) {
  const table::Column first = rows.column(columns.text);
  std::optional<table::Column> second;
  if (columns.text_pair) second = rows.column(*columns.text_pair);
  std::vector<std::vector<Sample>> by_label(names.size());
  size_t num_missing = names.size();
  for (uint64_t row = 0; row < std::min<uint64_t>({rows.size(), labels.size(), kMaxRows}) && num_missing > 0; ++row) {
    std::vector<Sample>& found = by_label[static_cast<size_t>(labels[row])];
    if (found.size() == kMaxSamples) continue;
    const auto text = short_text(first, row);
    const auto pair = second ? short_text(*second, row) : std::nullopt;
    if (!text || (second && !pair)) continue;
    found.push_back({*text, pair, names[static_cast<size_t>(labels[row])]});
    if (found.size() == kMaxSamples) --num_missing;
  }
  std::vector<Sample> chosen;
  for (size_t turn = 0; turn < kMaxSamples; ++turn) {
    for (const std::vector<Sample>& found : by_label) {
      if (turn < found.size() && chosen.size() < kMaxSamples) chosen.push_back(found[turn]);
    }
  }
  return chosen;
}

void write_samples(const std::filesystem::path& model_dir, const std::vector<Sample>& samples) {
  if (samples.empty()) {
    std::filesystem::remove(model_dir / kSamplesFile);
    return;
  }
  Json list = Json::array();
  for (const Sample& sample : samples) {
    Json json = {{"text", sample.text}, {"label", sample.label}};
    if (sample.text_pair) json["text_pair"] = *sample.text_pair;
    list.push_back(std::move(json));
  }
  write_json(model_dir / kSamplesFile, {{"examples", std::move(list)}});
}

std::vector<Sample> read_samples(const std::filesystem::path& model_dir) {
  std::vector<Sample> samples;
  std::error_code error;
  if (!std::filesystem::is_regular_file(model_dir / kSamplesFile, error)) return samples;
  try {
    const Json json = read_json(model_dir / kSamplesFile);
    if (!json.is_object() || !json.contains("examples") || !json["examples"].is_array()) return samples;
    for (const Json& item : json["examples"]) {
      if (auto sample = sample_of(item); sample && samples.size() < kMaxSamples) {
        samples.push_back(std::move(*sample));
      }
    }
  } catch (const Error&) {
    samples.clear();
  }
  return samples;
}

}  // namespace hone::task
