#include "task/splits.h"

#include <doctest/doctest.h>

#include <set>

#include "captured_log.h"
#include "expect_error.h"
#include "task/chosen_rows.h"

namespace splits_test {

using namespace hone;

// Returns csv rows "NAME 0", "NAME 1", ... with alternating labels.
std::string csv(const std::string& name, int count) {
  std::string text = "text,label\n";
  for (int row = 0; row < count; ++row) text += name + " " + std::to_string(row) + "," + (row % 2 ? "b" : "a") + "\n";
  return text;
}

std::vector<std::string> texts(const table::Rows& rows) {
  std::vector<std::string> result;
  for (uint64_t row = 0; row < rows.size(); ++row) result.emplace_back(rows.text(row, "text").value());
  return result;
}

// A folder in the Hub's layout with these splits, each of 20 rows.
struct DataSet {
  explicit DataSet(const std::vector<std::string>& splits) {
    for (const std::string& split : splits) folder.write(split + ".csv", csv(split, 20));
    request.rows.dataset = folder.path();
    request.evaluated_by = "eval-strategy";
  }
  TemporaryFolder folder;
  task::SplitRequest request;
};

Error refused(const task::SplitRequest& request) {
  return expect_error([&] { training_rows(request); });
}

TEST_CASE("validation rows are used for evaluation if there are any, and test rows stay unused") {
  DataSet data({"train", "validation", "test"});
  const std::string log = captured_log([&] {
    const ChosenRows rows = training_rows(data.request);
    CHECK(rows.evaluation_name == "validation");
    CHECK(texts(*rows.evaluation).front() == "validation 0");
    CHECK(texts(rows.train).front() == "train 0");
    CHECK(rows.train.size() == 20);
  });
  CHECK(log.empty());
}

TEST_CASE("test rows are kept for the end if other rows evaluate the training, or if they are named") {
  DataSet data({"train", "validation", "test"});
  data.request.takes_test = true;
  const ChosenRows rows = training_rows(data.request);
  CHECK(rows.evaluation_name == "validation");
  REQUIRE(rows.test.has_value());
  CHECK(texts(*rows.test).front() == "test 0");
  DataSet two({"train", "test"});
  two.request.takes_test = true;
  two.request.evaluated_by = "";
  CHECK_FALSE(training_rows(two.request).test.has_value());
  two.request.test_file = {(two.folder.path() / "test.csv").string()};
  CHECK(training_rows(two.request).test.has_value());
  two.request.evaluated_by = "eval-strategy";  // now they evaluate the training
  const std::string log = captured_log([&] { CHECK_FALSE(training_rows(two.request).test.has_value()); });
  CHECK(contains(log, "test rows evaluate the training"));
}

TEST_CASE("test rows that are kept for the end do not decide which labels exist; those that evaluate do") {
  DataSet data({"train", "validation", "test"});
  data.request.takes_test = true;
  for (const char* split : {"train", "validation"}) {
    data.folder.write(fmt::format("{}.csv", split), "text,label\nx,0\ny,1\n");
  }
  data.folder.write("test.csv", "text,label\nx,0\ny,2\n");
  const ChosenRows rows = training_rows(data.request);
  CHECK(rows.labels() == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(rows.test->size() == 2);
  std::filesystem::remove(data.folder.path() / "validation.csv");
  CHECK(training_rows(data.request).labels().size() == 3);
}

TEST_CASE("test rows without labels are not evaluated, with a note") {
  DataSet data({"train", "validation"});
  data.request.takes_test = true;
  data.folder.write("test.csv", "text\na\nb\n");
  std::string log = captured_log([&] { CHECK_FALSE(training_rows(data.request).test.has_value()); });
  CHECK(contains(log, "the test rows lack the column \"label\" of the training rows, so they are not evaluated"));
  data.folder.write("test.csv", "text,label\na,\nb,\n");
  log = captured_log([&] { CHECK_FALSE(training_rows(data.request).test.has_value()); });
  CHECK(contains(log, "no test row has text and label, so the test rows are not evaluated"));
}

TEST_CASE("validation rows take precedence over validation_split, with a note") {
  DataSet data({"train", "validation"});
  data.request.sample.validation_split = 0.2;
  const std::string log = captured_log([&] {
    const ChosenRows rows = training_rows(data.request);
    CHECK(rows.evaluation_name == "validation");
    CHECK(rows.train.size() == 20);
  });
  CHECK(log == "the data set has validation rows: validation_split is not used\n");
}

TEST_CASE("validation_split holds training rows out, even if there are test rows") {
  DataSet data({"train", "test"});
  data.request.sample.validation_split = 0.2;
  const std::string log = captured_log([&] {
    const ChosenRows rows = training_rows(data.request);
    CHECK(rows.evaluation_name == "held-out");
    CHECK(rows.evaluation->size() == 4);
    CHECK(rows.train.size() == 16);
    CHECK(rows.all_train.size() == 16);
    std::set<std::string> seen;
    for (const table::Rows& part : {rows.train, *rows.evaluation}) {
      for (const std::string& text : texts(part)) CHECK(seen.insert(text).second);
    }
    CHECK(seen.size() == 20);
  });
  CHECK(log.empty());
}

TEST_CASE("test rows are used for evaluation only if there are no others, with a warning") {
  DataSet data({"train", "test"});
  const std::string log = captured_log([&] {
    const ChosenRows rows = training_rows(data.request);
    CHECK(rows.evaluation_name == "test");
    CHECK(texts(*rows.evaluation).front() == "test 0");
  });
  CHECK(log.starts_with("warning: there are no validation rows, so test rows evaluate the training"));
  CHECK(contains(log, "--validation-split 0.1"));
}

TEST_CASE("a run without evaluation uses no test rows and requires none") {
  DataSet data({"train", "test"});
  data.request.evaluated_by = "";
  const std::string log = captured_log([&] { CHECK_FALSE(training_rows(data.request).evaluation.has_value()); });
  CHECK(log.empty());
}

TEST_CASE("a run with evaluation but without evaluation rows is a usage error") {
  const DataSet data({"train"});
  const Error error = refused(data.request);
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "there are no rows to evaluate on, which --eval-strategy needs");
  CHECK(contains(error.hint(), "--validation-split 0.1"));
}

TEST_CASE("files set by options take precedence over the splits of the data set") {
  DataSet data({"train", "validation"});
  data.request.train_file = {data.folder.write("more/mine.csv", csv("mine", 6)).string()};
  data.request.rows.dataset = data.folder.path() / "validation.csv";
  data.request.evaluated_by = "";
  const ChosenRows rows = training_rows(data.request);
  CHECK(texts(rows.train) == std::vector<std::string>{"mine 0", "mine 1", "mine 2", "mine 3", "mine 4", "mine 5"});
}

TEST_CASE("rows are shuffled, then the first ones are used; the labels come from all rows") {
  DataSet data({"train", "validation"});
  data.request.max_train_samples = 5;
  data.request.sample.max_eval_samples = 3;
  const ChosenRows in_order = training_rows(data.request);
  CHECK(texts(in_order.train).back() == "train 4");
  CHECK(in_order.evaluation->size() == 3);
  CHECK(in_order.all_train.size() == 20);
  data.request.sample.shuffle_seed = 42;
  const ChosenRows shuffled = training_rows(data.request);
  CHECK(texts(shuffled.train) == texts(in_order.all_train.shuffle(42).take(5)));
  CHECK(texts(shuffled.train) != texts(in_order.train));
}

TEST_CASE("rows without text or label are skipped with a note, or are errors in strict mode") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("rows.csv", "text,label\ngood,a\n,b\nbad,b\nfun,\n").string()};
  const std::string log = captured_log([&] { CHECK(training_rows(request).train.size() == 2); });
  CHECK(contains(log, "skipped 1 row without text, the first: "));
  CHECK(contains(log, "rows.csv:3 (text is null)"));
  CHECK(contains(log, "skipped 1 row without a label, the first: "));
  CHECK(contains(log, "rows.csv:5 (label is null)"));
  request.rows.strict = true;
  const Error error = refused(request);
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "rows.csv:3"));
}

