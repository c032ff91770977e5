#include "text/trainer_parts.h"

#include <algorithm>

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::trainer_parts_test {

// Collects the names of options.
struct OptionNames {
  struct Builder {
    Builder& required() { return *this; }
    Builder& alias(const std::string&) { return *this; }
    Builder& value_name(const std::string&) { return *this; }
    Builder& default_text(const std::string&) { return *this; }
    Builder& at_least(double) { return *this; }
    Builder& in_range(double, double) { return *this; }
    Builder& choices(const std::vector<std::string>&) { return *this; }
  };

  void group(const char*) {}
  template <typename T>
  Builder operator()(const char* name, T&, const char*) {
    names.emplace_back(name);
    return {};
  }

  std::vector<std::string> names;
};

TEST_CASE("every kind has defaults, and names options that exist") {
  TrainerOptions all;
  OptionNames visitor;
  TrainerOptions::fields(all, visitor);
  const std::vector<std::string>& names = visitor.names;
  for (const std::string_view name : kTrainerKindNames) {
    CAPTURE(std::string(name));
    const TrainerKind& kind = find_trainer_kind(name);
    for (const std::string_view option : kind.unread_options) {
      CAPTURE(std::string(option));
      CHECK(std::find(names.begin(), names.end(), option) != names.end());
    }
    const TrainerOptions options = with_defaults({.kind = std::string(name)});
    CHECK(options.vocab_size == (name == "unigram" ? 8000 : 30000));
    CHECK(options.special_tokens.size() == 5);
    CHECK(text_cut(options) == (name == "wordpiece"  ? TextCut::kAtWhiteSpace
                                : name == "byte-bpe" ? TextCut::kNowhere
                                                     : TextCut::kBeforeSpace));
  }
}

TEST_CASE("given options stay") {
  const TrainerOptions options = with_defaults({.kind = "wordpiece",
                                                .vocab_size = 7,
                                                .special_tokens = {"<u>"},
                                                .unk_token = "<u>",
                                                .lower_case = false,
                                                .pre_tokenizer = "whitespace-split"});
  TokenizerSpec spec;
  use_trainer_parts(options, spec);
  CHECK(options.vocab_size == 7);
  CHECK(spec.normalizer.is_null());
  CHECK(spec.pre_tokenizer == Json{{"type", "WhitespaceSplit"}});
  CHECK(spec.model["unk_token"] == "<u>");
  use_special_tokens(options, std::vector<int32_t>{0}, spec);
  CHECK(spec.special_tokens == std::map<std::string, std::string>{{"unk_token", "<u>"}});
  CHECK(spec.post_processor.is_null());
}

TEST_CASE("special tokens that contradict the model are refused") {
  const auto message = [](TrainerOptions options) {
    const Error error = expect_error([&] { with_defaults(options); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what());
  };
  CHECK(message({.kind = "wordpiece", .special_tokens = {"[PAD]"}}) ==
        "the unknown token \"[UNK]\" is not a special token");
  CHECK(message({.kind = "bpe", .unk_token = "<u>"}) == "the unknown token \"<u>\" is not a special token");
  CHECK(message({.kind = "bpe", .special_tokens = {"<a>", "<b>", "<a>"}}) ==
        "the special token \"<a>\" is given twice");
  CHECK(message({.kind = "bpe", .special_tokens = {"<a>", ""}}) == "a special token is empty");
  CHECK(*with_defaults({.kind = "bpe", .special_tokens = {"<|endoftext|>"}}).unk_token == "");
  CHECK(*with_defaults({.kind = "unigram", .special_tokens = {"<s>"}}).unk_token == "<unk>");
}

TEST_CASE("an unknown split pattern is refused with the known ones") {
  TokenizerSpec spec;
  const TrainerOptions options = with_defaults({.kind = "byte-bpe", .split_pattern = "Qwen2"});
  const Error error = expect_error([&] { use_trainer_parts(options, spec); });
  CHECK(contains(error.what(), "unknown split pattern \"Qwen2\""));
  CHECK(contains(error.hint(), "did you mean \"Qwen 2\"?"));
}

}  // namespace hone::text::trainer_parts_test
