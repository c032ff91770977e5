#include "task/vocabulary.h"

#include <algorithm>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"

namespace hone::task {

void check_vocabulary(const text::Tokenizer& tokenizer, int64_t num_rows, const std::filesystem::path& folder) {
  constexpr size_t kMaxNamed = 5;
  const int64_t num_tokens = tokenizer.vocab_size();
  if (num_tokens <= num_rows) return;
  std::vector<std::string> named;
  for (int64_t id = num_rows; id < num_tokens; ++id) {
    if (!tokenizer.is_added(static_cast<int32_t>(id))) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the tokenizer has {} tokens, the model's embedding only {} rows", folder.string(),
                              num_tokens, num_rows),
                  "the tokenizer belongs to another model: put the model's own tokenizer files into the folder");
    }
    if (named.size() < kMaxNamed) named.push_back(fmt::format("\"{}\"", tokenizer.token(static_cast<int32_t>(id))));
  }
  const auto count = static_cast<uint64_t>(num_tokens - num_rows);
  log_warning(
      "{}: the model's embedding has no row for {} ({}{}), probably add_tokens without resize_token_embeddings; "
      "texts with them are errors; hone train --resize-embeddings adds rows for them",
      folder.string(), counted(count, "added token"), fmt::join(named, ", "), named.size() < count ? ", ..." : "");
}

void check_special_ids(const text::Tokenizer& tokenizer, const model::ModelConfig& config,
                       const std::filesystem::path& folder) {
  constexpr const char* kNames[] = {"pad_token", "bos_token",  "eos_token", "cls_token",
                                    "sep_token", "mask_token", "unk_token"};
  for (const char* name : kNames) {
    const std::string key = fmt::format("{}_id", name);
    const Json given = config.json().value(key, Json());
    const std::optional<int32_t> id = tokenizer.special_id(name);
    if (given.is_null() || !id) continue;
    const Json allowed = given.is_array() ? given : Json::array({given});
    if (std::find(allowed.begin(), allowed.end(), Json(*id)) != allowed.end()) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: {} is {} in config.json, but the tokenizer's {} \"{}\" has the id {}", folder.string(),
                            key, given.dump(), name, tokenizer.token(*id), *id),
                "the tokenizer belongs to another model: put the model's own tokenizer files into the folder; if the "
                "model was trained with this tokenizer, correct config.json");
  }
}

void check_embedded(const text::Tokenizer& tokenizer, int64_t num_rows, std::span<const int32_t> ids,
                    std::string_view place) {
  if (tokenizer.vocab_size() <= num_rows) return;
  const auto found = std::find_if(ids.begin(), ids.end(), [&](int32_t id) { return id >= num_rows; });
  if (found == ids.end()) return;
  throw Error(
      ErrorKind::kInput,
      fmt::format("{} has the token \"{}\", for which the model's embedding has no row", place,
                  tokenizer.token(*found)),
      "the token was added to the tokenizer without resizing the embedding; remove it from the text; hone train "
      "--resize-embeddings adds a row for it");
}

void check_embedded(const text::Tokenizer& tokenizer, int64_t num_rows, const Features& features,
                    const std::function<std::string(uint64_t row)>& place_of) {
  if (tokenizer.vocab_size() <= num_rows) return;
  for (uint64_t row = 0; row < features.size(); ++row) {
    const std::span<const int32_t> ids = features.row_ids(row);
    if (std::any_of(ids.begin(), ids.end(), [&](int32_t id) { return id >= num_rows; })) {
      check_embedded(tokenizer, num_rows, ids, place_of(row));
    }
  }
}

}  // namespace hone::task
