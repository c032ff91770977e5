// The files of sentence-transformers beside a model: modules.json with the modules that make a vector of a text, their
// own configs, and config_sentence_transformers.json with prompts.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hone::model {

// A module behind the pooling.
struct SentenceModule {
  enum class Kind { kNormalize, kDense, kLayerNorm };
  Kind kind = Kind::kNormalize;
  std::filesystem::path folder = {};  // with the weights; of kNormalize unused
  // Of kDense.
  int64_t in_features = 0, out_features = 0;
  bool has_bias = true, has_residual = false;
  std::string activation = {};  // torch's class: "Tanh"
};

struct SentenceConfig {
  bool is_declared = false;                      // the folder has a modules.json; else a transformer with mean pooling
  std::filesystem::path transformer;             // folder of the model and of its tokenizer
  std::vector<std::string> poolings = {"mean"};  // names of model::poolings(); the rows of several are joined
  bool pools_prompt = true;                      // false: the tokens of the prompt are not pooled
  std::vector<SentenceModule> modules;           // in their order
  std::optional<int64_t> max_seq_length;         // tokens of a text; unset: what tokenizer and model read
  bool lowercases = false;                       // texts, before the tokenizer
  std::vector<std::pair<std::string, std::string>> prompts;  // name, and what stands before a text
  std::string default_prompt;                                // a name of prompts; empty: none
  std::string similarity = "cosine";                         // "cosine", "dot", "euclidean" or "manhattan"
  std::optional<int64_t> truncate_dim;                       // the first values of a vector that are kept

  // Reads the files of a folder; one without modules.json gets mean pooling (of a causal language model the last token,
  // as in sentence-transformers). Errors: kIo; kInput for malformed files; kUnsupported for a module, a pooling or a
  // kind of model that hone does not have, by its name.
  static SentenceConfig read(const std::filesystem::path& folder);

  // Writes the files that tell sentence-transformers 2 to 6 all of this except for the weights of dense layers and
  // norms: SentenceHead::save writes those. `width`: C of the body. Errors: kIo.
  void save(const std::filesystem::path& folder, int64_t width) const;

  // Returns the text of a prompt. Errors (kUsage): an unknown name; the hint lists the prompts.
  const std::string& prompt(std::string_view name) const;

  bool normalizes() const;  // the vectors have length 1
};

// Returns the name of the folder of a module: "2_Dense". The first module after the pooling has the index 2.
std::string module_folder_name(const SentenceModule& module, size_t index);

// Returns whether a file or folder of this name, in a model's folder, is one that sentence-transformers or save()
// writes: "modules.json", "1_Pooling", "2_Dense".
bool is_sentence_file(std::string_view name);

// Returns whether a folder holds the files of sentence-transformers.
bool has_sentence_modules(const std::filesystem::path& folder);

}  // namespace hone::model
