// Folders made of GGUF files; the weights themselves are compared in tests/gguf/checkpoint_test.cpp.
#include "model/gguf_import.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "expect_error.h"
#include "gguf/made_file.h"
#include "model/weights.h"
#include "temporary_folder.h"
#include "tensor/safetensors.h"
#include "text/tokenizer.h"

namespace hone::model::gguf_import_test {

namespace {

namespace fs = std::filesystem;

constexpr const char* kLlama = "tests/fixtures/gguf/models/llama.gguf";

std::string read_text(const fs::path& path) { return read_file(path); }

// A GPT-2 of one layer and width 2, with a vocabulary. Its first weight is `first`.
gguf::MadeFile tiny(float first = 0.25F, size_t num_tokens = 4) {
  gguf::MadeFile file;
  file.add_text("general.architecture", "gpt2");
  for (const char* key : {"embedding_length", "feed_forward_length"}) file.add_uint32(std::string("gpt2.") + key, 2);
  for (const char* key : {"block_count", "attention.head_count"}) file.add_uint32(std::string("gpt2.") + key, 1);
  file.add_uint32("gpt2.context_length", 8);
  file.add_float("gpt2.attention.layer_norm_epsilon", 1e-5F);
  file.add_text("tokenizer.ggml.model", "gpt2");
  file.add_text("tokenizer.ggml.pre", "gpt-2");
  std::vector<std::string> tokens = {"a", "b", "ab", "</s>"};
  while (tokens.size() < num_tokens) tokens.push_back(fmt::format("t{}", tokens.size()));
  file.add_texts("tokenizer.ggml.tokens", tokens);
  file.add_texts("tokenizer.ggml.merges", {"a b"});
  file.add_uint32("tokenizer.ggml.eos_token_id", 3);
  const std::vector<float> pair = {0.5F, -0.5F}, square = {1, 2, 3, 4};
  file.add_floats("token_embd.weight", {2, 4}, {first, 1, 2, 3, 4, 5, 6, 7});
  file.add_floats("position_embd.weight", {2, 8}, std::vector<float>(16, 1));
  for (const char* name : {"output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"}) {
    for (const char* kind : {".weight", ".bias"}) file.add_floats(std::string(name) + kind, {2}, pair);
  }
  file.add_floats("blk.0.attn_qkv.weight", {2, 6}, std::vector<float>(12, 2));
  file.add_floats("blk.0.attn_qkv.bias", {6}, std::vector<float>(6, 2));
  for (const char* name : {"attn_output", "ffn_up", "ffn_down"}) {
    file.add_floats(fmt::format("blk.0.{}.weight", name), {2, 2}, square);
    file.add_floats(fmt::format("blk.0.{}.bias", name), {2}, pair);
  }
  return file;
}

struct Imported {
  explicit Imported(const fs::path& path, const GgufImportOptions& options = {}) {
    report = import_gguf(gguf::File(path), folder.path(), options);
  }
  fs::path file(const char* name) const { return folder.path() / name; }

  TemporaryFolder folder;
  GgufImport report;
};

Error error_of(const gguf::MadeFile& made, const GgufImportOptions& options = {}) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("m.gguf", made.bytes());
  fs::create_directory(folder.path() / "out");
  return expect_error([&] { import_gguf(gguf::File(path), folder.path() / "out", options); });
}

}  // namespace

TEST_CASE("an import writes the files of a model folder and reports them") {
  const Imported imported(kLlama);
  CHECK(imported.report.is_complete);
  CHECK(imported.report.architecture == "llama");
  CHECK(imported.report.class_name == "LlamaForCausalLM");
  CHECK(imported.report.tensor_types == "21 F32");
  CHECK(imported.report.num_tensors == 21);
  CHECK(imported.report.num_weight_files == 1);
  CHECK(imported.report.num_values == num_values_of(gguf::File(kLlama)));
  CHECK(imported.report.vocab_size == 48);
  CHECK(!imported.report.has_chat_template);
  for (const char* name : {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
                           "tokenizer_config.json", "special_tokens_map.json"}) {
    CHECK(fs::exists(imported.file(name)));
  }
  CHECK(read_json(imported.file("config.json"))["dtype"] == "float32");
  const Json generation = {{"bos_token_id", 1}, {"eos_token_id", 2}, {"pad_token_id", 0}};
  CHECK(read_json(imported.file("generation_config.json")) == generation);
  CHECK(text::Tokenizer::load(imported.folder.path()).model_max_length() == 64);
}

