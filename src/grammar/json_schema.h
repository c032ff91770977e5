// A JSON Schema (draft 2020-12 and the older drafts' names of the same keywords) as a grammar of the JSON texts that
// are valid under it.
#pragma once

#include <string>

#include "base/json.h"
#include "grammar/expression.h"

namespace hone::grammar {

// The texts are fewer than the schema allows, so that a model cannot ramble: properties come in the schema's order, an
// object has others only if additionalProperties says so, white space is one space or one line end with up to 40
// spaces, and numbers have at most 15 digits. Every text of the grammar is valid under the schema. `source` names the
// schema in errors. Errors: kUnsupported for a keyword that is not translated, with its place; kInput for a schema that
// contradicts the specification, or a $ref that leads nowhere.
Grammar json_schema_grammar(const Json& schema, const std::string& source);

}  // namespace hone::grammar
