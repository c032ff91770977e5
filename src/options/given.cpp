#include "options/given.h"

#include <algorithm>

#include "options/json.h"

namespace hone::options {

std::vector<GivenOption> given_options(const FieldList& list, const FieldList& defaults, const Provenance& provenance) {
  const std::vector<std::string> changed = differing(list, defaults);
  std::vector<GivenOption> given;
  for (const Field& field : list.fields()) {
    const Source source = provenance.source(field.name);
    const bool is_changed = std::ranges::find(changed, field.name) != changed.end();
    if (source == Source::kFlag || (source == Source::kFile && is_changed)) {
      given.push_back({field.name, provenance.where(field.name)});
    }
  }
  return given;
}

}  // namespace hone::options