TEST_CASE("training and evaluation rows share one label map") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", "text,label\na,0\nb,1\n").string()};
  request.validation_file = {folder.write("validation.csv", "text,label\nc,-1\nd,1\n").string()};
  const std::string log = captured_log([&] {
    const ChosenRows rows = training_rows(request);
    CHECK(rows.labels() == std::vector<std::string>{"-1", "0", "1"});
    CHECK(rows.task->strata(rows.train) == std::vector<int64_t>{1, 2});
    CHECK(rows.task->strata(*rows.evaluation) == std::vector<int64_t>{0, 2});
  });
  CHECK(contains(log, "warning: no training row has the label -1, which validation rows hold"));
  CHECK_FALSE(contains(log, "skipped"));
}

TEST_CASE("validation rows with only -1 are unlabelled, so that no evaluation rows remain") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", "text,label\na,0\nb,1\n").string()};
  request.validation_file = {folder.write("validation.csv", "text,label\nc,-1\nd,-1\n").string()};
  const std::string log = captured_log(
      [&] { CHECK(std::string(refused(request).what()) == "there is no complete validation row to evaluate on"); });
  CHECK(contains(log, "skipped 2 rows without a label"));
}

TEST_CASE("labels that are not 0 to n-1 get new ids, with a note") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", "text,label\na,1\nb,5\n").string()};
  CHECK(captured_log([&] { training_rows(request); }) == "the labels 1, 5 get the ids 0 to 1\n");
}

