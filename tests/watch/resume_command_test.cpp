#include "watch/resume_command.h"

#include <doctest/doctest.h>

namespace resume_command_test {

using namespace hone;
using namespace hone::watch;

std::string resumed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"hone", "train"});
  return resume_command(arguments, "");
}

TEST_CASE("the command first changes to the folder in which the run was started") {
  const std::vector<std::string> command = {"./hone", "train", "--dataset", "my rows.csv"};
  CHECK(resume_command(command, "/home/a b") ==
        "cd '/home/a b' && ./hone train --dataset 'my rows.csv' --resume-from-checkpoint true");
}

TEST_CASE("options that would replace the run, resume another or stop at once are removed, in every spelling") {
  const std::string expected = "hone train --seed 1 --resume-from-checkpoint true";
  CHECK(resumed({"--overwrite-output-dir", "--seed", "1"}) == expected);
  CHECK(resumed({"--seed", "1", "--overwrite_output_dir"}) == expected);
  CHECK(resumed({"--overwrite-output-dir", "true", "--seed", "1"}) == expected);
  CHECK(resumed({"--overwrite-output-dir=True", "--seed", "1"}) == expected);
  CHECK(resumed({"--no-overwrite-output-dir", "--seed", "1"}) == expected);
  CHECK(resumed({"--resume-from-checkpoint", "out/checkpoint-5", "--seed", "1"}) == expected);
  CHECK(resumed({"--resume_from_checkpoint=true", "--seed", "1"}) == expected);
  CHECK(resumed({"--stop-after-steps", "5", "--seed", "1"}) == expected);
  CHECK(resumed({"--seed", "1", "--resume-from-checkpoint"}) == expected);
}

TEST_CASE("if a configuration file may set stop_after_steps, the command overrides it") {
  const std::string end = " --stop-after-steps 0 --resume-from-checkpoint true";
  CHECK(resumed({"--config", "run.yaml"}) == "hone train --config run.yaml" + end);
  CHECK(resumed({"--config=run.yaml", "--stop-after-steps=5"}) == "hone train --config=run.yaml" + end);
}

TEST_CASE("all other arguments stay unchanged") {
  CHECK(resumed({"--overwrite-output-dir-x", "overwrite-output-dir", "--output-dir", "--weird"}) ==
        "hone train --overwrite-output-dir-x overwrite-output-dir --output-dir --weird --resume-from-checkpoint true");
}

}  // namespace resume_command_test
