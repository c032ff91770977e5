// Fuzz target: a GGUF file. If it is read, its model is planned, its weights are dequantised, and its tokenizer is
// made.
#include "base/files.h"
#include "fuzz_input.h"
#include "gguf/checkpoint.h"
#include "gguf/model_config.h"
#include "temporary_folder.h"
#include "text/stored_vocabulary.h"
#include "text/tokenizer_state.h"

namespace hone::fuzz {

namespace {

void read_weights(const gguf::File& file) {
  const gguf::Architecture& architecture = gguf::architecture_of(file);
  const gguf::Sizes sizes = gguf::sizes_of(file);
  std::vector<float> values(4096);
  for (const gguf::CheckpointTensor& tensor : gguf::checkpoint_of(file, architecture, sizes)) {
    gguf::CheckpointReader reader(tensor);
    values.resize(std::max(values.size(), static_cast<size_t>(reader.row_size())));
    size_t num_values = 0;
    while (const size_t count = reader.read(values)) num_values += count;
    require(num_values == static_cast<size_t>(tensor.num_values()), "a tensor has another number of values");
  }
  gguf::config_of(file, architecture, sizes, "float32");
}

void read_tokenizer(const gguf::File& file) {
  text::TokenizerSpec spec = text::stored_tokenizer_spec(file);
  text::stored_stop_ids(file, spec);
  const text::Tokenizer tokenizer(std::make_shared<const text::Tokenizer::State>(std::move(spec)));
  tokenizer.encode("Hello  world 12345\n");
}

void dequantise_all(const gguf::File& file) {
  for (const gguf::Tensor& tensor : file.tensors()) {
    accepted([&] { return gguf::values_of(tensor).size(); });
  }
}

void run(std::string_view bytes) {
  static const TemporaryFolder folder;
  const auto path = folder.path() / "m.gguf";
  replace_file(path, bytes);
  accepted([&] {
    const gguf::File file(path);
    dequantise_all(file);
    accepted([&] { return read_weights(file), true; });
    accepted([&] { return read_tokenizer(file), true; });
    return true;
  });
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hone::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