TEST_CASE("training rows with a single class are an error that names it") {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& rows) {
    task::SplitRequest request;
    request.train_file = {folder.write("train.csv", "text,label\n" + rows).string()};
    return refused(request);
  };
  CHECK(std::string(message("a,good\nb,good\nc,good\n").what()) == "all 3 training rows have the same label \"good\"");
  CHECK(std::string(message("a,true\nb,true\n").what()) == "all 2 training rows have the same label \"True\"");
  CHECK(contains(message("a,0\n").hint(), "at least two classes"));
}

TEST_CASE("requested names may include classes without rows") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", "text,label\na,good\nb,good\n").string()};
  CHECK(training_rows(request, "good,bad").labels() == std::vector<std::string>{"good", "bad"});
}

TEST_CASE("evaluation matches cells with the model's label names") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.rows.dataset = folder.write("rows.csv", "text,label\na,neg\nb,pos\nc,0\n");
  const ChosenSplit rows = evaluation_rows(request, "", {"pos", "neg"});
  CHECK(rows.task->strata(rows.rows) == std::vector<int64_t>{1, 0, 0});
}

TEST_CASE("no data set, no train split and no complete row are errors") {
  const Error nothing = refused({});
  CHECK(nothing.kind() == ErrorKind::kUsage);
  CHECK(std::string(nothing.what()) == "no rows were named");
  CHECK(contains(nothing.hint(), "--dataset"));

  const DataSet data({"validation", "test"});
  const Error no_train = refused(data.request);
  CHECK(no_train.kind() == ErrorKind::kInput);
  CHECK(std::string(no_train.what()) == "the data set has no split \"train\"");
  CHECK(no_train.hint() == "it has: test, validation");

  const TemporaryFolder folder;
  const std::string whole = folder.write("train.csv", csv("train", 4)).string();
  const std::string blank = folder.write("blank.csv", "text,label\n,a\n,b\n").string();
  captured_log([&] {
    task::SplitRequest request;
    request.train_file = {blank};
    CHECK(std::string(refused(request).what()) == "there is no complete row to train on");
    request.train_file = {whole};
    request.validation_file = {blank};
    CHECK(std::string(refused(request).what()) == "there is no complete validation row to evaluate on");
    request.train_file.clear();
    const Error error = expect_error([&] { evaluation_rows(request, "validation"); });
    CHECK(std::string(error.what()) == "there is no complete row to evaluate on");
  });
}

TEST_CASE("evaluation uses the named split, by default the first existing one of validation, test and train") {
  const DataSet all({"train", "validation", "test"}), two({"train", "test"}), one({"train"});
  CHECK(evaluation_rows(all.request, "").name == "validation");
  CHECK(evaluation_rows(two.request, "").name == "test");
  CHECK(evaluation_rows(one.request, "").name == "train");
  const ChosenSplit named = evaluation_rows(all.request, "test");
  CHECK(named.name == "test");
  CHECK(texts(named.rows).front() == "test 0");
  const Error error = expect_error([&] { evaluation_rows(one.request, "tset"); });
  CHECK(std::string(error.what()) == "the data set has no split \"tset\"");
  CHECK(error.hint() == "it has: train");
}

TEST_CASE("evaluation with validation_split uses exactly the rows that the run with this seed held out") {
  DataSet data({"train", "test"});
  data.request.sample.validation_split = 0.3;
  for (const uint64_t seed : {7, 8}) {
    data.request.seed = seed;
    const ChosenSplit rows = evaluation_rows(data.request, "");
    CHECK(rows.name == "held-out");
    CHECK(texts(rows.rows) == texts(*training_rows(data.request).evaluation));
  }
}

}  // namespace splits_test
