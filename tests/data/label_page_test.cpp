#include "data/label_page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "data/probability_file.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace label_page_test {

using namespace hone;
using namespace hone::data;

// A page about two files in which one label is probably wrong. `input` only decides the command.
std::string page_of(const TemporaryFolder& folder, InputOptions input) {
  InputOptions plain;
  plain.files = {folder.write("train.csv", "text,label\na good film,good\na bad film,bad\nreally good,bad\n").string(),
                 folder.write("it's new.csv", "text,label\nan awful film,bad\na fine film,good\n").string()};
  const LabelledRows rows = read_labelled_rows(plain);
  const auto file = folder.write("p.csv", "score_bad,score_good\n.1,.9\n.9,.1\n.1,.9\n.9,.1\n.1,.9\n");
  input.files = plain.files;
  return to_page(find_label_errors(rows, read_probabilities(file, rows), {}), rows, input);
}

std::string command_of(const TemporaryFolder& folder, const InputOptions& input) {
  const std::string page = page_of(folder, input);
  const std::string begin = "<script id=\"data\" type=\"application/json\">";
  const size_t from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from))["command"].get<std::string>();
}

TEST_CASE("the page holds the issues and needs no network") {
  const TemporaryFolder folder;
  const std::string page = page_of(folder, {});
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(contains(page, "\"text\":\"really good\""));
  CHECK(!contains(page, "@DATA@"));
  CHECK(!contains(page, "src="));
}

TEST_CASE("the command names every file, quoted for a shell, and the options that chose the rows and columns") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  const std::string files = fmt::format("hone data clean {0}/train.csv '{0}/it'\\''s new.csv'", path);
  const std::string end = " --correct-labels corrections.csv --output corrected.csv";
  CHECK(command_of(folder, {}) == files + end);
  InputOptions input;
  input.label_column = "sentiment";
  input.text_column = "text";
  input.encoding = "latin-1";
  CHECK(command_of(folder, input) == files + " --encoding latin-1 --text-column text --label-column sentiment" + end);
  input = {};
  input.dataset_config_name = "plain text";
  input.column_names = {"text", "b c", "label"};
  input.text_pair_column = "b c";
  input.label_column = "label";
  CHECK(contains(command_of(folder, input),
                 " --dataset-config-name 'plain text' --column-names 'text,b c,label' --text-pair-column 'b c' "
                 "--label-column label --correct-labels"));
}

}  // namespace label_page_test
