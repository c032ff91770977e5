#include "text/merge_borders.h"

#include <doctest/doctest.h>

#include <string>

namespace hone::text::merge_borders_test {

const std::string kZhong = "\xE4\xB8\xAD", kWen = "\xE6\x96\x87";

bool may_merge(const MergeBorders& borders, const std::string& left, const std::string& right) {
  const std::string word = left + right;
  return borders.may_merge(word.data(), word.data() + left.size(), word.data() + word.size());
}

TEST_CASE("a merge of whole characters concerns the border between them, in this order") {
  MergeBorders borders;
  borders.add("a" + kZhong, kWen + "b");
  CHECK(may_merge(borders, kZhong, kWen));
  CHECK(may_merge(borders, "xyz" + kZhong, kWen + "xyz"));
  CHECK(!may_merge(borders, kWen, kZhong));
  CHECK(!may_merge(borders, "a", kZhong));
  CHECK(!may_merge(borders, kZhong, "b"));
}

TEST_CASE("a merge of parts of characters concerns all characters that have them") {
  MergeBorders borders;
  borders.add(kZhong.substr(1), kWen.substr(0, 1));
  CHECK(may_merge(borders, kZhong, kWen));
  CHECK(may_merge(borders, "\xE5\xB8\xAD", "\xE6\x80\x80"));
  CHECK(!may_merge(borders, "\xE4\xB9\xAD", kWen));
  CHECK(!may_merge(borders, kZhong, "\xE7\x96\x87"));
}

TEST_CASE("a merge inside a character concerns no border") {
  MergeBorders borders;
  borders.add(kZhong.substr(0, 2), kZhong.substr(2));
  CHECK(!may_merge(borders, kZhong, kZhong));
}

TEST_CASE("characters of one to four bytes meet") {
  const std::string characters[] = {"a", "\xC3\xA9", kZhong, "\xF0\x9F\x98\x80"};
  for (const std::string& left : characters) {
    for (const std::string& right : characters) {
      MergeBorders borders;
      borders.add(left, right);
      for (const std::string& before : characters) {
        for (const std::string& after : characters) {
          CHECK(may_merge(borders, before, after) == (before == left && after == right));
        }
      }
    }
  }
}

}  // namespace hone::text::merge_borders_test
