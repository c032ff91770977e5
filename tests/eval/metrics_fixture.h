// Reads the fixture of tests/fixtures/make_metrics_fixture.py, and writes its texts as rows.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

#include "base/json.h"
#include "temporary_folder.h"

namespace hone {

inline std::filesystem::path fixtures() { return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures"; }

inline const Json& metrics_fixture() {
  static const Json fixture = read_json(fixtures() / "metrics.json");
  return fixture;
}

// The fixture of make_task_metrics_fixture.py.
inline const Json& task_metrics_fixture() {
  static const Json fixture = read_json(fixtures() / "task_metrics.json");
  return fixture;
}

// Writes the fixture's texts for a model as a file of rows, with the second texts of pairs.
inline std::filesystem::path write_text_rows(const TemporaryFolder& folder, const Json& texts, const Json& pairs) {
  std::string lines;
  for (size_t row = 0; row < texts.size(); ++row) {
    Json object = {{"text", texts[row]}};
    if (!pairs.is_null()) object["second"] = pairs[row];
    lines += object.dump() + "\n";
  }
  return folder.write("rows.jsonl", lines);
}

}  // namespace hone
