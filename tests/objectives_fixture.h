// The folder of the fixtures of objectives (tests/fixtures/make_objective_fixtures.py), one for each case.
#pragma once

#include <filesystem>

namespace hone {

inline std::filesystem::path objectives() {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "objectives";
}

}  // namespace hone
