// Reads vectors.json (tests/fixtures/make_vectors_fixture.py).
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "vectors/matrix_view.h"

namespace hone {

struct VectorsFixture {
  Json json = read_json(HONE_SOURCE_DIR "/tests/fixtures/vectors.json");
  uint64_t width = json["width"];
  std::vector<float> values = json["vectors"].get<std::vector<float>>();

  vectors::MatrixView matrix() const { return {values.data(), values.size() / width, width}; }
};

}  // namespace hone
