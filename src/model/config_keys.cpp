#include "model/config_keys.h"

#include "base/error.h"

namespace hone::model {

std::optional<int64_t> padding_id(const ModelConfig& config, const ConfigKey& vocab_size,
                                  const ConfigKey& pad_token_id) {
  const std::optional<int64_t> given = config.optional_integer(pad_token_id);
  if (!given) return std::nullopt;
  const int64_t rows = config.integer(vocab_size);
  const int64_t id = *given < 0 ? rows + *given : *given;
  if (id >= 0 && id < rows) return id;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"pad_token_id\" is {}, the vocabulary has {} rows", config.source(), *given, rows));
}

void check_head_width(const ModelConfig& config, int64_t width, int64_t num_heads) {
  if (width % num_heads == 0) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: a width of {} does not divide into {} heads", config.source(), width, num_heads));
}

void check_absolute_positions(const ModelConfig& config, const ConfigKey& position_embedding_type) {
  const std::string type = config.text(position_embedding_type);
  if (type == "absolute") return;
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"position_embedding_type\" is \"{}\"", config.source(), type),
              "hone computes absolute positions only, as transformers 5 does");
}

}  // namespace hone::model
