// Fuzz target: a tokenizer.json, the byte 0xFF, and a text. Behind another 0xFF, one byte chooses the class of a folder
// with this file.
#include "base/files.h"
#include "fuzz_input.h"
#include "temporary_folder.h"
#include "text/tokenizer_classes.h"
#include "tokenizer_checks.h"

namespace hone::fuzz {

namespace {

text::TokenizerSpec spec_of_class(std::string_view json, unsigned char choice) {
  static const TemporaryFolder folder;
  const auto rows = text::tokenizer_classes();
  const Json config = {{"tokenizer_class", rows[choice % rows.size()].name}, {"do_lower_case", choice >= 128}};
  replace_file(folder.path() / "tokenizer.json", json);
  replace_file(folder.path() / "tokenizer_config.json", config.dump());
  return text::read_tokenizer_folder(folder.path());
}

text::TokenizerSpec spec_of_parts(std::string_view json) {
  text::TokenizerSpec spec;
  spec.source = "tokenizer.json";
  parse_tokenizer_json(std::string(json), spec.source, spec);
  return spec;
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hone::fuzz;
  const InputParts parts = split_input({reinterpret_cast<const char*>(data), size});
  const auto [text, choice] = split_input(parts.second);
  accepted([&] {
    const auto spec =
        choice.empty() ? spec_of_parts(parts.first) : spec_of_class(parts.first, static_cast<unsigned char>(choice[0]));
    check_tokenizer(spec, valid_utf8(text));
    return true;
  });
  return 0;
}
