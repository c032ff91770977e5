#include "train/kept_prefixes.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "kernel/cpu.h"
#include "temporary_folder.h"
#include "train/busy_run.h"
#include "train/freezing.h"
#include "train/run_files.h"

namespace kept_prefixes_test {

using namespace hone;
using namespace hone::train;

TEST_CASE("a budget is a quarter of the memory and half of the disk, or a size for both") {
  const CacheBudget automatic = cache_budget("auto", 8000, 1000);
  CHECK(automatic.memory_bytes == 2000);
  CHECK(automatic.disk_bytes == 500);
  CHECK(automatic.total_bytes == 2500);
  const CacheBudget size = cache_budget("3kB", 8000, 1000);
  CHECK(size.memory_bytes == 2000);
  CHECK(size.disk_bytes == 1000);
  CHECK(size.total_bytes == 3000);
  CHECK(cache_budget("100", 8000, 1000).memory_bytes == 100);
  CHECK(cache_budget("0", 8000, 1000).total_bytes == 0);
  const Error error = expect_error([] { cache_budget("2 elephants", 8000, 1000); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "cache_budget \"2 elephants\" is not a size"));
  CHECK(contains(error.hint(), "2GB"));
}

TEST_CASE("all rows are kept if the first tokens, or all tokens of rows with a trained layer, fit into one place") {
  const TemporaryFolder folder;
  TrainOptions options;
  options.model_name_or_path = fixture_models() / "tiny-bert";
  options.train_file = {folder.write("train.csv", three_label_rows(20)).string()};
  options.validation_file = {folder.write("validation.csv", three_label_rows(10)).string()};
  options.eval_strategy = "epoch";
  options.compute = {.num_threads = 1, .device = "cpu", .precision = "fp32"};
  const auto fits = [&](const Prepared& prepared, uint64_t memory, uint64_t disk, uint64_t total) {
    return keeps_all_rows(prepared, {.memory_bytes = memory, .disk_bytes = disk, .total_bytes = total});
  };
  CHECK_FALSE(fits(prepare(options), UINT64_MAX, UINT64_MAX, UINT64_MAX));  // nothing is frozen
  options.freeze = {"all-but-head"};
  const Prepared head = prepare(options);
  const uint64_t row = 4 * static_cast<uint64_t>(head.loaded.model->width());  // the first token in fp32
  CHECK(fits(head, 30 * row, 0, 30 * row));
  CHECK_FALSE(fits(head, 30 * row - 1, 0, 30 * row));
  CHECK_FALSE(fits(head, 30 * row, 0, 30 * row - 1));
  CHECK(fits(head, 10 * row, 20 * row, 30 * row));  // the training rows in the file, the evaluation rows in memory
  CHECK_FALSE(fits(head, 15 * row, 15 * row, 30 * row));
  options.freeze = {"embeddings+1"};
  const Prepared layers = prepare(options);
  uint64_t tokens = 0;
  for (const task::Examples* examples : {layers.train.get(), layers.evaluation.get()}) {
    for (uint64_t i = 0; i < examples->size(); ++i) tokens += examples->length(i);
  }
  CHECK(fits(layers, tokens * row, 0, tokens * row));
  CHECK_FALSE(fits(layers, tokens * row - 1, 0, tokens * row));
}

// Trains with frozen layers, with or without a cache, and returns everything that a run results in.
Ending frozen_ending(TrainOptions options, const std::string& family, bool keeps, uint64_t file_bytes = 0,
                     int64_t stop = 0) {
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  const auto prepare_run = [&](TinyRun& run) {
    if (!keeps) return;
    const uint64_t memory = file_bytes > 0 ? 0 : 1 << 20;
    for (task::Examples* examples : {run.train.get(), run.evaluation.get()}) {
      model::PrefixCache* cache = examples->keep_prefix(
          run.loaded.model, {.memory_bytes = memory,
                             .file_bytes = file_bytes,
                             .file = folder.path() / (examples == run.train.get() ? "train" : "evaluation")});
      if (examples == run.train.get()) cache->fill(run.trainer->next_rows(), {});
    }
  };
  if (stop > 0) {
    TrainOptions first = options;
    first.stop_after_steps = stop;
    TinyRun run(first, made_up_rows(22), true, family);
    prepare_run(run);
    CHECK(run.run() == RunEnd::kStoppedAfterSteps);
  }
  TinyRun run(options, made_up_rows(22), true, family);
  prepare_run(run);
  CHECK((stop > 0 ? run.resume(stop) : run.run()) == RunEnd::kFinished);
  return ending(run);
}

TEST_CASE("a run that keeps the output of frozen layers equals one that does not, bit for bit, in every family") {
  for (const std::string& name : tiny_models()) {
    if (!keeps_prefixes(name)) continue;  // its layers depend on the batch
    for (const char* freeze : {"embeddings+1", "all-but-head"}) {
      CAPTURE(name);
      CAPTURE(freeze);
      TrainOptions options = busy_options("");
      options.freeze = {freeze};
      const Ending expected = frozen_ending(options, family_of_tiny(name), false);
      check_same(frozen_ending(options, family_of_tiny(name), true), expected);
    }
  }
}

TEST_CASE(
    "the same holds with a file, with a file for a part of the rows, after a stop, and with other orders of rows") {
  TrainOptions options = busy_options("");
  options.freeze = {"embeddings+1"};
  options.group_by_length = true;
  const Ending expected = frozen_ending(options, "bert", false);
  check_same(frozen_ending(options, "bert", true, 1 << 20), expected);
  check_same(frozen_ending(options, "bert", true, 8000), expected);
  check_same(frozen_ending(options, "bert", true, 0, 4), expected);
  options.gradient_checkpointing = true;
  check_same(frozen_ending(options, "bert", true), expected);
  check_same(frozen_ending(options, "bert", false), expected);
}

TEST_CASE("several threads and bf16 change nothing of this") {
  TrainOptions options = busy_options("");
  options.freeze = {"embeddings+1"};
  options.compute.num_threads = 3;
  check_same(frozen_ending(options, "bert", true), frozen_ending(options, "bert", false));
  if (!kernel::has_native_bf16()) return;
  options.compute.precision = "bf16";
  check_same(frozen_ending(options, "bert", true), frozen_ending(options, "bert", false));
}

TEST_CASE("frozen parameters have no optimizer state and do not change; the others do") {
  TrainOptions options = busy_options("");
  options.freeze = {"embeddings+1"};
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  TinyRun run(options, made_up_rows(22));
  const Tensors before = run.weights();
  run.run();
  const Tensors after = run.weights();
  const Tensors optimizer = run.saved(run.plan.total_steps, kOptimizerFile);
  for (const model::NamedParameter& parameter : model::named_parameters(*run.loaded.model)) {
    CAPTURE(parameter.name);
    const bool is_trained = parameter.tensor.requires_grad();
    CHECK(at::equal(before.at(parameter.name), after.at(parameter.name)) != is_trained);
    CHECK(optimizer.contains(parameter.name + ".exp_avg") == is_trained);
  }
}

TEST_CASE("the mode \"train\" keeps the dropout of frozen parts") {
  TrainOptions options = busy_options("");
  options.freeze = {"embeddings+1"};
  const Ending evaluates = frozen_ending(options, "bert", false);
  options.frozen_mode = "train";
  const Ending trains = frozen_ending(options, "bert", false);
  CHECK_FALSE(same_bits(trains.weights, evaluates.weights));
  options.gradient_checkpointing = true;
  check_same(frozen_ending(options, "bert", false), trains);
  // Without dropout both modes compute the same up to rounding.
  TrainOptions plain = quiet_options("");
  plain.freeze = {"embeddings+1"};
  TinyRun one(plain, made_up_rows(22), /*dropout=*/false);
  one.run();
  plain.frozen_mode = "train";
  TinyRun other(plain, made_up_rows(22), /*dropout=*/false);
  other.run();
  // The gradient of a key's bias is 0, because softmax ignores what all keys share; AdamW makes steps of its rounding.
  Tensors trained = one.weights();
  std::erase_if(trained, [](const auto& entry) { return entry.first.ends_with("key.bias"); });
  CHECK(largest_difference(trained, other.weights()) < 1e-5);
}

// A run of `hone train` on rows in a file.
TrainOptions file_options(const TemporaryFolder& folder) {
  TrainOptions options = quiet_options(folder.path() / "out");
  std::string rows = "text,label\n";
  for (int row = 0; row < 20; ++row) {
    rows += fmt::format("a movie {} fun,{}\n", std::string(static_cast<size_t>(row % 7), 'x'),
                        row % 3 == 0   ? "NEGATIVE"
                        : row % 3 == 1 ? "NEUTRAL"
                                       : "POSITIVE");
  }
  options.train_file = options.validation_file = {folder.write("rows.csv", rows).string()};
  options.eval_strategy = "epoch";
  options.freeze = {"embeddings+1"};
  return options;
}

TEST_CASE("the rows of a run are kept in memory, in files of its folder, or not at all, and it says so") {
  const TemporaryFolder folder;
  TrainOptions options = file_options(folder);
  std::filesystem::create_directories(options.output_dir);
  const auto start_of = [&](const std::string& budget) {
    options.cache_budget = budget;
    Prepared prepared = prepare(options);
    std::string text;
    {
      KeptPrefixes kept(options, prepared, options.output_dir);
      const std::vector<uint64_t> rows{0, 1, 2};
      kept.compute(rows, {});
      CHECK(kept.described_end().empty());
      text = kept.described_start();
    }
    CHECK(std::filesystem::is_empty(options.output_dir));
    return text;
  };
  CHECK(contains(start_of("auto"), "the output of layer 1 for 40 rows, computed once: "));
  CHECK(contains(start_of("auto"), " in memory"));
  CHECK(start_of("0").empty());
  const std::string part = start_of("10kB");
  CHECK(contains(part, "more do not fit into --cache-budget and are computed at each use"));
  options.freeze = {"embeddings"};
  CHECK(start_of("auto").empty());
  options.freeze = {};
  CHECK(start_of("auto").empty());
}

TEST_CASE("a stopped run leaves what it kept for the run that resumes, which removes it at its end") {
  const TemporaryFolder folder;
  TrainOptions options = file_options(folder);
  std::filesystem::create_directories(options.output_dir);
  const std::vector<uint64_t> rows{0, 1, 2, 5};
  {
    Prepared prepared = prepare(options);
    KeptPrefixes kept(options, prepared, options.output_dir);
    kept.compute(rows, {});
    kept.keep_for_later();
    CHECK(std::filesystem::exists(options.output_dir / kTrainPrefixFile));
  }
  {
    Prepared prepared = prepare(options);
    KeptPrefixes kept(options, prepared, options.output_dir);
    CHECK(contains(kept.described_start(), "4 rows from an earlier run"));
  }
  CHECK_FALSE(std::filesystem::exists(options.output_dir / kTrainPrefixFile));
  CHECK_FALSE(std::filesystem::exists(options.output_dir / kEvaluationPrefixFile));
}

TEST_CASE("values of a model with another configuration are not used again, though its weights are the same") {
  const TemporaryFolder folder;
  TrainOptions options = file_options(folder);
  std::filesystem::create_directories(options.output_dir);
  const auto reuses = [&](const std::string& overridden) {
    {
      Prepared prepared = prepare(options);
      KeptPrefixes kept(options, prepared, options.output_dir);
      kept.compute(std::vector<uint64_t>{0, 1}, {});
      kept.keep_for_later();
    }
    TrainOptions other = options;
    if (!overridden.empty()) other.config_overrides = {overridden};
    Prepared prepared = prepare(other);
    const KeptPrefixes kept(other, prepared, other.output_dir);
    return contains(kept.described_start(), "2 rows from an earlier run");
  };
  CHECK(reuses(""));
  CHECK_FALSE(reuses("hidden_act=relu"));
}

TEST_CASE("the files of an earlier session count as free, because they are replaced") {
  const TemporaryFolder folder;
  constexpr uint64_t kSize = uint64_t{1} << 40;
  folder.write(kTrainPrefixFile, "");
  folder.write(kEvaluationPrefixFile, "1234");
  const uint64_t before = std::filesystem::space(folder.path()).available;
  std::filesystem::resize_file(folder.path() / kTrainPrefixFile, kSize);  // takes no space
  const uint64_t free = free_disk_of(folder.path());
  CHECK(free > before / 2 + kSize);
  CHECK(free < before * 2 + kSize);
  CHECK(free_disk_of(folder.path() / "none") == 0);
}

TEST_CASE("values in memory are not left for a resumed run if the disk has less free than they take") {
  const TemporaryFolder folder;
  TrainOptions options = file_options(folder);
  std::filesystem::create_directories(options.output_dir);
  uint64_t free = 1'000'000;
  {
    Prepared prepared = prepare(options);
    KeptPrefixes kept(options, prepared, options.output_dir, [&](const std::filesystem::path&) { return free; });
    kept.compute(std::vector<uint64_t>{0, 1}, {});
    free = 100;
    const std::string log = captured_log([&] { kept.keep_for_later(); });
    CHECK(contains(log, "the output of the frozen layers is not kept, so the next run computes it again: it takes "));
    CHECK(contains(log, "and --cache-budget leave 50"));
  }
  CHECK(std::filesystem::is_empty(options.output_dir));
}

TEST_CASE("a run that keeps nothing removes what a killed run left") {
  const TemporaryFolder folder;
  TrainOptions options = file_options(folder);
  folder.write("out/frozen_train.cache", "left");
  options.cache_budget = "0";
  Prepared prepared = prepare(options);
  const KeptPrefixes kept(options, prepared, options.output_dir);
  CHECK(std::filesystem::is_empty(options.output_dir));
}

}  // namespace kept_prefixes_test
