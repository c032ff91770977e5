// The weights and config.json of each architecture, against the model from which the file was made
// (make_gguf_fixtures.py).
#include "gguf/checkpoint.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "expect_error.h"
#include "gguf/half.h"
#include "gguf/made_file.h"
#include "gguf/model_config.h"
#include "temporary_folder.h"

namespace hone::gguf::checkpoint_test {

namespace {

constexpr const char* kModels[] = {"llama", "llama_tied", "llama_biased", "qwen2",  "qwen3",  "qwen3moe", "smollm3",
                                   "olmo2", "phi3",       "phi3_long",    "gemma2", "gemma3", "gpt2"};

std::string path_of(const std::string& name, const char* extension) {
  return fmt::format("tests/fixtures/gguf/models/{}.{}", name, extension);
}

struct Expected {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

// The tensors of a safetensors file of float16.
std::map<std::string, Expected> read_halves(const std::string& path) {
  const std::string bytes = read_file(path);
  const auto length = number_at<uint64_t>(reinterpret_cast<const uint8_t*>(bytes.data()));
  const Json header = parse_json(std::string_view(bytes).substr(8, length), path);
  std::map<std::string, Expected> tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    REQUIRE(entry["dtype"] == "F16");
    Expected tensor{entry["shape"].get<std::vector<int64_t>>(), {}};
    const auto begin = entry["data_offsets"][0].get<size_t>(), end = entry["data_offsets"][1].get<size_t>();
    for (size_t place = begin; place < end; place += 2) {
      tensor.values.push_back(half_at(reinterpret_cast<const uint8_t*>(bytes.data()) + 8 + length + place));
    }
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

std::vector<float> read_all(const CheckpointTensor& tensor, size_t piece) {
  CheckpointReader reader(tensor);
  std::vector<float> values, block(std::max(piece, static_cast<size_t>(reader.row_size())));
  while (const size_t count = reader.read(block)) {
    values.insert(values.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return values;
}

// A file of a Llama of one layer. `change` may break it.
struct TinyLlama {
  uint32_t width = 8, heads = 2, layers = 1, inner = 6, vocabulary = 5, key_length = 0;
  std::string left_out, architecture = "llama";
  std::vector<std::string> more;  // tensors of one value

  MadeFile make() const {
    MadeFile file;
    file.add_text("general.architecture", architecture);
    for (const auto& [key, value] : std::map<std::string, uint32_t>{{"embedding_length", width},
                                                                    {"block_count", layers},
                                                                    {"attention.head_count", heads},
                                                                    {"feed_forward_length", inner},
                                                                    {"attention.key_length", key_length},
                                                                    {"context_length", 64}}) {
      if (key != left_out && (value > 0 || key != "attention.key_length"))
        file.add_uint32(architecture + "." + key, value);
    }
    if (left_out != "eps") file.add_float(architecture + ".attention.layer_norm_rms_epsilon", 1e-5F);
    add_tensors(file);
    return file;
  }

  void add_tensors(MadeFile& file) const {
    const uint64_t c = 8, f = 6;
    const std::map<std::string, std::vector<uint64_t>> shapes = {
        {"token_embd.weight", {c, vocabulary}}, {"output_norm.weight", {c}},      {"blk.0.attn_norm.weight", {c}},
        {"blk.0.attn_q.weight", {c, c}},        {"blk.0.attn_k.weight", {c, c}},  {"blk.0.attn_v.weight", {c, c}},
        {"blk.0.attn_output.weight", {c, c}},   {"blk.0.ffn_norm.weight", {c}},   {"blk.0.ffn_gate.weight", {c, f}},
        {"blk.0.ffn_up.weight", {c, f}},        {"blk.0.ffn_down.weight", {f, c}}};
    for (const auto& [name, shape] : shapes) {
      size_t count = 1;
      for (const uint64_t size : shape) count *= size;
      if (name != left_out) file.add_floats(name, shape, std::vector<float>(count, 0.5F));
    }
    for (const std::string& name : more) file.add_floats(name, {1}, {1});
  }
};

Error error_of(const MadeFile& made) {
  const TemporaryFolder folder;
  const auto path = folder.write("m.gguf", made.bytes());
  return expect_error([&] {
    const File file(path);
    const Architecture& architecture = architecture_of(file);
    const Sizes sizes = sizes_of(file);
    checkpoint_of(file, architecture, sizes);
    config_of(file, architecture, sizes, "float32");
  });
}

std::string message_of(const TinyLlama& llama) { return error_of(llama.make()).what(); }

}  // namespace

TEST_CASE("the weights are those of the model from which the file was made") {
  std::set<std::string> tested;
  for (const std::string name : kModels) {
    CAPTURE(name);
    const File file(path_of(name, "gguf"));
    const Architecture& architecture = architecture_of(file);
    tested.emplace(architecture.name);
    std::map<std::string, Expected> expected = read_halves(path_of(name, "safetensors"));
    for (const CheckpointTensor& tensor : checkpoint_of(file, architecture, sizes_of(file))) {
      CAPTURE(tensor.name);
      REQUIRE(expected.contains(tensor.name));
      CHECK(tensor.shape == expected[tensor.name].shape);
      CHECK(read_all(tensor, 1 << 16) == expected[tensor.name].values);
      CHECK(read_all(tensor, 40) == expected[tensor.name].values);  // in pieces
      expected.erase(tensor.name);
    }
    CHECK(expected.empty());
  }
  for (const Architecture& row : architectures()) CHECK_MESSAGE(tested.contains(std::string(row.name)), row.name);
}

TEST_CASE("config.json has the values that transformers wrote for the model") {
  for (const std::string name : kModels) {
    CAPTURE(name);
    const File file(path_of(name, "gguf"));
    const Json config = config_of(file, architecture_of(file), sizes_of(file), "float32"),
               expected = read_json(path_of(name, "json"));
    for (const auto& [key, value] : config.items()) {
      CAPTURE(key);
      // transformers leaves out null, and Qwen2's and Gemma's defaults of these keys.
      const bool may_lack = value.is_null() || key == "initializer_range" || key == "attention_bias";
      // The Hub's files have the first name, which transformers reads too.
      const std::string saved = key == "num_experts" ? "num_local_experts" : key;
      if (!expected.contains(saved)) {
        CHECK(may_lack);
      } else {
        CHECK(nlohmann::json(value) == nlohmann::json(expected[saved]));  // in any order of keys
      }
    }
  }
}

TEST_CASE("a missing or invalid key is an error") {
  CHECK(contains(message_of({.left_out = "block_count"}), "\"llama.block_count\" is missing"));
  CHECK(contains(message_of({.left_out = "eps"}), "\"llama.attention.layer_norm_rms_epsilon\" is missing"));
  CHECK(contains(message_of({.heads = 3}), "\"llama.attention.head_count\" is 3, which does not divide the width 8"));
  CHECK(contains(message_of({.layers = 0}), "\"llama.block_count\" is 0, not from 1 to"));
  CHECK(contains(message_of({.layers = 3'000'000'000}), "\"llama.block_count\" is 3000000000, not from 1 to"));
  MadeFile file;
  CHECK(contains(error_of(file).what(), "\"general.architecture\" is missing"));
  file.add_text("general.architecture", "lama");
  const Error error = error_of(file);
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"lama\""));
  CHECK(contains(error.hint(), "did you mean \"llama\"?"));
}

TEST_CASE("tensors that are missing, of another shape, or unknown are errors") {
  CHECK(contains(message_of({.left_out = "token_embd.weight"}), "it has no tensor \"token_embd.weight\""));
  CHECK(contains(message_of({.left_out = "blk.0.ffn_up.weight"}), "tensor \"blk.0.ffn_up.weight\" is missing"));
  CHECK(contains(message_of({.layers = 2}), "tensor \"blk.1.attn_norm.weight\" is missing"));
  CHECK(contains(message_of({.layers = 1'000'000'000}), "tensor \"blk.1.attn_norm.weight\" is missing"));
  CHECK(contains(message_of({.inner = 7}),
                 "tensor \"blk.0.ffn_gate.weight\" has the shape [6, 8], but the metadata says [7, 8]"));
  CHECK(contains(message_of({.width = 16}), "has the shape [5, 8], but the metadata says [5, 16]"));
  CHECK(contains(message_of({.heads = 8}),
                 "tensor \"blk.0.attn_q.weight\" does not have two halves of rows for each of 8 heads"));
  CHECK(contains(message_of({.more = {"blk.0.ffn_gate_exps.weight"}}),
                 "tensor \"blk.0.ffn_gate_exps.weight\" is not of the architecture \"llama\""));
  CHECK(contains(message_of({.more = {"rope_freqs.weight"}}), "\"rope_freqs.weight\" is not the table of Llama 3"));
  CHECK_NOTHROW(TinyLlama().make());
}

TEST_CASE("experts of an architecture that has none are named") {
  MadeFile file = TinyLlama().make();
  file.add_uint32("llama.expert_count", 8);
  const Error error = error_of(file);
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "a mixture of 8 experts of the architecture \"llama\""));
}

TEST_CASE("a scaling of positions that hone cannot express is an error") {
  const auto message_with = [](const char* key, const auto& add) {
    MadeFile file = TinyLlama().make();
    add(file, fmt::format("llama.{}", key));
    return std::string(error_of(file).what());
  };
  const auto text = [](const char* value) {
    return [value](MadeFile& file, const std::string& key) { file.add_text(key, value); };
  };
  CHECK(contains(message_with("rope.scaling.type", text("longrope")), "\"llama.rope.scaling.type\" is \"longrope\""));
  CHECK(contains(message_with("rope.scaling.type", text("linear")), "\"llama.rope.scaling.factor\" is missing"));
  const auto two = [](MadeFile& file, const std::string& key) { file.add_uint32(key, 2); };
  CHECK(contains(message_with("rope.dimension_count", two), "\"llama.rope.dimension_count\" is 2, but a head has 4"));
}

TEST_CASE("a head that equals the table of words is the same tensor") {
  MadeFile made = TinyLlama().make();
  made.add_floats("output.weight", {8, 5}, std::vector<float>(40, 0.5F));
  const TemporaryFolder folder;
  const File file(folder.write("m.gguf", made.bytes()));
  CHECK(!has_own_head(file));
  const Sizes sizes = sizes_of(file);
  CHECK(config_of(file, architecture_of(file), sizes, "float32")["tie_word_embeddings"] == true);
  for (const CheckpointTensor& tensor : checkpoint_of(file, architecture_of(file), sizes)) {
    CHECK(tensor.name != "lm_head.weight");
  }
}

}  // namespace hone::gguf::checkpoint_test
