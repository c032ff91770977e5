#include "vectors/page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "vectors/writer.h"

namespace page_test {

using namespace hone;
using namespace hone::vectors;

VectorIndex made_index(const TemporaryFolder& folder) {
  const std::filesystem::path path = folder.path() / "a.npy";
  const auto writer = create_vector_file(path, {.num_rows = 3, .width = 2});
  const std::vector<float> values = {1, 0, 0, 1, 0, 0.9F};
  const std::vector<std::string_view> texts = {"</script><b>", "two", "three"};
  writer->write(values, texts);
  writer->commit();
  return VectorIndex::open(path);
}

Json data_of(const std::string& page) {
  const std::string mark = "<script id=\"data\" type=\"application/json\">";
  const size_t begin = page.find(mark) + mark.size();
  return parse_json(page.substr(begin, page.find("</script>", begin) - begin), "page");
}

TEST_CASE("the page holds its data, whatever the texts are") {
  const TemporaryFolder folder;
  const VectorIndex index = made_index(folder);
  const Json data = data_of(to_page(
      index,
      {.file = "a.npy", .rows = {0, 1, 2}, .clusters = {{0, 1, -1}, {{0}, {1}}}, .hits = {{{1, 0.5F}}, {}, {}}}));
  CHECK(data["texts"] == Json::array({"</script><b>", "two", "three"}));
  CHECK(data["cluster"] == Json::array({0, 1, -1}));
  CHECK(data["clusters"][0]["size"] == 1);
  CHECK(data["hits"][0] == Json::parse("[[1, 0.5]]"));
  CHECK(data["points"].size() == 3);
  const Json some = data_of(to_page(index, {.file = "a.npy", .rows = {0, 2}}));
  CHECK(some["texts"] == Json::array({"</script><b>", "three"}));
  CHECK(!some.contains("cluster"));
}

TEST_CASE("a page shows evenly spaced rows of a large file, and texts in one line") {
  CHECK(page_rows(3) == std::vector<uint64_t>{0, 1, 2});
  const std::vector<uint64_t> rows = page_rows(5 * kMaxPageRows);
  CHECK(rows.size() == kMaxPageRows);
  CHECK(rows[2] == 10);
  CHECK(in_one_line("a\nb\tc", 100) == "a b c");
}

}  // namespace page_test
