#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "data/data_fixture.h"
#include "data/report_files.h"

namespace report_lengths_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("quantiles are numpy's") {
  const Json& fixture = data_fixture().at("quantiles");
  const Distribution found = distribution_of(fixture.at("values").get<std::vector<double>>());
  const std::vector<double> quantiles = {found.q25, found.median, found.q75, found.q90, found.q95, found.q99};
  for (size_t i = 0; i < quantiles.size(); ++i) {
    CHECK(quantiles[i] == doctest::Approx(fixture.at("quantiles")[i].get<double>()).epsilon(1e-12));
  }
  CHECK(found.mean == doctest::Approx(fixture.at("mean").get<double>()).epsilon(1e-12));
  uint64_t all = 0;
  for (const auto& bin : found.bins) all += bin.count;
  CHECK(all == found.count);
}

TEST_CASE("whole numbers, fractions and negative numbers have the quantiles and bins of sorted values") {
  std::mt19937 random(1);
  for (const double scale : {1.0, 0.25, -1.0, 1e6}) {
    CAPTURE(scale);
    std::vector<double> values;
    for (int i = 0; i < 1001; ++i) values.push_back(scale * static_cast<double>(random() % (1 + random() % 700)));
    const Distribution found = distribution_of(values);
    std::ranges::sort(values);
    CHECK(found.minimum == values.front());
    CHECK(found.q25 == values[250]);
    CHECK(found.median == values[500]);
    CHECK(found.q90 == values[900]);
    CHECK(found.maximum == values.back());
    std::vector<uint64_t> counts(found.bins.size());
    for (const double value : values) {
      const size_t bin = found.bin_of(value);
      CHECK(found.bins[bin].begin <= value);
      if (bin + 1 < found.bins.size()) CHECK(value < found.bins[bin + 1].begin);
      ++counts[bin];
    }
    for (size_t bin = 0; bin < counts.size(); ++bin) CHECK(found.bins[bin].count == counts[bin]);
  }
}

TEST_CASE("a distribution of one value has one bin, and of none has none") {
  CHECK(distribution_of({5, 5, 5}).bins.size() == 1);
  CHECK(distribution_of({}).bins.empty());
}

TEST_CASE("long and short texts are named") {
  const TemporaryFolder folder;
  std::string text = "text\n";
  for (int i = 0; i < 40; ++i) text += "a usual sentence number " + std::to_string(i) + "\n";
  text += std::string(500, 'x') + "\nok\n";
  const Report report = report_of({folder.write("a.csv", text)});
  REQUIRE(finding(report, "long_texts") != nullptr);
  CHECK(finding(report, "long_texts")->rows == 1);
  CHECK(finding(report, "long_texts")->examples[0].location.ends_with("a.csv:42"));
  REQUIRE(finding(report, "short_texts") != nullptr);
  CHECK(finding(report, "short_texts")->rows == 1);
}

TEST_CASE("each bar of the lengths has its first rows") {
  const TemporaryFolder folder;
  const Report report = report_of({folder.write("a.csv", "text\nabc\nabcdef\nxyz\n")});
  uint64_t all = 0;
  for (const Distribution::Bin& bin : report.characters.bins) {
    CHECK(bin.examples.size() == bin.count);
    for (const Example& example : bin.examples) {
      CHECK(static_cast<double>(example.text.size()) >= bin.begin);
      CHECK(static_cast<double>(example.text.size()) <= bin.end);
    }
    all += bin.count;
  }
  CHECK(all == report.characters.count);
  CHECK(report.characters.bins[0].examples[1].text == "xyz");
}

TEST_CASE("tokens are counted, and truncation is a share of rows and of tokens") {
  const TemporaryFolder folder;
  folder.write("model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ngood\n");
  folder.write("model/config.json", "{\"model_type\": \"bert\"}");
  std::string long_text;
  for (int i = 0; i < 48; ++i) long_text += "good ";
  const auto file = folder.write("a.csv", "text\ngood bad\n" + long_text + "\n");
  ReportOptions options;
  options.input.files = {file.string()};
  options.model_name_or_path = folder.path() / "model";
  const Report report = make_report(options);
  REQUIRE(report.tokens.has_value());
  CHECK(report.tokens->maximum == 50);  // with [CLS] and [SEP]
  CHECK(report.tokens->minimum == 4);
  CHECK(report.unknown_token_share == doctest::Approx(1.0 / 54));
  CHECK(report.truncations[0].max_length == 32);
  CHECK(report.truncations[0].rows == 1);
  CHECK(report.truncations[0].token_share == doctest::Approx(18.0 / 54));
  CHECK(report.truncations[1].rows == 0);
}

}  // namespace report_lengths_test
