// The JSON form of a report (docs/data.md describes the keys).
#pragma once

#include "base/json.h"
#include "data/report.h"

namespace hone::data {

Json to_json(const Report& report);

}  // namespace hone::data
