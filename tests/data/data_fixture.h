// What other programs compute for the data floor (tests/fixtures/make_data_fixtures.py).
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "base/json.h"

namespace hone {

inline const Json& data_fixture() {
  static const Json json = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/data.json");
  return json;
}

}  // namespace hone
