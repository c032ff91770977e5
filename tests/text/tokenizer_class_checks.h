// Compares a folder of tokenizer files with what transformers makes of it: expected_<folder>.json beside it, as
// tests/fixtures/make_sentence_piece_fixtures.py writes it.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/utf8.h"
#include "temporary_folder.h"
#include "text/decode_stream.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_parts.h"

namespace hone::text {

inline Json expected_of(const std::filesystem::path& folder) {
  return read_json(folder.parent_path() / ("expected_" + folder.filename().string() + ".json"));
}

// Returns the part without the order of its keys. tokenizers reads the scores of a file with an error of one unit in
// the last place, so they lose their last digits.
inline nlohmann::json comparable(const Json& value) {
  nlohmann::json part = nlohmann::json::parse(value.dump());
  if (!part.is_object() || part.value("type", "") != "Unigram") return part;
  for (nlohmann::json& entry : part["vocab"]) entry[1] = fmt::format("{:.12g}", entry[1].get<double>());
  return part;
}

// Checks the tokenizer.json that hone saves, and that the saved folder has the same ids.
inline void check_saved_form(const std::filesystem::path& folder) {
  CAPTURE(folder);
  const TemporaryFolder saved;
  const Json expected = expected_of(folder);
  const Tokenizer tokenizer = Tokenizer::load(folder);
  tokenizer.save(saved.path());
  CHECK(tokenizer.vocab_size() >= expected["size"].get<int64_t>());
  CHECK((tokenizer.padding_side() == Side::kLeft) == (expected["padding_side"] == "left"));
  const Json made = read_json(saved.path() / "tokenizer.json");
  for (const auto& [key, value] : expected["tokenizer"].items()) {
    if (key == "padding" || key == "truncation") continue;
    CAPTURE(key);
    CAPTURE(made[key].dump().substr(0, 1500));
    CAPTURE(value.dump().substr(0, 1500));
    CHECK((comparable(made[key]) == comparable(value)));
  }
  const Tokenizer reloaded = Tokenizer::load(saved.path());
  // Some classes ignore add_bos_token or add_eos_token beside a tokenizer.json.
  const Json others = expected.value("reloaded", Json());
  for (size_t i = 0; i < expected["cases"].size(); ++i) {
    const Json& item = expected["cases"][i];
    CHECK(reloaded.encode(item["text"].get<std::string>()).ids ==
          (others.is_null() ? item["ids"] : others[i]).get<Ids>());
  }
}

inline void check_texts(const std::filesystem::path& folder) {
  CAPTURE(folder);
  EncodeOptions options;
  options.with_offsets = true;
  const Tokenizer tokenizer = Tokenizer::load(folder);
  for (const Json all = expected_of(folder); const Json& item : all["cases"]) {
    const std::string text = item["text"];
    CAPTURE(item.dump());
    CHECK(tokenizer.encode(text).ids == item["ids"].get<Ids>());
    const Encoding encoding = tokenizer.encode(text, options);
    CHECK(encoding.ids == item["ids"].get<Ids>());
    CHECK(encoding.word_ids == item["word_ids"].get<Ids>());
    CHECK(character_offsets(text, encoding.offsets) == item["offsets"]);
    CHECK(Json(encoding.type_ids) == item["type_ids"]);
  }
}

inline void check_pairs_and_words(const std::filesystem::path& folder) {
  CAPTURE(folder);
  const Tokenizer tokenizer = Tokenizer::load(folder);
  const Json all = expected_of(folder);
  for (const Json& item : all["pairs"]) {
    const Encoding encoding =
        tokenizer.encode_pair(item["texts"][0].get<std::string>(), item["texts"][1].get<std::string>());
    CHECK(encoding.ids == item["ids"].get<Ids>());
    CHECK(Json(encoding.type_ids) == item["type_ids"]);
  }
  for (const Json& item : all["words"]) {
    CHECK(tokenizer.encode_words(item["words"].get<std::vector<std::string>>()).ids == item["ids"].get<Ids>());
  }
}

inline std::string streamed(const Tokenizer& tokenizer, const Ids& ids, bool skip_special_tokens) {
  DecodeStream stream(tokenizer, skip_special_tokens);
  std::string text;
  for (const int32_t id : ids) {
    const std::string part = stream.put(id);
    CHECK(find_invalid_utf8(part) == std::string::npos);
    text += part;
  }
  return text + stream.finish();
}

// Checks decoded text, at once and one id after another.
inline void check_decoded(const std::filesystem::path& folder) {
  CAPTURE(folder);
  const Tokenizer tokenizer = Tokenizer::load(folder);
  for (const Json all = expected_of(folder); const Json& item : all["decoded"]) {
    const Ids ids = item["ids"];
    CAPTURE(item["ids"].dump());
    CHECK(tokenizer.decode(ids, false) == item["text"].get<std::string>());
    CHECK(tokenizer.decode(ids, true) == item["bare"].get<std::string>());
    CHECK(streamed(tokenizer, ids, false) == item["text"].get<std::string>());
    CHECK(streamed(tokenizer, ids, true) == item["bare"].get<std::string>());
  }
}

}  // namespace hone::text
