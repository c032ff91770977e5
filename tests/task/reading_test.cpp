#include "task/reading.h"

#include <doctest/doctest.h>

#include <numeric>

#include "eval/metrics_fixture.h"
#include "expect_error.h"

namespace reading_test {

using namespace hone;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  return loaded;
}

// Words of one token each, so that token i is word i.
std::string words(size_t count) {
  constexpr const char* kWords[] = {"good", "bad", "movie", "film", "fun"};
  std::string text;
  for (size_t i = 0; i < count; ++i) text += std::string(i == 0 ? "" : " ") + kWords[(i / 5 + i * (i / 3 + 1)) % 5];
  return text;
}

std::vector<text::Encoding> read(const std::string& text, size_t max_length, const task::LongText& long_text) {
  return task::read_text(tokenizer(), text, {}, {{.max_length = max_length}, long_text});
}

// The ids of the words [begin, end) of a text, with [CLS] and [SEP].
std::vector<int32_t> expected(const std::string& text, std::vector<std::pair<size_t, size_t>> parts) {
  const std::vector<int32_t> all = tokenizer().encode(text).ids;
  std::vector<int32_t> ids = {all.front()};
  for (const auto& [begin, end] : parts) {
    ids.insert(ids.end(), all.begin() + 1 + static_cast<ptrdiff_t>(begin),
               all.begin() + 1 + static_cast<ptrdiff_t>(end));
  }
  ids.push_back(all.back());
  return ids;
}

TEST_CASE("a short text is read whole in every way") {
  for (const std::string_view how : task::kLongTextNames) {
    const auto windows = read("good movie", 4, {.long_text = std::string(how)});
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].ids == tokenizer().encode("good movie").ids);
    CHECK(windows[0].num_cut == 0);
    CHECK(windows[0].offsets.empty());
  }
}

TEST_CASE("head and tail keep the first or the last tokens; head-tail a quarter and three quarters") {
  const std::string text = words(20);
  CHECK(read(text, 10, {.long_text = "head"})[0].ids == expected(text, {{0, 8}}));
  CHECK(read(text, 10, {.long_text = "tail"})[0].ids == expected(text, {{12, 20}}));
  const auto both = read(text, 10, {.long_text = "head-tail"});
  REQUIRE(both.size() == 1);
  CHECK(both[0].ids == expected(text, {{0, 2}, {14, 20}}));
  CHECK(both[0].num_cut == 12);
  CHECK(both[0].type_ids.size() == 10);
  CHECK(read(text, 10, {})[0].ids == expected(text, {{0, 8}}));  // as this tokenizer truncates
}

TEST_CASE("windows overlap by doc_stride and cover the text, as those of tokenizers") {
  // tokenizer(text, max_length=10, stride=3, return_overflowing_tokens=True) of transformers starts its windows at the
  // content tokens 0, 5, 10 and so on, until one holds the last token.
  const std::string text = words(20);
  const auto windows = read(text, 10, {.long_text = "windows", .doc_stride = 3});
  REQUIRE(windows.size() == 4);
  CHECK(windows[0].ids == expected(text, {{0, 8}}));
  CHECK(windows[1].ids == expected(text, {{5, 13}}));
  CHECK(windows[2].ids == expected(text, {{10, 18}}));
  CHECK(windows[3].ids == expected(text, {{15, 20}}));
  for (const text::Encoding& window : windows) CHECK(window.num_cut == 0);
  CHECK(read(text, 10, {.long_text = "windows"}).size() == 3);  // an overlap of 8 / 4
  CHECK(read(text, 10, {.long_text = "windows", .doc_stride = 0}).size() == 3);
}

TEST_CASE("windows know their place in the text, and texts that are given as words are read in the same way") {
  const std::vector<std::vector<std::string>> rows = {{"good", "movie", "goodx", "fun"}, {"bad"}};
  for (const char* how : {"head", "tail", "head-tail", "windows"}) {
    const task::Reading reading{{.max_length = 5, .with_offsets = true}, {.long_text = how}};
    const auto of_words = task::read_words(tokenizer(), rows, reading);
    const auto of_text = task::read_text(tokenizer(), "good movie goodx fun", {}, reading);
    REQUIRE(of_words.size() == 2);
    REQUIRE(of_words[0].size() == of_text.size());
    for (size_t i = 0; i < of_text.size(); ++i) {
      CHECK(of_words[0][i].ids == of_text[i].ids);
      CHECK(of_words[0][i].word_ids == of_text[i].word_ids);
      CHECK(of_words[0][i].num_cut == of_text[i].num_cut);
      CHECK(of_words[0][i].window_begin == of_text[i].window_begin);
    }
    CHECK(of_words[1].size() == 1);
  }
  const auto windows = task::read_words(
      tokenizer(), rows, {{.max_length = 5, .with_offsets = true}, {.long_text = "windows", .doc_stride = 1}})[0];
  REQUIRE(windows.size() == 2);  // good movie good, good ##x fun
  CHECK(windows[0].word_ids == std::vector<int32_t>{-1, 0, 1, 2, -1});
  CHECK(windows[1].word_ids == std::vector<int32_t>{-1, 2, 2, 3, -1});
  CHECK(windows[1].window_begin == 2);
}

