// hone import in the built program: a folder that the other commands read, and files that it refuses.
#include <doctest/doctest.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/process.h"
#include "expect_error.h"

namespace import_command_test {

using namespace hone;

namespace fs = std::filesystem;

const std::string kFile = "tests/fixtures/gguf/models/llama.gguf";

struct Output {
  ProcessResult import(std::vector<std::string> more) const {
    more.insert(more.begin(), "import");
    more.insert(more.end(), {"--output-dir", path().string()});
    return run_hone(more);
  }
  fs::path path() const { return folder.path() / "out"; }

  TemporaryFolder folder;
};

TEST_CASE("a GGUF file becomes a model folder, and its tokenizer works") {
  const Output output;
  const ProcessResult result = output.import({kFile});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "llama (LlamaForCausalLM)"));
  CHECK(contains(result.error, "21 tensors (21 F32)"));
  CHECK(contains(result.error, "tokenizer of 48 tokens, without a chat template"));
  CHECK(contains(result.error, "1 file of weights as float32"));
  CHECK(fs::exists(output.path() / "model.safetensors"));
  const ProcessResult tokens = run_hone({"tokenize", "--model", output.path().string(), "ABC"});
  REQUIRE_MESSAGE(tokens.exit_code == 0, tokens.error);
  // A folder that holds something is never replaced.
  const ProcessResult again = output.import({kFile});
  CHECK(again.exit_code == 2);
  CHECK(contains(again.error, "is not empty"));
}

TEST_CASE("the type and the size of the files of weights are chosen") {
  const Output output;
  const ProcessResult result = output.import({kFile, "--dtype=bfloat16", "--max-shard-size=4kB"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "files of weights as bfloat16"));
  CHECK(read_json(output.path() / "config.json")["dtype"] == "bfloat16");
  CHECK(fs::exists(output.path() / "model.safetensors.index.json"));
}

TEST_CASE("wrong files and options are errors, and leave no folder") {
  const Output output;
  const auto check_error = [&](std::vector<std::string> arguments, int exit_code, const char* message) {
    const ProcessResult result = output.import(std::move(arguments));
    CHECK(result.exit_code == exit_code);
    INFO(result.error);
    CHECK(contains(result.error, message));
    CHECK(!fs::exists(output.path()));
  };
  const TemporaryFolder folder;
  const std::string text = folder.write("x.gguf", "hello").string();
  const std::string cut = folder.write("cut.gguf", read_file(kFile).substr(0, 20'000)).string();
  folder.write("gptq/config.json", R"({"model_type": "llama", "quantization_config": {"quant_method": "gptq"}})");
  folder.write("plain/config.json", R"({"model_type": "llama"})");
  check_error({text}, 1, "does not begin with \"GGUF\"");
  check_error({cut}, 1, "of the data, which has");
  check_error({(folder.path() / "none.gguf").string()}, 1, "none.gguf");
  check_error({(folder.path() / "gptq").string()}, 1, "gptq: the weights are quantised with gptq");
  check_error({(folder.path() / "plain").string()}, 2, "is a folder, not a GGUF file");
  check_error({kFile, "--max-shard-size=x"}, 2, "max_shard_size: \"x\" is not a size");
  check_error({kFile, "--dtype=float64"}, 2, "float64");
}

}  // namespace import_command_test
