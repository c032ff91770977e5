// Reads the JSON fixtures of tests/fixtures/train.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"

namespace hone {

inline Json train_fixture_file(const std::string& name) {
  return read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "train" / name);
}

inline Json train_fixture(const std::string& name) { return train_fixture_file(name)["cases"]; }

}  // namespace hone
