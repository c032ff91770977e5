// generation_config.json: the defaults that a model's folder gives to generation, and the tokens that end an answer.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "generate/beam_search.h"
#include "generate/generation.h"
#include "generate/options.h"
#include "options/provenance.h"
#include "text/tokenizer.h"

namespace hone::generate {

struct StopId {
  int32_t id = 0;
  std::string origin;  // the files and keys that name it: "generation_config.json: eos_token_id"
};

struct GenerationConfig {
  // Empty if the folder has no such file. Then the settings in the config.json of an older model with an encoder.
  Json json;
  std::string source;
  std::vector<StopId> stop_ids;               // of generation_config.json; if it has none, of config.json
  std::optional<int32_t> decoder_start = {};  // the first token of the decoder of a model with an encoder
};

// Reads the folder's files. Errors: kInput for a file that is no object, and for an eos_token_id that is no id or list
// of ids.
GenerationConfig read_generation_config(const std::filesystem::path& model_dir);

// Returns the decoder's first token. `source` names the model in the error. Throws kInput if nothing names the token.
int32_t first_decoder_token(const GenerationConfig& config, const std::string& source);

// Gives each option that the user has not set the value of the file. Errors: kInput for a value of another type or out
// of range; kUnsupported for a key that changes the answer in a way that hone does not know.
void apply_generation_config(const GenerationConfig& config, const options::Provenance& user,
                             GenerationOptions& options);

// Returns the request for a prompt, and the settings of a beam search. A bad word is forbidden at the beginning of a
// text and after a space, as transformers' users do it. The file's bad_words_ids, suppress_tokens, sequence_bias and
// min_length apply too, and its forced_bos_token_id and forced_eos_token_id. Errors: kInput for another form of one of
// these.
Request request_of(const GenerationOptions& options, const GenerationConfig& config, const text::Tokenizer& tokenizer,
                   std::vector<int32_t> prompt);
BeamSettings beams_of(const GenerationOptions& options);

}  // namespace hone::generate
