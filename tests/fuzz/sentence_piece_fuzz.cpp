// Fuzz target: a byte that chooses the tokenizer class, a byte of settings, a text, the byte 0xFF, and a model file of
// SentencePiece (or the rank file of tiktoken).
#include "base/files.h"
#include "fuzz_input.h"
#include "temporary_folder.h"
#include "text/tokenizer_classes.h"
#include "tokenizer_checks.h"

namespace hone::fuzz {

namespace {

struct ModelKind {
  std::string_view tokenizer_class, file;
};

// The kinds of folders with such a model: those without a class, then those of the classes.
std::vector<ModelKind> model_kinds() {
  std::vector<ModelKind> kinds = {{"TokenizersBackend", "tokenizer.model"}};
  for (const text::TokenizerClassRow& row : text::tokenizer_classes()) {
    if (row.convert != nullptr) kinds.push_back({row.name, row.vocabulary_file});
  }
  return kinds;
}

Json config_of(const ModelKind& kind, int settings) {
  const auto has = [&](int bit) { return (settings >> bit & 1) != 0; };
  Json config = {{"tokenizer_class", kind.tokenizer_class}, {"add_bos_token", has(0)}, {"add_eos_token", has(1)},
                 {"clean_up_tokenization_spaces", has(2)},  {"legacy", has(3)},        {"do_lower_case", has(4)}};
  if (has(5)) config["extra_ids"] = 3;
  return config;
}

void run(int kind, int settings, const InputParts& parts) {
  static const std::vector<ModelKind> kinds = model_kinds();
  static const TemporaryFolder folder;
  const ModelKind& chosen = kinds[static_cast<size_t>(kind) % kinds.size()];
  for (const ModelKind& other : kinds) std::filesystem::remove(folder.path() / other.file);
  replace_file(folder.path() / chosen.file, parts.second);
  replace_file(folder.path() / "tokenizer_config.json", config_of(chosen, settings).dump());
  accepted([&] {
    check_tokenizer(text::read_tokenizer_folder(folder.path()), valid_utf8(parts.first));
    return true;
  });
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  hone::fuzz::run(data[0], data[1], hone::fuzz::split_input({reinterpret_cast<const char*>(data) + 2, size - 2}));
  return 0;
}
