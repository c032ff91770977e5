#include "text/added_tokens.h"

#include <doctest/doctest.h>

#include "text/tokenizer_parts.h"

#include "text/word_piece.h"

namespace hone::text::added_tokens_test {

namespace {

AddedToken token(const std::string& content, bool normalized = false) {
  AddedToken result;
  result.content = content;
  result.normalized = normalized;
  return result;
}

// Returns the parts of a text as "id:text".
std::vector<std::string> pieces(const AddedTokenFinder& finder, const std::string& text) {
  std::vector<std::string> result;
  for (const TextPiece& piece : finder.split(text)) {
    result.push_back(std::to_string(piece.id) + ":" + text.substr(piece.begin, piece.end - piece.begin));
  }
  return result;
}

using Strings = std::vector<std::string>;

const WordPiece& small_model() {
  static const WordPiece model({{"[UNK]", 0}, {"a", 1}, {"<x>", 2}}, {}, "test");
  return model;
}

const Normalizer kSame = [](NormalizedText&) {};

}  // namespace

TEST_CASE("the leftmost token is found, and the longest one at that position") {
  const AddedTokens tokens({token("<x>"), token("<x>y"), token("b")}, small_model(), kSame);
  CHECK(pieces(tokens.raw(), "a<x>yb<x>") == Strings{"-1:a", "3:<x>y", "4:b", "2:<x>"});
  CHECK(pieces(tokens.raw(), "") == Strings{});
  CHECK(pieces(tokens.raw(), "zz") == Strings{"-1:zz"});
  CHECK(pieces(tokens.raw(), "<<x>") == Strings{"-1:<", "2:<x>"});
}

TEST_CASE("in plain ranges no special token is found, but a shorter token may be") {
  AddedToken special = token("<x>y"), other = token("<x>");
  special.special = true;
  const AddedTokens tokens({special, other}, small_model(), kSame);
  const auto split = [&](const std::string& text, std::vector<Offset> plain) {
    Strings parts;
    for (const TextPiece& piece : tokens.raw().split(text, plain)) {
      parts.push_back(std::to_string(piece.id) + ":" + text.substr(piece.begin, piece.end - piece.begin));
    }
    return parts;
  };
  CHECK(tokens.raw().has_special_tokens());
  CHECK(split("<x>y<x>y", {{4, 8}}) == Strings{"3:<x>y", "2:<x>", "-1:y"});
  CHECK(split("<x>y<x>y", {{3, 4}}) == Strings{"2:<x>", "-1:y", "3:<x>y"});
  CHECK(split("<x>ya", {{4, 5}}) == Strings{"3:<x>y", "-1:a"});
}

TEST_CASE("a token in the model's vocabulary keeps its id, and other tokens get ids after the vocabulary's") {
  const AddedTokens tokens({token("new"), token("<x>"), token("newer"), token(""), token("new")}, small_model(), kSame);
  CHECK(tokens.find("new")->id == 3);
  CHECK(tokens.find("<x>")->id == 2);
  CHECK(tokens.find("newer")->id == 4);
  CHECK(tokens.tokens().size() == 3);
  CHECK(tokens.find(4)->content == "newer");
  CHECK(tokens.find(1) == nullptr);
}

TEST_CASE("a token with lstrip or rstrip removes white space, and one with single_word matches only whole words") {
  AddedToken left = token("<l>"), right = token("<r>"), word = token("w");
  left.lstrip = true;
  right.rstrip = true;
  word.single_word = true;
  const AddedTokens tokens({left, right, word}, small_model(), kSame);
  CHECK(pieces(tokens.raw(), "a  <l> b") == Strings{"-1:a", "3:  <l>", "-1: b"});
  CHECK(pieces(tokens.raw(), "a <r>\xE3\x80\x80 b") == Strings{"-1:a ", "4:<r>\xE3\x80\x80 ", "-1:b"});
  CHECK(pieces(tokens.raw(), "<r>  <l>") == Strings{"4:<r>  ", "3:<l>"});
  CHECK(pieces(tokens.raw(), "w-w ww \xC3\xA9w") == Strings{"5:w", "-1:-", "5:w", "-1: ww \xC3\xA9w"});
}

TEST_CASE("normalized tokens are searched in normalized text, separately from the others") {
  const Normalizer lower = make_normalizer({{"type", "Lowercase"}}, "test");
  const AddedTokens tokens({token("New", true), token("Raw")}, small_model(), lower);
  CHECK(pieces(tokens.normalized(), "a new") == Strings{"-1:a ", "3:new"});
  CHECK(pieces(tokens.raw(), "a new Raw") == Strings{"-1:a new ", "4:Raw"});
}

TEST_CASE("added tokens of every kind give the ids, offsets, words and decoded texts of tokenizers") {
  EncodeOptions options;
  options.with_offsets = true;
  for (const Json& row : tokenizer_parts()["added_tokens"]) {
    const Tokenizer tokenizer = tokenizer_of(row["tokenizer"].dump());
    for (const Json& item : row["cases"]) {
      CAPTURE(row["tokenizer"].dump());
      CAPTURE(item.dump());
      const std::string text = item["text"];
      const Encoding encoding = tokenizer.encode(text, options);
      CHECK(Json(encoding.ids) == item["ids"]);
      CHECK(Json(encoding.word_ids) == item["words"]);
      CHECK(character_offsets(text, encoding.offsets) == item["offsets"]);
      CHECK(tokenizer.decode(encoding.ids, false) == item["decoded"].get<std::string>());
      CHECK(tokenizer.decode(encoding.ids, true) == item["bare"].get<std::string>());
    }
  }
}

}  // namespace hone::text::added_tokens_test
