// The contexts and digests of tests/fixtures/make_chat_template_fixtures.py.
#pragma once

#include "text/jinja/rendered.h"

namespace hone::text {

inline const Json& chat_fixture() {
  static const Json json = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/chat_templates.json");
  return json;
}

}  // namespace hone::text