TEST_CASE("linears of GPT-2 are transposed, and a head is not invented") {
  const TemporaryFolder folder;
  const Imported imported(folder.write("m.gguf", tiny().bytes()));
  const tensor::SafetensorsFile file(imported.file("model.safetensors"));
  bool has_head = false;
  for (const tensor::StoredTensor& stored : file.tensors()) {
    has_head |= stored.name == "lm_head.weight";
    if (stored.name != "transformer.h.0.mlp.c_fc.weight") continue;
    const std::vector<float> expected = {1, 3, 2, 4};
    CHECK(stored.bytes == std::string_view(reinterpret_cast<const char*>(expected.data()), 16));
  }
  CHECK(!has_head);
}

TEST_CASE("weights are rounded to the wanted type") {
  const TemporaryFolder folder;
  const fs::path path = folder.write("m.gguf", tiny(1.00390625F + 0x1p-20F).bytes());  // just above a tie of bfloat16
  for (const auto& [dtype, name, bytes] :
       {std::tuple(at::kBFloat16, "bfloat16", "\x81\x3F"), std::tuple(at::kHalf, "float16", "\x04\x3C")}) {
    const Imported imported(path, {.dtype = dtype});
    CHECK(read_json(imported.file("config.json"))["dtype"] == name);
    const tensor::SafetensorsFile file(imported.file("model.safetensors"));
    for (const tensor::StoredTensor& stored : file.tensors()) {
      CHECK((stored.dtype == dtype));
      if (stored.name == "transformer.wte.weight") CHECK(stored.bytes.substr(0, 2) == bytes);
    }
  }
}

TEST_CASE("large weights are written as several files with an index") {
  const Imported whole(kLlama), imported(kLlama, {.max_shard_bytes = 8000});
  CHECK(imported.report.num_weight_files > 2);
  CHECK(!fs::exists(imported.file("model.safetensors")));
  const Json index = read_json(imported.file("model.safetensors.index.json"));
  CHECK(index["metadata"]["total_size"] == imported.report.num_values * 4);
  CHECK(index["weight_map"].size() == 21);
  std::map<std::string, std::string> expected, found;
  const WeightFiles one(whole.folder.path()), several(imported.folder.path());
  for (const auto& stored : one.tensors()) expected[stored.name] = stored.bytes;
  for (const auto& stored : several.tensors()) found[stored.name] = stored.bytes;
  CHECK(found == expected);
}

TEST_CASE("chat templates are files, also those with names") {
  gguf::MadeFile made = tiny();
  made.add_text("tokenizer.chat_template", "{{ messages }}</s>");
  made.add_text("tokenizer.chat_template.tool_use", "{{ tools }}");
  const TemporaryFolder folder;
  const Imported imported(folder.write("m.gguf", made.bytes()));
  CHECK(imported.report.has_chat_template);
  CHECK(read_text(imported.file("chat_template.jinja")) == "{{ messages }}</s>");
  CHECK(read_text(imported.file("additional_chat_templates/tool_use.jinja")) == "{{ tools }}");
  gguf::MadeFile hostile = tiny();
  hostile.add_text("tokenizer.chat_template.../../x", "");
  CHECK(contains(error_of(hostile).what(), "does not end with the name of a template"));
}

TEST_CASE("weights that are not finite, or beyond the wanted type, are errors") {
  CHECK(contains(error_of(tiny(NAN)).what(), "tensor \"token_embd.weight\" has the value nan"));
  CHECK(contains(error_of(tiny(-HUGE_VALF)).what(), "tensor \"token_embd.weight\" has the value -inf"));
  const Error error = error_of(tiny(70'000), {.dtype = at::kHalf});
  CHECK(contains(error.what(), "tensor \"token_embd.weight\" has values beyond the range of float16"));
  CHECK(contains(error.hint(), "bfloat16"));
}

TEST_CASE("a vocabulary larger than the table of words is refused") {
  CHECK(contains(error_of(tiny(0, 5)).what(), "token \"t4\" has the id 4, but the table of words has 4 rows"));
}

TEST_CASE("one part of a split model is named") {
  gguf::MadeFile made = tiny();
  made.add_raw("split.count", 2, gguf::raw<uint16_t>(3));
  CHECK(contains(error_of(made).what(), "one part of a model in 3 files"));
}

TEST_CASE("an import stops if it is asked to") {
  int calls = 0;
  const Imported imported(kLlama, {.keeps_going = [&](uint64_t) { return ++calls < 3; }});
  CHECK(!imported.report.is_complete);
  CHECK(calls == 3);
  CHECK(!fs::exists(imported.file("model.safetensors")));
}

}  // namespace hone::model::gguf_import_test
