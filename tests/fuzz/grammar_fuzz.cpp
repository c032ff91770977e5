// Fuzz target: a JSON Schema, or else a regular expression, the byte 0xFF, and choices. Whatever the automaton lets
// through, its shortest way leads to the end, and under a schema the text parses.
#include "grammar/automaton.h"

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "fuzz_input.h"
#include "grammar/json_schema.h"
#include "grammar/regex_grammar.h"

namespace hone::fuzz {

namespace {

using grammar::Automaton;

constexpr int64_t kLongWay = 4096;

// Writes bytes that may follow, as `choices` say, and then those of a shortest way.
std::string written(Automaton& automaton, std::string_view choices) {
  std::string text;
  Automaton::State state = automaton.begin();
  for (size_t step = 0; !automaton.is_complete(state); ++step) {
    const bool hurries = step >= choices.size();
    if (hurries && automaton.accepts(state)) break;
    std::vector<uint8_t> bytes;
    for (int byte = 0; byte < 256; ++byte) {
      const Automaton::State next = automaton.next(state, static_cast<uint8_t>(byte));
      if (next == Automaton::kDead) continue;
      require(automaton.shortest(next) >= automaton.shortest(state) - 1,
              "a byte brings the end nearer by more than one");
      if (!hurries || automaton.shortest(next) < automaton.shortest(state)) bytes.push_back(static_cast<uint8_t>(byte));
    }
    require(!bytes.empty(), "no byte leads to the end");
    text += static_cast<char>(bytes[hurries ? 0 : static_cast<uint8_t>(choices[step]) % bytes.size()]);
    state = automaton.next(state, static_cast<uint8_t>(text.back()));
    if (automaton.shortest(state) > kLongWay) break;
  }
  return automaton.accepts(state) ? text : "";
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hone;
  using namespace hone::fuzz;
  const InputParts parts = split_input({reinterpret_cast<const char*>(data), size});
  const std::string source = valid_utf8(parts.first);
  const std::string_view choices = std::string_view(parts.second).substr(0, 200);
  const std::optional<Json> schema = accepted([&] { return parse_json(source, "schema"); });
  accepted([&] {
    Automaton automaton(schema ? grammar::json_schema_grammar(*schema, "schema")
                               : grammar::Grammar{{grammar::regex_expression(source, "regex")}, "regex"});
    const std::string text = written(automaton, choices);
    require(find_invalid_utf8(text) == std::string::npos, "a text is not UTF-8");
    if (schema && !text.empty())
      require(accepted([&] { return parse_json(text, "text"); }).has_value(), "a text does not parse");
    return true;
  });
  return 0;
}
