// Who may train in a folder: locks and permissions are tried by child processes.
#include "train/output_folder.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

namespace {

TrainOptions options_for(const fs::path& output_dir) {
  TrainOptions options;
  options.model_name_or_path = fs::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "models" / "tiny-bert";
  options.output_dir = output_dir;
  return options;
}

void write_checkpoint_of(const fs::path& output_dir, int64_t step) {
  write_checkpoint(output_dir, step, [](const fs::path& staging) { write_file(staging / kStateFile, "{}"); });
}

// Opens the folder in a child, after `prepare`; returns "opened", or the error's message.
std::string open_in_child(const TrainOptions& options, const std::function<void()>& prepare) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string said = "opened";
    try {
      prepare();
      const OutputFolder folder(options);
    } catch (const Error& error) {
      said = error.what();
    }
    _exit(write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  char buffer[512];
  for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof buffer)) > 0;) {
    said.append(buffer, static_cast<size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  return said;
}

}  // namespace

TEST_CASE("a new folder is made with its parents, and an empty one or one with other files is taken") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a" / "b";
  {
    const OutputFolder output(options_for(path));
  }
  CHECK(fs::is_directory(path));
  folder.write("a/b/notes.txt", "mine");
  {
    const OutputFolder output(options_for(path));
  }
  CHECK(fs::exists(path / "notes.txt"));
}

