#include "text/post_processors.h"

#include "expect_error.h"
#include "text/template_builder.h"
#include "text/tokenizer_parts.h"

namespace hone::text::post_processors_test {

namespace {

using Kind = TemplatePiece::Kind;

void check_bert(const Template& bert) {
  REQUIRE(bert.pair.size() == 5);
  const Kind kinds[] = {Kind::kSpecial, Kind::kFirst, Kind::kSpecial, Kind::kSecond, Kind::kSpecial};
  const uint8_t types[] = {0, 0, 0, 1, 1};
  for (size_t i = 0; i < 5; ++i) {
    CHECK(bert.pair[i].kind == kinds[i]);
    CHECK(bert.pair[i].type_id == types[i]);
  }
  CHECK(bert.pair[0].ids == std::vector<int32_t>{101});
  CHECK(bert.pair[4].ids == std::vector<int32_t>{102});
  CHECK(bert.single.size() == 3);
  CHECK(bert.num_special(false) == 2);
  CHECK(bert.num_special(true) == 3);
}

}  // namespace

TEST_CASE("BERT's template has the same result in both forms") {
  check_bert(
      make_post_processor({{"type", "BertProcessing"}, {"sep", {"[SEP]", 102}}, {"cls", {"[CLS]", 101}}}, "test"));
  check_bert(make_post_processor(cls_sep_template({"[CLS]", 101}, {"[SEP]", 102}), "test"));
}

TEST_CASE("RoBERTa's template has two separators between the texts, and only type 0") {
  const Template roberta = make_post_processor(
      {{"type", "RobertaProcessing"}, {"sep", {"</s>", 2}}, {"cls", {"<s>", 0}}, {"add_prefix_space", false}}, "test");
  const Kind kinds[] = {Kind::kSpecial, Kind::kFirst, Kind::kSpecial, Kind::kSpecial, Kind::kSecond, Kind::kSpecial};
  REQUIRE(roberta.pair.size() == 6);
  for (size_t i = 0; i < 6; ++i) {
    CHECK(roberta.pair[i].kind == kinds[i]);
    CHECK(roberta.pair[i].type_id == 0);
  }
  CHECK(roberta.num_special(false) == 2);
  CHECK(roberta.num_special(true) == 4);
  REQUIRE(roberta.trims.size() == 1);
  CHECK(!roberta.trims[0].keeps_first_space);
}

TEST_CASE("a Sequence trims offsets as often as its parts, and takes the special tokens of the last") {
  const Json bytes = {{"type", "ByteLevel"}}, untrimmed = {{"type", "ByteLevel"}, {"trim_offsets", false}};
  const Json bert = cls_sep_template({"[CLS]", 1}, {"[SEP]", 2});
  const auto sequence = [](const Json& parts) {
    return make_post_processor({{"type", "Sequence"}, {"processors", parts}}, "t.json");
  };
  CHECK(sequence(Json::array({bytes, untrimmed, bytes, bert})).trims.size() == 2);
  CHECK(sequence(Json::array({bytes, bert})).num_special(true) == 3);
  CHECK(sequence(Json::array()).num_special(true) == 0);
  const Error error = expect_error([&] { sequence(Json::array({bert, bert})); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "processors[1]: post-processor: a TemplateProcessing comes after another one"));
}

TEST_CASE("the parts of a Sequence work on each other's results") {
  const Json bytes = {{"type", "ByteLevel"}}, bert = cls_sep_template({"[CLS]", 1}, {"[SEP]", 2});
  const Json roberta = {{"type", "RobertaProcessing"}, {"sep", {"</s>", 4}}, {"cls", {"<s>", 3}}};
  const Template result =
      make_post_processor({{"type", "Sequence"}, {"processors", Json::array({roberta, bert, bytes})}}, "t.json");
  std::vector<int32_t> ids, types;
  for (const TemplatePiece& piece : result.pair) {
    ids.push_back(piece.kind == Kind::kFirst ? -1 : piece.kind == Kind::kSecond ? -2 : piece.ids.at(0));
    types.push_back(piece.type_id);
  }
  CHECK(ids == std::vector<int32_t>{1, 3, -1, 4, 2, 4, -2, 4, 2});
  CHECK(types == std::vector<int32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1});
  REQUIRE(result.trims.size() == 2);
  CHECK((result.trims[0].is_at_start == std::array{true, true}));
  CHECK((result.trims[1].is_at_start == std::array{false, false}));
}

TEST_CASE("without a post-processor there are no special tokens, and the second text has type 1") {
  const Template plain = make_post_processor(nullptr, "test");
  CHECK(plain.num_special(true) == 0);
  REQUIRE(plain.pair.size() == 2);
  CHECK(plain.pair[1].kind == Kind::kSecond);
  CHECK(plain.pair[1].type_id == 1);
}

TEST_CASE("each post-processor returns the ids, types and offsets of tokenizers") {
  const Json vocabulary = {{"u", 0},
                           {"[A]", 1},
                           {"[B]", 2},
                           {"\xC4\xA0"
                            "a",
                            3}};
  for (const Json& item : tokenizer_parts()["post_processors"]) {
    CAPTURE(item.dump());
    const Json json = {{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", true}}},
                       {"post_processor", item["spec"]},
                       {"model", {{"type", "WordLevel"}, {"unk_token", "u"}, {"vocab", vocabulary}}}};
    const Tokenizer tokenizer = tokenizer_of(json.dump());
    const auto texts = item["texts"].get<std::vector<std::string>>();
    EncodeOptions options;
    options.add_special_tokens = item["special"];
    options.with_offsets = true;
    const Encoding encoding =
        texts.size() == 1 ? tokenizer.encode(texts[0], options) : tokenizer.encode_pair(texts[0], texts[1], options);
    CHECK(Json(encoding.ids) == item["ids"]);
    CHECK(Json(encoding.type_ids) == item["type_ids"]);
    Json offsets = Json::array();  // of ASCII, so bytes are characters
    for (const Offset& offset : encoding.offsets) offsets.push_back({offset.begin, offset.end});
    CHECK(offsets == item["offsets"]);
  }
}

TEST_CASE("every row of the post-processors has a doc line and an expected result") {
  for (const PostProcessorRow& row : post_processors()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK(has_part(tokenizer_parts()["post_processors"], row.name));
  }
}

TEST_CASE("malformed specs are errors that name the file") {
  const auto error_of = [](const Json& spec) { return expect_error([&] { make_post_processor(spec, "t.json"); }); };
  CHECK(contains(error_of({{"type", "Unknown"}}).what(), "post-processor (in t.json)"));
  CHECK(contains(error_of({{"type", "BertProcessing"}, {"sep", {"[SEP]"}}, {"cls", {"[CLS]", 1}}}).what(),
                 "must be [token, id]"));
  Json spec = cls_sep_template({"[CLS]", 1}, {"[SEP]", 2});
  spec["special_tokens"].erase("[SEP]");
  CHECK(contains(error_of(spec).what(), "\"[SEP]\" must be an object"));
  spec = cls_sep_template({"[CLS]", 1}, {"[SEP]", 2});
  spec["single"][1]["Sequence"]["id"] = "B";
  CHECK(contains(error_of(spec).what(), "the template has no sequence \"B\" here"));
  spec["single"] = Json::array({"$A"});
  CHECK(contains(error_of(spec).what(), "a piece of the template must be an object"));
  spec.erase("single");
  CHECK(contains(error_of(spec).what(), "\"single\" is missing"));
}

}  // namespace hone::text::post_processors_test
