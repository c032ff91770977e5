// The table of model families, keyed by "model_type" of config.json. CONTRIBUTING.md describes how to add a family.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/body.h"
#include "model/config.h"
#include "model/config_keys.h"
#include "model/heads.h"
#include "nn/dropout.h"

namespace hone::model {

// What a model computes on top of its body.
struct HeadRow {
  // "sequence": a row of outputs for each sequence; "token": one for each token; "masked-lm", "causal-lm" and
  // "seq2seq-lm": for each token, or each token of the decoder, a row with an output for each word of the vocabulary;
  // "pooling": no outputs, the body alone
  std::string_view kind;
  std::string_view class_name;                       // HF's: "BertForTokenClassification"
  bool reads_pooled = false;                         // the body must have its pooler
  std::span<const std::string_view> may_be_missing;  // prefixes of parameters that are drawn if a checkpoint lacks them
  // Null: HF's class is the body alone, whose parameters it names without the body's prefix.
  std::unique_ptr<Head> (*make)(const HeadParts& parts, const ModelConfig& config);
  bool predicts_words = false;      // the outputs are the vocabulary's words, not labels
  bool reads_encoder_only = false;  // HF's class has the encoder only: Family::make_encoder
};

// The ending of a parameter's name in old checkpoints, and its ending today.
struct OldEnding {
  std::string_view before, today;
};

// A part of a parameter's name in old checkpoints, and that part today.
struct OldPart {
  std::string_view before, today;
};

// A part of the name of an old tensor that holds the rows of several parameters, in equal numbers, and the parts of
// their names.
struct OldJoined {
  std::string_view before;
  std::array<std::string_view, 3> today;
};

// The ending of the name of a tensor that holds a matrix for each expert, [E, parts * F, C], and the endings of the
// parameters of one expert behind its number; unused ones are empty.
struct StackedExperts {
  std::string_view before;
  std::array<std::string_view, 2> today;
};

struct Family {
  std::string_view name;  // "model_type"
  std::string_view doc;
  std::string_view body;             // the prefix of the body's parameters; checkpoints may lack it
  std::string_view word_embeddings;  // the module with a row for each token
  std::span<const ConfigKey> (*config_keys)();
  std::shared_ptr<Body> (*make_body)(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);
  std::span<const HeadRow> heads;
  // The linears that get adapters by default: those that PEFT names; query and value of families that it does not name.
  std::span<const std::string_view> lora_targets;
  std::span<const OldEnding> old_endings = {};
  std::span<const std::string_view> not_weights = {};  // endings of tables that old checkpoints store beside weights
  std::span<const OldPart> old_parts = {};
  std::span<const OldJoined> old_joined = {};
  std::string_view old_body = {};  // the prefix of the body's parameters in old checkpoints
  bool has_head_first = false;     // HF's classes construct the head before the body
  // Endings of the parameters that files hold transposed, as [in, out].
  std::span<const std::string_view> transposed = {};
  std::span<const StackedExperts> stacked = {};
  std::shared_ptr<Body> (*make_encoder)(const ModelConfig& config, nn::DropoutSites& sites) = nullptr;
  bool is_body_without_prefix = false;  // files never name the body's parameters with its prefix (T5)
  // Parts of the body that HF draws as soon as they are constructed, in the body.
  std::span<const std::string_view> drawn_parts = {};
  // The deviation of new weights if config.json has no initializer_range.
  const ConfigKey* deviation = &kInitializerRange;
  // Files decide whether the head has a table of its own; tie_word_embeddings does not.
  bool ties_by_files = false;
};

std::span<const Family> families();

// Returns the family of a config.json. Throws kUnsupported with the nearest name if model_type is unknown, and with the
// reason if it is known and refused, such as a decoder.
const Family& family_of(const ModelConfig& config);

// Returns a sentence for people if the name of a model's folder names another family than config.json, such as
// "chinese-roberta-wwm-ext" for a BERT; else nothing.
std::optional<std::string> misleading_name_note(std::string_view folder_name, const Family& family);

// Throws kUnsupported if the family has no head of this kind.
const HeadRow& find_head(const Family& family, std::string_view kind);

// The kind of head of the class that "architectures" names, or "" if it names none of the family's.
std::string_view saved_head(const ModelConfig& config);

// Returns the parameter's name for a checkpoint's tensor: translates old endings and parts, adds the body's prefix if
// it is missing, removes the "module." of DataParallel. `has` returns whether the model has a parameter of this name.
std::string canonical_name(const Family& family, std::string_view stored,
                           const std::function<bool(const std::string&)>& has);

// Returns true for a computed table of the family, such as position_ids.
bool is_computed_table(const Family& family, std::string_view stored);

// Returns whether files hold a parameter transposed.
bool is_transposed(const Family& family, std::string_view parameter);

bool may_be_drawn(const HeadRow& head, std::string_view parameter);

}  // namespace hone::model
