#include "data/analysis.h"

#include <doctest/doctest.h>

#include "temporary_folder.h"

namespace analysis_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("rows are numbered through all parts") {
  const TemporaryFolder folder;
  ReportOptions options;
  options.input.files = {folder.write("test.csv", "text,label\nc,x\n").string(),
                         folder.write("train.csv", "text,label\na,x\nb,\n").string()};
  const Analysis analysis(options);
  CHECK(analysis.size() == 3);
  CHECK(analysis.part_of(1) == 0);
  CHECK(analysis.part_of(2) == 1);
  std::string scratch;
  CHECK(analysis.text(2, scratch) == "c");
  CHECK(analysis.labels() == std::vector<uint32_t>{0, Analysis::kNoLabel, 0});
  CHECK(analysis.num_missing_labels() == 1);
  CHECK(analysis.example(2, "note").location.ends_with("test.csv:2"));
}

}  // namespace analysis_test
