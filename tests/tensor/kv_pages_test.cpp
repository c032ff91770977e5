#include "tensor/kv_pages.h"

#include <doctest/doctest.h>

#include <numeric>
#include <random>
#include <set>

#include "expect_error.h"

namespace kv_pages_test {

using namespace hone;
using tensor::KvPages;

constexpr auto kTokens = static_cast<size_t>(kernel::kPageTokens);

std::vector<int32_t> tokens_from(int32_t first, size_t count) {
  std::vector<int32_t> tokens(count);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

std::vector<int32_t> pages_of(const KvPages& pages, uint64_t id) {
  return {pages.pages(id).begin(), pages.pages(id).end()};
}

TEST_CASE("a sequence gets a page for each 32 tokens, and an ended one gives its pages back") {
  KvPages pages(4);
  CHECK(pages.begin(1, tokens_from(0, kTokens + 1)) == 0);
  CHECK(pages_of(pages, 1) == std::vector<int32_t>{0, 1});
  pages.append(1, tokens_from(100, kTokens - 1));
  CHECK(pages.pages(1).size() == 2);
  pages.append(1, tokens_from(200, 1));
  CHECK(pages.pages(1).size() == 3);
  pages.end(1);
  CHECK(pages.begin(2, tokens_from(500, 4 * kTokens)) == 0);
  CHECK(pages.num_pages() == 4);
}

TEST_CASE("full pages of equal beginnings are shared, but the last token is always computed") {
  KvPages pages(16);
  const auto prompt = tokens_from(0, 3 * kTokens);
  pages.begin(1, prompt);
  CHECK(pages.begin(2, prompt) == 0);  // not computed yet
  pages.set_computed(1);
  pages.set_computed(2);
  CHECK(pages.begin(3, prompt) == static_cast<int64_t>(2 * kTokens));
  CHECK(pages.num_computed(3) == static_cast<int64_t>(2 * kTokens));
  CHECK(pages.pages(3)[0] == pages.pages(1)[0]);
  CHECK(pages.pages(3)[1] == pages.pages(1)[1]);
  CHECK(pages.pages(3)[2] != pages.pages(1)[2]);
  auto longer = prompt;
  longer.push_back(7);
  CHECK(pages.begin(4, longer) == static_cast<int64_t>(3 * kTokens));
  auto other = prompt;
  other[kTokens + 3] = -1;
  CHECK(pages.begin(5, other) == static_cast<int64_t>(kTokens));
  // The same page after another beginning is another page.
  std::vector<int32_t> moved(prompt.begin() + kTokens, prompt.end());
  CHECK(pages.begin(6, moved) == 0);
}

TEST_CASE("pages of ended sequences are found again until they are needed, the beginnings longest") {
  KvPages pages(3);
  const auto prompt = tokens_from(0, 2 * kTokens + 1);
  pages.begin(1, prompt);
  pages.set_computed(1);
  pages.end(1);
  CHECK(pages.begin(2, prompt) == static_cast<int64_t>(2 * kTokens));
  pages.end(2);
  pages.begin(3, tokens_from(900, 2 * kTokens));  // takes the free page, and the second page of the prompt
  pages.end(3);
  CHECK(pages.begin(4, prompt) == static_cast<int64_t>(kTokens));
}

TEST_CASE("a fork shares full pages and copies the last one") {
  KvPages pages(4);
  pages.begin(1, tokens_from(0, kTokens + 5));
  pages.set_computed(1);
  const auto copy = pages.fork(1, 2);
  REQUIRE(copy);
  CHECK(copy->from == pages.pages(1)[1]);
  CHECK(copy->to == pages.pages(2)[1]);
  CHECK(pages.pages(2)[0] == pages.pages(1)[0]);
  CHECK(pages.length(2) == static_cast<int64_t>(kTokens + 5));
  pages.append(1, tokens_from(5, kTokens - 5));
  pages.set_computed(1);
  CHECK_FALSE(pages.fork(1, 3));
  CHECK(pages_of(pages, 3) == pages_of(pages, 1));
}

template <typename Function>
void check_full(const Function& function, const std::string& message) {
  const Error error = expect_error(function);
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), message));
}

TEST_CASE("too many tokens are an error that changes nothing") {
  KvPages pages(2);
  pages.begin(1, tokens_from(0, kTokens + 1));
  pages.set_computed(1);
  const auto too_many = [&] { pages.append(1, tokens_from(0, kTokens)); };
  check_full(too_many, "no room for 32 more tokens: it holds 64 tokens in all");
  CHECK(pages.length(1) == static_cast<int64_t>(kTokens + 1));
  check_full([&] { pages.begin(2, tokens_from(0, kTokens + 1)); }, "no room for 1 more token:");
  check_full([&] { pages.fork(1, 3); }, "no room for another sequence");
  pages.end(1);
  CHECK(pages.begin(2, tokens_from(0, kTokens + 1)) == static_cast<int64_t>(kTokens));
}

// No page is given to two sequences unless both have the same tokens up to its end.
TEST_CASE("random sequences never share a page whose tokens differ") {
  std::mt19937 random(1);
  KvPages pages(40);
  std::vector<std::pair<uint64_t, std::vector<int32_t>>> live;
  for (uint64_t id = 0; id < 3000; ++id) {
    const auto action = random() % 3;
    if (action == 0 && !live.empty()) {
      const size_t victim = random() % live.size();
      pages.end(live[victim].first);
      live.erase(live.begin() + static_cast<ptrdiff_t>(victim));
    } else if (action == 1 && !live.empty()) {
      auto& [known, tokens] = live[random() % live.size()];
      const std::vector<int32_t> more(random() % 40, static_cast<int32_t>(random() % 2));
      if (live.size() < 4) {
        pages.append(known, more);
        tokens.insert(tokens.end(), more.begin(), more.end());
        pages.set_computed(known);
        if (tokens.size() > 160) {
          pages.end(known);
          std::erase_if(live, [&, gone = known](const auto& entry) { return entry.first == gone; });
        }
      }
    } else if (live.size() < 4) {
      std::vector<int32_t> tokens(1 + random() % 130, static_cast<int32_t>(random() % 2));
      if (random() % 2 == 0) tokens[random() % tokens.size()] = 5;
      pages.begin(id, tokens);
      pages.set_computed(id);
      live.emplace_back(id, tokens);
    }
    std::unordered_map<int32_t, std::vector<int32_t>> content;
    for (const auto& [known, tokens] : live) {
      std::set<int32_t> own;
      for (size_t i = 0; i < pages.pages(known).size(); ++i) {
        const size_t end = std::min(tokens.size(), (i + 1) * kTokens);
        const std::vector<int32_t> until(tokens.begin(), tokens.begin() + static_cast<ptrdiff_t>(end));
        const int32_t page = pages.pages(known)[i];
        CHECK(own.insert(page).second);
        const auto [found, is_new] = content.try_emplace(page, until);
        if (!is_new) CHECK(found->second == until);
      }
    }
  }
}

}  // namespace kv_pages_test
