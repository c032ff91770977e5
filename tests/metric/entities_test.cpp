#include "metric/entities.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace entities_test {

using namespace hone;
using namespace hone::metric;

using Rows = std::vector<std::vector<std::string>>;
using IdRows = std::vector<std::vector<int32_t>>;

TagSet tags_of(const std::string& scheme, const Json& names) {
  TagSet tags(names.get<std::vector<std::string>>());
  if (scheme == "IOB1") tags.use_iob1();
  REQUIRE(tags.scheme().name == scheme);
  return tags;
}

std::vector<int32_t> ids_of(const TagSet& tags, const std::vector<std::string>& names) {
  std::vector<int32_t> ids;
  for (const std::string& name : names) ids.push_back(static_cast<int32_t>(tags.id(name).value()));
  return ids;
}

EntityTally tally_of(const TagSet& tags, const Rows& truth, const Rows& predicted) {
  EntityTally tally(tags);
  for (size_t row = 0; row < truth.size(); ++row) tally.add(ids_of(tags, truth[row]), ids_of(tags, predicted[row]));
  return tally;
}

EntityTally tally_of(const TagSet& tags, const Json& item) {
  const auto truth = item["truth"].get<IdRows>(), predicted = item["predicted"].get<IdRows>();
  EntityTally tally(tags);
  for (size_t row = 0; row < truth.size(); ++row) tally.add(truth[row], predicted[row]);
  return tally;
}

void check_near(double value, const Json& expected) { CHECK(std::abs(value - expected.get<double>()) < 1e-9); }

void check_row(const Json& row, const Json& expected) {
  const char* const columns[] = {"precision", "recall", "f1"};
  for (size_t i = 0; i < 3; ++i) check_near(row[columns[i]].get<double>(), expected[i]);
}

const Json& fixture() {
  static const Json json = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/entities.json");
  return json;
}

template <typename Check>
void for_each_case(const Check& check) {
  for (const auto& [scheme, cases] : fixture()["cases"].items()) {
    REQUIRE(cases.size() == 200);
    for (size_t i = 0; i < cases.size(); ++i) {
      CAPTURE(scheme);
      CAPTURE(i);
      check(tags_of(scheme, cases[i]["names"]), cases[i]);
    }
  }
}

TEST_CASE("entity metrics equal seqeval's in its default mode, in 200 random cases of each scheme") {
  for_each_case([](const TagSet& tags, const Json& item) {
    const Report report = entity_report(tally_of(tags, item));
    check_near(report.value("accuracy"), item["accuracy"]);
    if (!item.contains("default")) return;
    const Json& expected = item["default"];
    check_near(report.value("precision"), expected["micro"][0]);
    check_near(report.value("recall"), expected["micro"][1]);
    check_near(report.value("f1"), expected["micro"][2]);
    check_near(report.value("f1_macro"), expected["macro"][2]);
    check_near(report.value("f1_weighted"), expected["weighted"][2]);
    for (const char* average : {"micro", "macro", "weighted"}) {
      check_row(report.panels[0].data["averages"][average], expected[average]);
    }
  });
}

TEST_CASE("entity metrics equal seqeval's in its strict mode, in 200 random cases of each scheme") {
  for_each_case([](const TagSet& tags, const Json& item) {
    const Report report = entity_report(tally_of(tags, item));
    const Json& expected = item["strict"]["micro"];
    check_near(report.value("precision_strict"), expected[0]);
    check_near(report.value("recall_strict"), expected[1]);
    check_near(report.value("f1_strict"), expected[2]);
  });
}

TEST_CASE("the table of types equals seqeval's report, with zeros for absent types") {
  for_each_case([](const TagSet& tags, const Json& item) {
    if (!item.contains("per_type")) return;
    const Report report = entity_report(tally_of(tags, item));
    const Json& rows = report.panels[0].data["rows"];
    CHECK(rows.size() == tags.types().size());
    for (const std::string& type : tags.types()) {
      const Json absent = {0.0, 0.0, 0.0, 0};
      const Json& expected = item["per_type"].contains(type) ? item["per_type"][type] : absent;
      check_row(rows[type], expected);
      CHECK(rows[type]["support"] == expected[3]);
    }
  });
}

TEST_CASE("the entities of a sequence are those of seqeval's get_entities") {
  for_each_case([](const TagSet& tags, const Json& item) {
    if (!item.contains("entities")) return;
    const auto rows = item["truth"].get<IdRows>();
    for (size_t row = 0; row < rows.size(); ++row) {
      std::vector<Tag> sequence;
      for (const int32_t id : rows[row]) sequence.push_back(tags.tag(static_cast<size_t>(id)));
      Json found = Json::array();
      for (const Entity& entity : entities_of(sequence)) {
        found.push_back({tags.types()[static_cast<size_t>(entity.type)], entity.begin, entity.end});
      }
      CHECK(found == item["entities"][row]);
    }
  });
}

TEST_CASE("I- without B- begins an entity in the default mode, and none in the strict mode") {
  const TagSet tags({"B-x", "I-x", "O"});
  const EntityTally tally = tally_of(tags, {{"O", "B-x", "I-x"}}, {{"O", "I-x", "I-x"}});
  CHECK(tally.totals().of_types[0].right == 1);
  CHECK(tally.totals().strict[0].predicted == 0);
  CHECK(entity_report(tally).value("f1") == 1);
  CHECK(entity_report(tally).value("f1_strict") == 0);
}

TEST_CASE("entities of tags without prefixes are runs of one tag") {
  const TagSet tags({"ORG", "O", "PER"});
  const EntityTally tally = tally_of(tags, {{"PER", "PER", "ORG", "O", "ORG"}}, {{"PER", "O", "ORG", "O", "ORG"}});
  CHECK(tally.totals().of_types[0].right == 2);
  CHECK(tally.totals().of_types[1].right == 0);
  CHECK(tally.totals().strict[0].right == 2);
  CHECK(tally.totals().right_words == 4);
}

TEST_CASE("an entity that is never closed counts in the default mode only, if the scheme has E-") {
  const TagSet tags({"B-x", "E-x", "I-x", "O", "S-x"});
  const EntityTally tally = tally_of(tags, {{"B-x", "I-x", "O", "S-x"}}, {{"B-x", "I-x", "O", "S-x"}});
  CHECK(tally.totals().of_types[0].right == 2);
  CHECK(tally.totals().strict[0].right == 1);
}

TEST_CASE("without any word all metrics are 0") {
  const TagSet tags({"B-x", "I-x", "O"});
  const Report report = entity_report(EntityTally(tags));
  REQUIRE(report.values.size() == entity_metrics().size());
  for (const auto& [name, value] : report.values) CHECK(value == 0);
}

TEST_CASE("the values of a resample are those of the rows that it drew") {
  for_each_case([](const TagSet& tags, const Json& item) {
    const auto truth = item["truth"].get<IdRows>(), predicted = item["predicted"].get<IdRows>();
    EntityTally drawn(tags);
    std::vector<uint32_t> counts(truth.size());
    for (size_t row = 0; row < truth.size(); ++row) {
      counts[row] = static_cast<uint32_t>(row * 5 % 3);
      for (uint32_t time = 0; time < counts[row]; ++time) drawn.add(truth[row], predicted[row]);
    }
    const EntityTally all = tally_of(tags, item);
    const std::vector<double> values = entity_resampler(all)(RowCounts(counts));
    const Report expected = entity_report(drawn);
    REQUIRE(values.size() == expected.values.size());
    for (size_t i = 0; i < values.size(); ++i) CHECK(values[i] == doctest::Approx(expected.values[i].second));
  });
}

}  // namespace entities_test