TEST_CASE("a folder that holds another run is refused, with the ways out") {
  for (const char* file : {"model.safetensors", "trainer_state.json", "training_args.json", "checkpoint-5/x"}) {
    INFO(std::string(file));
    const TemporaryFolder folder;
    folder.write(file, "x");
    const Error error = expect_error([&] { OutputFolder output(options_for(folder.path())); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.what() == fmt::format("output_dir {} already holds a run", folder.path().string()));
    CHECK(contains(error.hint(), "--resume-from-checkpoint true"));
    CHECK(contains(error.hint(), "--overwrite-output-dir"));
    CHECK(fs::exists(folder.path() / file));
    TrainOptions options = options_for(folder.path());
    options.resume_from_checkpoint = "false";
    CHECK_THROWS_AS(OutputFolder{options}, Error);
    options.resume_from_checkpoint = "true";
    {
      const OutputFolder resumed(options);
    }
    CHECK(fs::exists(folder.path() / file));
  }
}

TEST_CASE("a run that failed before its first checkpoint can be started again as it was") {
  const TemporaryFolder folder;
  for (const char* file : {"run.json", "metrics.jsonl", "evaluations/5.json", "stop"}) folder.write(file, "{}");
  const OutputFolder output(options_for(folder.path()));
  CHECK_FALSE(output.holds_earlier_run());
}

TEST_CASE("an earlier run is there to be resumed or replaced") {
  const TemporaryFolder folder;
  folder.write("model.safetensors", "x");
  TrainOptions options = options_for(folder.path());
  for (const bool overwrites : {true, false}) {
    options.overwrite_output_dir = overwrites;
    options.resume_from_checkpoint = overwrites ? "" : "true";
    CHECK(OutputFolder(options).holds_earlier_run());
  }
}

TEST_CASE("overwriting removes what a run wrote and nothing else") {
  const TemporaryFolder folder;
  folder.write("run.json", "{}");
  folder.write("metrics.jsonl", "");
  folder.write("evaluations/5.json", "{}");
  folder.write("model.safetensors", "x");
  folder.write("trainer_state.json", "{}");
  folder.write("training_args.json", "{}");
  folder.write("notes.txt", "mine");
  folder.write("data/train.csv", "mine");
  write_checkpoint_of(folder.path(), 5);
  TrainOptions options = options_for(folder.path());
  options.overwrite_output_dir = true;
  const OutputFolder output(options);
  CHECK(fs::exists(folder.path() / "model.safetensors"));
  CHECK(list_checkpoints(folder.path()).size() == 1);
  output.remove_replaced_run();
  CHECK_FALSE(fs::exists(folder.path() / "model.safetensors"));
  CHECK_FALSE(fs::exists(folder.path() / "trainer_state.json"));
  CHECK_FALSE(fs::exists(folder.path() / "training_args.json"));
  for (const char* file : {"run.json", "metrics.jsonl", "evaluations"}) CHECK_FALSE(fs::exists(folder.path() / file));
  CHECK(list_checkpoints(folder.path()).empty());
  CHECK(fs::exists(folder.path() / "notes.txt"));
  CHECK(fs::exists(folder.path() / "data" / "train.csv"));
}

TEST_CASE("what a killed run left half-written is removed") {
  const TemporaryFolder folder;
  folder.write("checkpoint-2.hone-tmp-77-0/model.safetensors", "half");
  const OutputFolder output(options_for(folder.path()));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("the folder of the model to start from is never written into, by whatever name it is called") {
  const TemporaryFolder folder;
  folder.write("model/model.safetensors", "x");
  fs::create_directory_symlink(folder.path() / "model", folder.path() / "link");
  for (const fs::path& output_dir : {folder.path() / "model", folder.path() / "link", folder.path() / "." / "model"}) {
    TrainOptions options = options_for(output_dir);
    options.model_name_or_path = folder.path() / "model";
    options.overwrite_output_dir = true;
    const Error error = expect_error([&] { OutputFolder output(options); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.what(), "is the folder of the model to start from"));
    CHECK(fs::exists(folder.path() / "model" / "model.safetensors"));
  }
}

TEST_CASE("a file in the folder's place is refused") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("out", "x");
  const Error error = expect_error([&] { OutputFolder output(options_for(file)); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == fmt::format("output_dir {} is a file", file.string()));
  CHECK(expect_error([&] { OutputFolder output(options_for(file / "below")); }).kind() == ErrorKind::kIo);
}

TEST_CASE("two processes do not train in one folder; when the first ends, the second may") {
  const TemporaryFolder folder;
  const TrainOptions options = options_for(folder.path());
  {
    const OutputFolder output(options);
    CHECK(open_in_child(options, [] {}) == fmt::format("another process is training in {}", folder.path().string()));
  }
  CHECK(open_in_child(options, [] {}) == "opened");
  const OutputFolder again(options);
}

TEST_CASE("a folder that is refused is not left locked") {
  const TemporaryFolder folder;
  folder.write("model.safetensors", "x");
  TrainOptions options = options_for(folder.path());
  CHECK_THROWS_AS(OutputFolder{options}, Error);
  options.overwrite_output_dir = true;
  const OutputFolder output(options);
}

TEST_CASE("a folder that may not be written is an error before anything else is done") {
  const TemporaryFolder folder;
  const fs::path locked = folder.path() / "locked";
  fs::create_directory(locked);
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
  fs::permissions(locked, fs::perms(0555));
  const auto drop_root = [] {
    if (geteuid() == 0 && setuid(65534) != 0) throw Error(ErrorKind::kInternal, "cannot drop root's rights");
  };
  const std::string said = open_in_child(options_for(locked), drop_root);
  CHECK(said == fmt::format("cannot write into {}: Permission denied", locked.string()));
  const std::string below = open_in_child(options_for(locked / "below"), drop_root);
  CHECK(contains(below, "Permission denied"));
}

TEST_CASE("which checkpoint a run goes on from") {
  const TemporaryFolder folder;
  TrainOptions options = options_for(folder.path());
  CHECK_FALSE(checkpoint_to_resume(options).has_value());
  options.resume_from_checkpoint = "true";
  CHECK_FALSE(checkpoint_to_resume(options).has_value());
  write_checkpoint_of(folder.path(), 5);
  write_checkpoint_of(folder.path(), 10);
  CHECK(checkpoint_to_resume(options)->path == folder.path() / "checkpoint-10");
  options.resume_from_checkpoint = "false";
  CHECK_FALSE(checkpoint_to_resume(options).has_value());
  options.resume_from_checkpoint = (folder.path() / "checkpoint-5").string();
  CHECK(checkpoint_to_resume(options)->path == folder.path() / "checkpoint-5");
}

TEST_CASE("a named checkpoint that is none, or is damaged, is refused") {
  const TemporaryFolder folder;
  TrainOptions options = options_for(folder.path());
  options.resume_from_checkpoint = (folder.path() / "checkpoint-7").string();
  Error error = expect_error([&] { checkpoint_to_resume(options); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "checkpoint-7 is not a folder"));
  write_checkpoint_of(folder.path(), 7);
  folder.write("checkpoint-7/trainer_state.json", "[]");
  error = expect_error([&] { checkpoint_to_resume(options); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "checkpoint-7 is not a whole checkpoint: trainer_state.json has another sha256"));
  CHECK_FALSE(error.hint().empty());
}
