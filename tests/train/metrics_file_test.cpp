#include "train/metrics_file.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace metrics_file_test {

using namespace hone;
using namespace hone::train;

void log(RunState& state, int64_t step, const Json& seconds) {
  state.log_history.push_back({{"loss", 0.5}, {"step", step}});
  state.log_seconds.push_back(seconds);
}

TEST_CASE("the file of a new run is empty at first and gets a line with the time for each entry") {
  const TemporaryFolder folder;
  const auto path = folder.write("metrics.jsonl", "of an older run\n");
  MetricsFile file(path);
  RunState state;
  file.write_anew(state);
  CHECK(read_file(path).empty());
  log(state, 5, 1.25);
  file.add_last(state);
  log(state, 10, 2.5);
  file.add_last(state);
  CHECK(read_file(path) == "{\"loss\":0.5,\"step\":5,\"time\":1.25}\n{\"loss\":0.5,\"step\":10,\"time\":2.5}\n");
}

TEST_CASE("the file of a resumed run ends at its checkpoint, and an unknown time is absent") {
  const TemporaryFolder folder;
  const auto path = folder.write("metrics.jsonl", "{\"step\":5}\n{\"step\":10}\n{\"step\":15}\n");
  RunState state;
  log(state, 5, nullptr);
  log(state, 10, 2.5);
  MetricsFile file(path);
  file.write_anew(state);
  CHECK(read_file(path) == "{\"loss\":0.5,\"step\":5}\n{\"loss\":0.5,\"step\":10,\"time\":2.5}\n");
}

TEST_CASE("an entry that could not be written is written with the next one") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "later" / "metrics.jsonl";
  MetricsFile file(path);
  RunState state;
  CHECK(expect_error([&] { file.write_anew(state); }).kind() == ErrorKind::kIo);
  log(state, 5, 1);
  const Error error = expect_error([&] { file.add_last(state); });
  CHECK(contains(error.what(), path.string()));
  std::filesystem::create_directory(path.parent_path());
  log(state, 10, 2);
  file.add_last(state);
  CHECK(read_file(path) == "{\"loss\":0.5,\"step\":5,\"time\":1}\n{\"loss\":0.5,\"step\":10,\"time\":2}\n");
}

}  // namespace metrics_file_test