TEST_CASE("the number of windows is limited, and the rest counts as truncated") {
  const std::string text = words(100);
  const auto windows = read(text, 10, {.long_text = "windows", .doc_stride = 0, .max_windows = 3});
  REQUIRE(windows.size() == 3);
  CHECK(windows[2].num_cut == 100 - 3 * 8);
  CHECK(read(words(2000), 10, {.long_text = "windows"}).size() == 16);
}

TEST_CASE("offsets stay those of the whole text") {
  const std::string text = words(20);
  const auto windows =
      task::read_text(tokenizer(), text, {}, {{.max_length = 10, .with_offsets = true}, {.long_text = "windows"}});
  const text::Encoding whole = tokenizer().encode(text, {.with_offsets = true});
  CHECK(windows[1].offsets[1] == whole.offsets[7]);
  CHECK(windows[1].offsets.front() == text::Offset{});
}

TEST_CASE("pairs are truncated as without the option, and many texts are read as one by one") {
  const std::string first = words(20), second = words(9);
  const task::Reading reading{{.max_length = 12}, {.long_text = "windows"}};
  CHECK(task::read_text(tokenizer(), first, second, reading)[0].ids ==
        tokenizer().encode_pair(first, second, {.max_length = 12}).ids);
  const std::vector<std::string_view> texts = {first, second, "good"};
  const auto many = task::read_texts(tokenizer(), texts, {}, reading);
  REQUIRE(many.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    const auto alone = task::read_text(tokenizer(), texts[i], {}, reading);
    REQUIRE(many[i].size() == alone.size());
    for (size_t window = 0; window < alone.size(); ++window) CHECK(many[i][window].ids == alone[window].ids);
  }
  CHECK(task::read_texts(tokenizer(), texts, texts, reading)[0].size() == 1);
}

TEST_CASE("an overlap that leaves no space, and a length that leaves none, are usage errors") {
  const Error overlap = expect_error([] { read(words(20), 10, {.long_text = "windows", .doc_stride = 8}); });
  CHECK(overlap.kind() == ErrorKind::kUsage);
  CHECK(std::string(overlap.what()) == "windows of 8 tokens cannot share 8 tokens");
  CHECK(contains(overlap.hint(), "--doc-stride less than 8"));
  const Error space = expect_error([] { read(words(20), 2, {.long_text = "windows"}); });
  CHECK(space.kind() == ErrorKind::kUsage);
  CHECK(contains(space.what(), "2 tokens have no space for text beside 2 special tokens"));
}

TEST_CASE("windows are checked before any text is read, and a pair for a model of single texts is an error") {
  const auto checked = [](size_t max_length, task::LongText long_text) {
    task::check_windows(tokenizer(), {{.max_length = max_length}, std::move(long_text)});
  };
  CHECK_NOTHROW(checked(10, {.long_text = "windows", .doc_stride = 7}));
  CHECK_NOTHROW(checked(2, {.long_text = "tail"}));
  CHECK(expect_error([&] { checked(10, {.long_text = "windows", .doc_stride = 8}); }).kind() == ErrorKind::kUsage);
  CHECK(expect_error([&] { checked(2, {.long_text = "head-tail"}); }).kind() == ErrorKind::kUsage);
  CHECK(std::string(expect_error([&] { checked(10, {.long_text = "tail", .doc_stride = 2}); }).what()) ==
        "--doc-stride has no effect without --long-text windows");
  CHECK(std::string(expect_error([&] { checked(10, {.max_windows = 2}); }).what()) ==
        "--max-windows has no effect without --long-text windows");
  const task::Reading single{.reads_pairs = false};
  CHECK_NOTHROW(task::read_text(tokenizer(), "good", {}, single));
  CHECK(std::string(expect_error([&] { task::read_text(tokenizer(), "good", "bad", single); }).what()) ==
        "the model reads single texts, not pairs of texts");
  const std::vector<std::string_view> texts = {"good"};
  CHECK(expect_error([&] { task::read_texts(tokenizer(), texts, texts, single); }).kind() == ErrorKind::kInput);
}

}  // namespace reading_test
