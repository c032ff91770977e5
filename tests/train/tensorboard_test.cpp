// Tags follow transformers' rewrite_logs, the folder's name its default_logdir (integration_utils.py).
// tests/cli/event_files.py checks what TensorBoard itself reads.
#include "train/tensorboard.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <filesystem>

#include "base/files.h"
#include "base/host.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace tensorboard_test {

using namespace hone;
using namespace hone::train;

std::string only_file(const std::filesystem::path& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) bytes += read_file(entry.path());
  return bytes;
}

TEST_CASE("TensorBoard is a reporter if report_to contains tensorboard or all") {
  CHECK_FALSE(reports_to_tensorboard({"none"}));
  CHECK(reports_to_tensorboard({"tensorboard"}));
  CHECK(reports_to_tensorboard({"all"}));
  CHECK_FALSE(reports_to_tensorboard({}));
}

TEST_CASE("keys of the log become tags as in transformers") {
  CHECK(tensorboard_tag("loss") == "train/loss");
  CHECK(tensorboard_tag("eval_loss") == "eval/loss");
  CHECK(tensorboard_tag("test_f1_macro") == "test/f1_macro");
  CHECK(tensorboard_tag("train_runtime") == "train/train_runtime");
  CHECK(tensorboard_tag("evaluation") == "train/evaluation");
}

TEST_CASE("the folder is logging_dir, or one in runs/ named by date and host") {
  const std::string name = tensorboard_folder("out", "").filename().string();
  CHECK(tensorboard_folder("out", "").parent_path() == "out/runs");
  CHECK(name.size() == std::string("Nov22_11-02-03_").size() + host_name().size());
  CHECK(name.ends_with("_" + host_name()));
  CHECK(tensorboard_folder("out", "logs") == "logs");
}

TEST_CASE("the numbers of an entry are written with its step, and other values are skipped") {
  const TemporaryFolder folder;
  {
    TensorBoardLog log(folder.path(), {{"seed", 42}}, {{"model_type", "bert"}}, 0);
    log.add({{"loss", 0.5}, {"grad_norm", nullptr}, {"epoch", 1}, {"step", 7}});
  }
  const std::string bytes = only_file(folder.path());
  CHECK(contains(bytes, "args/text_summary"));
  CHECK(contains(bytes, "{\n  \"seed\": 42\n}"));
  CHECK(contains(bytes, "model_config/text_summary"));
  CHECK(contains(bytes, "train/loss"));
  CHECK(contains(bytes, "train/epoch"));
  CHECK_FALSE(contains(bytes, "grad_norm"));
  CHECK_FALSE(contains(bytes, "train/step"));
}

TEST_CASE("a resumed run marks the events after its checkpoint as void") {
  const TemporaryFolder folder;
  {
    TensorBoardLog log(folder.path(), {}, {}, 300);
  }
  const std::string restart = restart_event(0, 301).substr(9);  // without the time stamp
  CHECK(contains(only_file(folder.path()), restart));
}

}  // namespace tensorboard_test
