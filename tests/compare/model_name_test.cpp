// The names are those of models on the Hugging Face Hub.
#include "compare/model_name.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace model_name_test {

using namespace hone;
using compare::Tuning;

struct Case {
  std::string name, family, size;
  Tuning tuning;
  std::string date, quantization, active_size, version, rest;
};

const std::vector<Case> kCases = {
    {"Qwen3-4B-Base", "Qwen3", "4B", Tuning::kBase, "", "", "", "", ""},
    {"Qwen3-4B-Instruct-2507", "Qwen3", "4B", Tuning::kInstruct, "2025-07", "", "", "", ""},
    {"Qwen3-4B", "Qwen3", "4B", Tuning::kInstruct, "", "", "", "", ""},
    {"Qwen3-235B-A22B-GPTQ-Int4", "Qwen3", "235B", Tuning::kInstruct, "", "GPTQ-Int4", "22B", "", ""},
    {"Qwen3-30B-A3B-Thinking-2507-FP8", "Qwen3", "30B", Tuning::kReasoning, "2025-07", "FP8", "3B", "", ""},
    {"Qwen2.5-Coder-7B-Instruct-AWQ", "Qwen2.5-Coder", "7B", Tuning::kInstruct, "", "AWQ", "", "", ""},
    {"Qwen2.5-0.5B", "Qwen2.5", "0.5B", Tuning::kUnstated, "", "", "", "", ""},
    {"SmolLM2-135M-Instruct", "SmolLM2", "135M", Tuning::kInstruct, "", "", "", "", ""},
    {"SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2", "135M", Tuning::kInstruct, "", "Q4_1", "", "", ""},
    {"SmolLM3-3B", "SmolLM3", "3B", Tuning::kInstruct, "", "", "", "", ""},
    {"tinystories-656k-llama", "tinystories", "656k", Tuning::kUnstated, "", "", "", "", "llama"},
    {"Meta-Llama-3.1-8B-Instruct", "Meta-Llama-3.1", "8B", Tuning::kInstruct, "", "", "", "", ""},
    {"Llama-2-7b-chat-hf", "Llama-2", "7b", Tuning::kInstruct, "", "", "", "", "hf"},
    {"TinyLlama-1.1B-Chat-v1.0", "TinyLlama", "1.1B", Tuning::kInstruct, "", "", "", "v1.0", ""},
    {"Mixtral-8x7B-Instruct-v0.1", "Mixtral", "8x7B", Tuning::kInstruct, "", "", "", "v0.1", ""},
    {"Ministral-8B-Instruct-2410", "Ministral", "8B", Tuning::kInstruct, "2024-10", "", "", "", ""},
    {"OLMo-2-1124-7B-Instruct", "OLMo-2", "7B", Tuning::kInstruct, "2024-11", "", "", "", ""},
    {"gemma-3-4b-pt", "gemma-3", "4b", Tuning::kBase, "", "", "", "", ""},
    {"gemma-2-2b-it", "gemma-2", "2b", Tuning::kInstruct, "", "", "", "", ""},
    {"Phi-3-mini-4k-instruct", "Phi-3", "mini", Tuning::kInstruct, "", "", "", "", "4k"},
    {"DeepSeek-R1-Distill-Qwen-7B", "DeepSeek-R1-Distill-Qwen", "7B", Tuning::kReasoning, "", "", "", "", ""},
    {"pythia-70m-deduped", "pythia", "70m", Tuning::kUnstated, "", "", "", "", "deduped"},
    {"gpt2-xl", "gpt2", "xl", Tuning::kUnstated, "", "", "", "", ""},
};

TEST_CASE("the parts of real names") {
  for (const Case& wanted : kCases) {
    CAPTURE(wanted.name);
    const compare::ModelName name = compare::parse_model_name(wanted.name);
    CHECK(name.name == wanted.name);
    CHECK(name.family == wanted.family);
    CHECK(name.size == wanted.size);
    CHECK(name.tuning == wanted.tuning);
    CHECK(name.date == wanted.date);
    CHECK(name.quantization == wanted.quantization);
    CHECK(name.active_size == wanted.active_size);
    CHECK(name.version == wanted.version);
    CHECK(name.rest == wanted.rest);
  }
}

TEST_CASE("names without a grammar have parts too") {
  CHECK(compare::parse_model_name("").family.empty());
  CHECK(compare::parse_model_name("--").family.empty());
  CHECK(compare::parse_model_name("out").family == "out");
  CHECK(compare::parse_model_name("checkpoint-500").family == "checkpoint-500");
  CHECK(compare::parse_model_name("run-2024").date.empty());
  CHECK(compare::parse_model_name("\u6a21\u578b-4B").family == "\u6a21\u578b");
}

TEST_CASE("an explanation says in words what the parts mean") {
  const auto explained = [](const char* name) { return compare::explanation(compare::parse_model_name(name)); };
  CHECK(explained("Qwen3-4B-Instruct-2507") ==
        "family Qwen3, 4 billion parameters, Instruct: tuned to answer, July 2025");
  CHECK(explained("Qwen3-4B-Base") == "family Qwen3, 4 billion parameters, Base: it continues text");
  CHECK(explained("Qwen3-235B-A22B-GPTQ-Int4") ==
        "family Qwen3, 235 billion parameters (22 billion for each token), tuned to answer (names of this family say "
        "only \"Base\"), quantised: GPTQ-Int4");
  CHECK(explained("Mixtral-8x7B-v0.1") ==
        "family Mixtral, 8 experts of 7 billion parameters, not said whether base or tuned to answer, version 0.1");
  const Json json = compare::to_json(compare::parse_model_name("Qwen3-4B"));
  CHECK(json["tuning"] == "instruct");
  CHECK(json["date"].is_null());
}

TEST_CASE("the name of a folder is its last part, or that of the model in the Hub's cache") {
  CHECK(compare::model_name_of("/models/Qwen3-4B-Base/") == "Qwen3-4B-Base");
  CHECK(compare::model_name_of("a/../Qwen3-4B") == "Qwen3-4B");
  CHECK(compare::model_name_of("/hub/models--Qwen--Qwen3-4B-Base/snapshots/906bfd4") == "Qwen3-4B-Base");
}

}  // namespace model_name_test
