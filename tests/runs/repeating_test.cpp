// A repetition of the same command is bit-identical, at each number of threads.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/sha256.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace repeating_test {

using namespace hone;

struct Outcome {
  std::string weights, optimizer;
  std::vector<Json> losses;
};

// Batches of many tokens, so that every kernel has work for two threads. `before` is a command of the shell.
Outcome train(const std::string& model, int num_threads, const std::string& before = "true") {
  const TemporaryFolder folder;
  const std::filesystem::path rows = folder.write("rows.csv", reviews(400)), out = folder.path() / "out";
  const ProcessResult result = run_shell(fmt::format(
      "{}; \"$HONE\" train --model '{}' --output-dir '{}' --dataset '{}' --validation-split=0.25 --max-steps=12 "
      "--save-steps=12 --eval-strategy=steps --eval-steps=4 --per-device-train-batch-size=128 --max-seq-length=40 "
      "--learning-rate=1e-3 --logging-steps=1 --json-log '{}' --num-threads={}",
      before, tiny_model(model), out.string(), rows.string(), (folder.path() / "log.jsonl").string(), num_threads));
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  Outcome outcome{read_file(out / "model.safetensors"), read_file(out / "checkpoint-12" / "optimizer.safetensors"), {}};
  for (const Json& entry : json_lines(read_file(folder.path() / "log.jsonl"))) {
    for (const char* key : {"loss", "grad_norm", "eval_loss"}) {
      if (entry.contains(key)) outcome.losses.push_back(entry[key]);
    }
  }
  return outcome;
}

TEST_CASE("a run and its repetition are bit-identical, with one thread and with two") {
  for (const std::string model : {"tiny-bert", "tiny-distilbert"}) {
    for (const int num_threads : {1, 2}) {
      INFO(model, ", threads: ", num_threads);
      const Outcome first = train(model, num_threads);
      CHECK(first.losses.size() == 2 * 12 + 3);
      const Outcome second = train(model, num_threads);
      CHECK(Json(second.losses) == Json(first.losses));
      CHECK(sha256(second.weights) == sha256(first.weights));
      CHECK(sha256(second.optimizer) == sha256(first.optimizer));
    }
  }
}

TEST_CASE("OpenMP's own limits of threads change nothing but the time") {
  const Outcome one = train("tiny-bert", 1), two = train("tiny-bert", 2);
  CHECK(sha256(train("tiny-bert", 2, "export OMP_THREAD_LIMIT=1").weights) == sha256(one.weights));
  CHECK(sha256(train("tiny-bert", 2, "export OMP_DYNAMIC=true").weights) == sha256(two.weights));
}

// glibc fills the memory that it gives with a byte. hone has no memory of its own if addresses are limited.
TEST_CASE("nothing depends on what the memory held before") {
  for (const std::string model : {"tiny-bert", "tiny-distilbert"}) {
    CAPTURE(model);
    const auto filled = [&](int byte) {
      return train(model, 2, fmt::format("ulimit -v 60000000; export MALLOC_PERTURB_={}", byte));
    };
    const Outcome first = filled(1), second = filled(255);
    CHECK(Json(second.losses) == Json(first.losses));
    CHECK(sha256(second.weights) == sha256(first.weights));
    CHECK(sha256(second.optimizer) == sha256(first.optimizer));
  }
}

}  // namespace repeating_test
