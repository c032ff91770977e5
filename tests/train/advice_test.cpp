#include "train/advice.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "train/train_fixture.h"

using namespace hone;
using namespace hone::train;

namespace {

// A run of 20 rows, 3 steps an epoch, of which there is nothing to say.
struct Case {
  Case() {
    options.logging_steps = 3;
    options.max_seq_length = 16;
    for (uint64_t row = 0; row < 20; ++row) add_row(train, 10, row, static_cast<int64_t>(row % 2));
  }
  std::vector<std::string> notes() const {
    const Plan plan = make_plan(options, static_cast<int64_t>(train.size()));
    return advice({options, plan, train, labels, rows_of_label, static_cast<uint64_t>(options.max_seq_length), 2});
  }
  std::string only_note() const {
    const auto found = notes();
    REQUIRE(found.size() == 1);
    return found[0];
  }

  TrainOptions options;
  task::Features train;
  std::vector<std::string> labels = {"NEGATIVE", "POSITIVE"};
  std::vector<uint64_t> rows_of_label = {10, 10};
};

}  // namespace

TEST_CASE("a sound run gets no advice") { CHECK(Case().notes().empty()); }

TEST_CASE("a warm-up of more than half the run is told with both numbers") {
  Case with;
  with.options.warmup_steps = 4;
  CHECK(with.notes().empty());
  with.options.warmup_steps = 5;
  CHECK(contains(with.only_note(), "the warm-up takes 5 of 9 steps, more than half the run"));
  with.options.warmup_steps = 50;
  CHECK(contains(with.only_note(), "the warm-up takes 9 of 9 steps"));
}

TEST_CASE("a warm-up that the schedule does not have is told") {
  Case with;
  with.options.lr_scheduler_type = "constant";
  with.options.warmup_ratio = 0.1;
  CHECK(contains(with.only_note(), "lr_scheduler_type constant has no warm-up"));
}

TEST_CASE("logging beyond the last step is told with what would log") {
  Case with;
  with.options.logging_steps = 10;
  CHECK(contains(with.only_note(), "logging_steps is 10, but the run has 9 steps"));
  CHECK(contains(with.only_note(), "(--logging-steps 1)"));
  with.options.logging_steps = 9;
  CHECK(with.notes().empty());
}

TEST_CASE("rows that were cut are counted, and the share of tokens that is lost") {
  Case with;
  with.train.num_cut_rows = 5;
  with.train.num_cut_tokens = 50;
  CHECK(contains(with.only_note(), "5 of 20 training rows (25.0 %) are longer than max_seq_length 16 and were cut"));
  CHECK(contains(with.only_note(), "20.0 % of all tokens are not seen"));
}

TEST_CASE("classes without training rows are named") {
  Case with;
  with.rows_of_label = {20, 0};
  CHECK(contains(with.only_note(), "no training row has the label POSITIVE: the model cannot learn it"));
  with.labels = {"a", "b", "c"};
  with.rows_of_label = {0, 20, 0};
  CHECK(contains(with.only_note(), "no training row has the labels a, c: the model cannot learn them"));
}

TEST_CASE("padding that was asked for is told with the tokens that it saves") {
  Case with;
  with.options.pad_to_max_length = true;
  with.options.max_seq_length = 512;
  // 20 rows of 10 tokens
  CHECK(contains(with.only_note(), "10040 tokens of padding an epoch beside 200 real ones (51.2 times the work)"));
}

TEST_CASE("rows of special tokens only are counted") {
  Case with;
  add_row(with.train, 2, 0, 0);
  CHECK(contains(with.only_note(), "1 of 21 training rows hold no token but the special ones"));
  CHECK_FALSE(contains(with.only_note(), "max_seq_length"));
}

TEST_CASE("a max_seq_length that leaves room for special tokens only is told") {
  Case with;
  with.train = {};
  for (uint64_t row = 0; row < 20; ++row) add_row(with.train, 2, row, 0);
  with.options.max_seq_length = 2;
  CHECK(contains(with.only_note(), "20 of 20 training rows"));
  CHECK(contains(with.only_note(), "(max_seq_length 2 leaves room for nothing else)"));
}

TEST_CASE("a learning rate of 0, and one far too high, are told") {
  Case with;
  with.options.learning_rate = 0;
  CHECK(with.only_note() == "learning_rate is 0: nothing will be learned");
  with.options.learning_rate = 0.01;
  CHECK(contains(with.only_note(), "learning_rate 0.01 is far above what fine-tuning takes"));
  with.options.optim = "sgd";
  CHECK(with.notes().empty());
}
