#include "watch/run_metrics.h"

#include <doctest/doctest.h>

#include <fstream>

#include "base/files.h"
#include "temporary_folder.h"

namespace run_metrics_test {

using namespace hone;
using namespace hone::watch;

void append(const TemporaryFolder& folder, const std::string& text) {
  std::ofstream(folder.path() / "metrics.jsonl", std::ios::app | std::ios::binary) << text;
}

using Entries = std::vector<std::string>;

TEST_CASE("a reader continues from its position, and does not read an incomplete line yet") {
  const TemporaryFolder folder;
  RunMetrics metrics;
  append(folder, "{\"step\":1}\n{\"step\":2}\n{\"st");
  MetricsPart part = metrics.read(folder.path(), {});
  CHECK(part.entries == Entries{"{\"step\":1}", "{\"step\":2}"});
  CHECK(part.next == 22);
  CHECK_FALSE(part.restarted);
  CHECK_FALSE(part.is_more);
  part = metrics.read(folder.path(), {part.next, part.generation});
  CHECK(part.entries.empty());
  CHECK(part.next == 22);
  append(folder, "ep\":3}\n");
  part = RunMetrics().read(folder.path(), {part.next, part.generation});  // as after a restart of the server
  CHECK(part.entries == Entries{"{\"step\":3}"});
  CHECK_FALSE(part.restarted);
}

TEST_CASE("a rewritten file is read from its start") {
  const TemporaryFolder folder;
  RunMetrics metrics;
  append(folder, "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
  const MetricsPart before = metrics.read(folder.path(), {});
  replace_file(folder.path() / "metrics.jsonl", "{\"step\":1}\n{\"step\":2}\n");
  const MetricsPart after = metrics.read(folder.path(), {before.next, before.generation});
  CHECK(after.generation != before.generation);
  CHECK(after.restarted);
  CHECK(after.entries.size() == 2);
  const MetricsPart beyond = metrics.read(folder.path(), {1000, after.generation});
  CHECK(beyond.restarted);
  CHECK(beyond.entries.size() == 2);
}

TEST_CASE("lines that are not JSON objects are skipped") {
  const TemporaryFolder folder;
  append(folder,
         "garbage\n\n[1]\n{\"a\":NaN}\n{\"a\":1}\r\n{\"a\":\n" + std::string(200, '{') + "\n\xFF\xFE\n{\"b\":2}\n");
  const MetricsPart part = RunMetrics().read(folder.path(), {});
  CHECK(part.entries == Entries{"{\"a\":1}", "{\"b\":2}"});
}

TEST_CASE("a long file is returned in parts, and an endless line does not block the reader") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 40'000; ++i)
    text += "{\"step\":" + std::to_string(100'000 + i) + ",\"loss\":0.123456789012345}\n";
  append(folder, text + std::string(3 << 20, 'x') + "\n{\"last\":1}\n");
  RunMetrics metrics;
  size_t entries = 0, parts = 0;
  MetricsPart part = metrics.read(folder.path(), {});
  for (; part.is_more && parts < 100; ++parts) {
    entries += part.entries.size();
    part = metrics.read(folder.path(), {part.next, part.generation});
  }
  CHECK(parts >= 4);
  CHECK(entries + part.entries.size() == 40'001);
  CHECK(part.entries.back() == "{\"last\":1}");
}

TEST_CASE("without a metrics file the metrics come from trainer_state.json, and a new run has none") {
  const TemporaryFolder folder;
  RunMetrics metrics;
  CHECK(metrics.read(folder.path(), {}).entries.empty());
  folder.write("trainer_state.json", "{\"log_history\": [{\"step\": 1, \"loss\": NaN}, 5, {\"step\": 2}]}");
  MetricsPart part = metrics.read(folder.path(), {});
  CHECK(part.entries == Entries{"{\"step\":1,\"loss\":null}", "{\"step\":2}"});
  CHECK(part.next == 2);
  part = metrics.read(folder.path(), {2, part.generation});
  CHECK(part.entries.empty());
  CHECK_FALSE(part.restarted);
  folder.write("trainer_state.json", "{\"log_history\": [{\"step\": 1}, {\"step\": 2}, {\"step\": 3}]}");
  part = metrics.read(folder.path(), {2, part.generation});
  CHECK(part.restarted);
  CHECK(part.entries.size() == 3);
  folder.write("trainer_state.json", "{\"log_history\": 7}");
  CHECK(metrics.read(folder.path(), {}).entries.empty());
  folder.write("run.json", "{}");
  folder.write("trainer_state.json", "{\"log_history\": [{\"step\": 1}]}");
  CHECK(metrics.read(folder.path(), {}).entries.empty());
}

}  // namespace run_metrics_test
