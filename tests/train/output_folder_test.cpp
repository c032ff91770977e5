// Which runs may write into a folder, and what they may replace. Child processes test locks and permissions.
#include "train/output_folder.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <map>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace output_folder_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

OutputRequest request_for(const fs::path& output_dir, const std::string& resume_from = "") {
  return {output_dir, fs::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "models" / "tiny-bert", false, resume_from};
}

OutputRequest overwriting(const fs::path& output_dir) {
  OutputRequest request = request_for(output_dir);
  request.overwrites = true;
  return request;
}

// Returns every file of a folder with its content.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    files[name] = entry.is_directory() ? "folder" : read_file(entry.path());
  }
  return files;
}

// Opens the folder, which must be refused without a change in the folder; returns the error.
Error refused(const OutputRequest& request) {
  const auto before = files_in(request.output_dir);
  const Error error = expect_error([&] {
    const OutputFolder folder(request);
    folder.checkpoint_to_resume();
  });
  INFO(error.what());
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK_FALSE(error.hint().empty());
  CHECK(files_in(request.output_dir) == before);
  return error;
}

// Writes files with these names, as other programs would.
void write_files(const TemporaryFolder& folder, const std::vector<const char*>& names) {
  for (const char* name : names) folder.write(name, "of another program");
}

// The files of a run of transformers' Trainer: its newest checkpoint and its final model.
constexpr const char* kTrainerCheckpoint[] = {"checkpoint-8/config.json",      "checkpoint-8/model.safetensors",
                                              "checkpoint-8/optimizer.pt",     "checkpoint-8/rng_state.pth",
                                              "checkpoint-8/scheduler.pt",     "checkpoint-8/trainer_state.json",
                                              "checkpoint-8/training_args.bin"};
constexpr const char* kTrainerModel[] = {"config.json", "model.safetensors", "trainer_state.json", "training_args.bin"};

void write_checkpoint_of(const fs::path& output_dir, int64_t step) {
  write_checkpoint(output_dir, step, [](const fs::path& staging) { write_file(staging / kStateFile, "{}"); });
}

// Opens the folder in a child process after `prepare`; returns "opened" or the error's message.
std::string open_in_child(const OutputRequest& request, const std::function<void()>& prepare) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string said = "opened";
    try {
      prepare();
      const OutputFolder folder(request);
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

TEST_CASE("a new folder is created with its parents, and an empty folder or one with other files is accepted") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a" / "b";
  {
    const OutputFolder output(request_for(path));
    CHECK(fs::is_directory(path));
  }
  folder.write("a/b/notes.txt", "mine");
  {
    const OutputFolder output(request_for(path));
  }
  CHECK(fs::exists(path / "notes.txt"));
}

TEST_CASE("a folder with an earlier run is refused, with a hint about the options") {
  const TemporaryFolder folder;
  folder.write("run.json", R"({"hone_version": "0.1.0"})");
  const auto check = [&] {
    for (const std::string resume_from : {"", "false"}) {
      const Error error = refused(request_for(folder.path(), resume_from));
      CHECK(error.what() == fmt::format("output_dir {} already holds a run", folder.path().string()));
      CHECK(contains(error.hint(), "--resume-from-checkpoint true"));
      CHECK(contains(error.hint(), "--overwrite-output-dir"));
    }
  };
  write_checkpoint_of(folder.path(), 5);
  check();
  CHECK(OutputFolder(request_for(folder.path(), "true")).holds_earlier_run());
  folder.write("model.safetensors", "x");
  check();
  CHECK(OutputFolder(request_for(folder.path(), "true")).holds_earlier_run());
  CHECK(OutputFolder(overwriting(folder.path())).holds_earlier_run());
}

TEST_CASE("a run that failed before its first checkpoint can be started again by the same command") {
  const TemporaryFolder folder;
  for (const char* file : {"metrics.jsonl", "evaluations/5.json", "stop"}) folder.write(file, "{}");
  folder.write("run.json", R"({"hone_version": "0.1.0"})");
  for (const std::string resume_from : {"", "true"}) {
    const OutputFolder output(request_for(folder.path(), resume_from));
    CHECK_FALSE(output.holds_earlier_run());
    CHECK_FALSE(output.checkpoint_to_resume().has_value());
  }
}

TEST_CASE("resuming changes no file of a run of Hugging Face's Trainer, and the error describes the folder") {
  for (const bool has_model : {false, true}) {
    for (const bool has_checkpoint : {true, false}) {
      if (!has_model && !has_checkpoint) continue;
      const TemporaryFolder folder;
      if (has_model) write_files(folder, {std::begin(kTrainerModel), std::end(kTrainerModel)});
      if (has_checkpoint) write_files(folder, {std::begin(kTrainerCheckpoint), std::end(kTrainerCheckpoint)});
      Error error = refused(request_for(folder.path(), "true"));
      CHECK(contains(error.what(), "holds a run of Hugging Face's Trainer ("));
      CHECK(contains(error.what(), has_checkpoint ? "checkpoint-8" : "training_args.bin"));
      CHECK(contains(error.what(), "hone resumes only its own checkpoints"));
      CHECK(contains(error.hint(), (has_checkpoint ? folder.path() / "checkpoint-8" : folder.path()).string()));
      // With both options the run resumes, and may not replace anything.
      OutputRequest both = overwriting(folder.path());
      both.resume_from = "true";
      refused(both);
      error = refused(request_for(folder.path()));
      CHECK(contains(error.what(), "holds a run of Hugging Face's Trainer ("));
      CHECK(contains(error.hint(), "--overwrite-output-dir"));
      if (!has_checkpoint) continue;
      error = refused(request_for(folder.path(), (folder.path() / "checkpoint-8").string()));
      CHECK(contains(error.what(), "hone resumes only its own checkpoints"));
      const TemporaryFolder fresh;
      error = refused(request_for(fresh.path(), (folder.path() / "checkpoint-8").string()));
      CHECK(contains(error.what(), "holds a checkpoint of Hugging Face's Trainer; hone resumes only its own"));
    }
  }
}

TEST_CASE("resuming changes no model or other file, and the error describes the folder") {
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"config.json", "model.safetensors", "vocab.txt"},
       "a model that hone did not train (config.json, model.safeten"},
      {{"config.json", "pytorch_model.bin"}, "a model that hone did not train (config.json, pytorch_model.bin)"},
      {{"model.safetensors.index.json"}, "a model that hone did not train (model.safetensors.index.json)"},
      {{"notes.txt", "data/train.csv"}, "files that are not a run of hone (data, notes.txt)"},
      {{"README.md"}, "files that are not a run of hone (README.md)"},
      {{"a", "b", "c", "d", "e", "f"}, "files that are not a run of hone (a, b, c, d, e, ...)"},
      {{"checkpoint-5/x"}, "files that are not a run of hone (checkpoint-5)"},
      {{"run.json"}, "files that are not a run of hone (run.json)"},
  };
  for (const auto& [names, text] : cases) {
    const TemporaryFolder folder;
    write_files(folder, names);
    const Error error = refused(request_for(folder.path(), "true"));
    CHECK(contains(error.what(), fmt::format("output_dir {} holds {}", folder.path().string(), text)));
    CHECK(contains(error.what(), "hone resumes only its own checkpoints"));
    CHECK_FALSE(contains(error.hint(), "overwrite"));
  }
}

TEST_CASE("a new run refuses a folder with files that it would replace, and accepts other files") {
  for (const char* name : {"README.md", "config.json", "model.safetensors", "pytorch_model.bin", "tokenizer.json",
                           "vocab.txt", "metrics.jsonl", "run.json", "stop", "evaluations/1.json", "checkpoint-5/x",
                           "trainer_state.json", "training_args.json"}) {
    INFO(std::string(name));
    const TemporaryFolder folder;
    write_files(folder, {name});
    const Error error = refused(request_for(folder.path()));
    CHECK(contains(error.what(), fmt::format("output_dir {} holds ", folder.path().string())));
    CHECK(contains(error.hint(), "--overwrite-output-dir"));
    CHECK(OutputFolder(overwriting(folder.path())).holds_earlier_run());
  }
  const TemporaryFolder folder;
  write_files(folder, {"notes.txt", "train.log", "data/x.csv"});
  CHECK_FALSE(OutputFolder(request_for(folder.path())).holds_earlier_run());
}

TEST_CASE("a run of hone's with a checkpoint of another program in its folder is refused") {
  const TemporaryFolder folder;
  write_checkpoint_of(folder.path(), 5);
  write_files(folder, {"checkpoint-8/trainer_state.json"});
  const Error error = refused(request_for(folder.path(), "true"));
  CHECK(contains(error.what(), "holds a run of hone, and beside it checkpoint-8; hone resumes only its own"));
  CHECK(contains(error.hint(), "move the files"));
  refused(request_for(folder.path()));
}

TEST_CASE("resuming from another folder's checkpoint does not permit replacing this folder's run") {
  const TemporaryFolder folder, other;
  write_checkpoint_of(folder.path(), 5);
  write_checkpoint_of(other.path(), 7);
  const std::string resume_from = (other.path() / "checkpoint-7").string();
  CHECK(contains(refused(request_for(folder.path(), resume_from)).what(), "already holds a run"));
  OutputRequest request = overwriting(folder.path());
  request.resume_from = resume_from;
  {
    const OutputFolder output(request);
    CHECK(output.checkpoint_to_resume()->path == resume_from);
    output.remove_replaced_run();
  }
  CHECK(list_checkpoints(folder.path()).empty());
  CHECK(list_checkpoints(other.path()).size() == 1);
}

TEST_CASE("resuming does not replace a trained model without a checkpoint") {
  const TemporaryFolder folder;
  folder.write("run.json", R"({"hone_version": "0.1.0"})");
  folder.write("model.safetensors", "trained");
  const Error error = refused(request_for(folder.path(), "true"));
  CHECK(contains(error.what(), "holds a trained model, but no whole checkpoint to resume from"));
  CHECK(contains(error.hint(), "--overwrite-output-dir"));
  // The same applies if its only checkpoint is damaged.
  write_checkpoint_of(folder.path(), 5);
  folder.write("checkpoint-5/trainer_state.json", "[]");
  refused(request_for(folder.path(), "true"));
}

TEST_CASE("a run that was killed while writing resumes from its last intact checkpoint, or starts anew without one") {
  const TemporaryFolder folder;
  folder.write("run.json", R"({"hone_version": "0.1.0", "state": "running"})");
  folder.write("checkpoint-2.hone-tmp-77-0/model.safetensors", "half");
  folder.write("model.safetensors.hone-tmp-77-1", "half");
  {
    const OutputFolder output(request_for(folder.path(), "true"));
    CHECK_FALSE(output.checkpoint_to_resume().has_value());
  }
  CHECK(files_in(folder.path()).size() == 1);
  write_checkpoint_of(folder.path(), 2);
  write_checkpoint_of(folder.path(), 4);
  fs::remove(folder.path() / "checkpoint-4" / kStateFile);
  folder.write("checkpoint-6.hone-tmp-78-0/model.safetensors", "half");
  CHECK(OutputFolder(request_for(folder.path(), "true")).checkpoint_to_resume()->step == 2);
}

TEST_CASE("a folder of an early version, without run.json, is recognised as hone's") {
  const TemporaryFolder folder;
  folder.write("training_args.json", R"({"model_name_or_path": "m"})");
  folder.write("model.safetensors", "x");
  CHECK(contains(refused(request_for(folder.path())).what(), "already holds a run"));
}

TEST_CASE("a failed start leaves no empty folder, and keeps a folder with files") {
  const TemporaryFolder folder;
  {
    const OutputFolder output(request_for(folder.path() / "a" / "b" / "c"));
    CHECK(output.is_new());
    CHECK(fs::is_directory(folder.path() / "a" / "b" / "c"));
  }
  CHECK(fs::is_empty(folder.path()));
  {
    const OutputFolder output(request_for(folder.path() / "a" / "b"));
    folder.write("a/b/run.json", "{}");
  }
  CHECK(fs::exists(folder.path() / "a" / "b" / "run.json"));
  fs::create_directory(folder.path() / "mine");
  {
    const OutputFolder output(request_for(folder.path() / "mine" / ""));
    CHECK_FALSE(output.is_new());
  }
  CHECK(fs::is_directory(folder.path() / "mine"));
}

TEST_CASE("overwriting never removes the model that the run starts from") {
  const TemporaryFolder folder;
  write_checkpoint_of(folder.path(), 5);
  OutputRequest request = overwriting(folder.path());
  request.model_dir = folder.path() / "checkpoint-5";
  CHECK(contains(refused(request).what(), "overwrite_output_dir would remove "));
  request.model_dir = folder.path() / "base";
  CHECK_NOTHROW(OutputFolder{request});
}

TEST_CASE("overwriting removes the files of a run and nothing else") {
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
  const OutputFolder output(overwriting(folder.path()));
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

TEST_CASE("the folder of the model that the run starts from is refused as output, under any spelling of its path") {
  const TemporaryFolder folder;
  folder.write("model/model.safetensors", "x");
  fs::create_directory_symlink(folder.path() / "model", folder.path() / "link");
  for (const fs::path& output_dir : {folder.path() / "model", folder.path() / "link", folder.path() / "." / "model"}) {
    OutputRequest request = overwriting(output_dir);
    request.model_dir = folder.path() / "model";
    const Error error = expect_error([&] { OutputFolder output(request); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.what(), "is the folder of the model to start from"));
    CHECK(fs::exists(folder.path() / "model" / "model.safetensors"));
  }
}

TEST_CASE("an output folder that is a file is refused") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("out", "x");
  const Error error = expect_error([&] { OutputFolder output(request_for(file)); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == fmt::format("output_dir {} is a file", file.string()));
  CHECK(expect_error([&] { OutputFolder output(request_for(file / "below")); }).kind() == ErrorKind::kIo);
}

TEST_CASE("two processes cannot train in one folder at once; after the first ends, the second can") {
  const TemporaryFolder folder;
  const OutputRequest options = request_for(folder.path());
  {
    const OutputFolder output(options);
    CHECK(open_in_child(options, [] {}) == fmt::format("another process is training in {}", folder.path().string()));
  }
  CHECK(open_in_child(options, [] {}) == "opened");
  const OutputFolder again(options);
}

TEST_CASE("a refused folder does not stay locked") {
  const TemporaryFolder folder;
  folder.write("model.safetensors", "x");
  CHECK_THROWS_AS(OutputFolder{request_for(folder.path())}, Error);
  const OutputFolder output(overwriting(folder.path()));
}

TEST_CASE("a read-only folder is an error before anything else happens") {
  const TemporaryFolder folder;
  const fs::path locked = folder.path() / "locked";
  fs::create_directory(locked);
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
  fs::permissions(locked, fs::perms(0555));
  const auto drop_root = [] {
    if (geteuid() == 0 && setuid(65534) != 0) throw Error(ErrorKind::kInternal, "cannot drop root's rights");
  };
  const std::string said = open_in_child(request_for(locked), drop_root);
  CHECK(said == fmt::format("cannot write into {}: Permission denied", locked.string()));
  const std::string below = open_in_child(request_for(locked / "below"), drop_root);
  CHECK(contains(below, "Permission denied"));
}

TEST_CASE("a run resumes from the newest or the named checkpoint") {
  const TemporaryFolder folder;
  const auto resumed = [&](const std::string& resume_from) {
    return OutputFolder(request_for(folder.path(), resume_from)).checkpoint_to_resume();
  };
  CHECK_FALSE(resumed("").has_value());
  CHECK_FALSE(resumed("true").has_value());
  write_checkpoint_of(folder.path(), 5);
  write_checkpoint_of(folder.path(), 10);
  CHECK(resumed("true")->path == folder.path() / "checkpoint-10");
  CHECK(resumed((folder.path() / "checkpoint-5").string())->path == folder.path() / "checkpoint-5");
}

TEST_CASE("a named checkpoint is refused if it is missing, damaged or not hone's") {
  const TemporaryFolder folder, output;
  const auto refused_for = [&](const std::string& name) {
    return expect_error(
        [&] { OutputFolder(request_for(output.path(), (folder.path() / name).string())).checkpoint_to_resume(); });
  };
  Error error = refused_for("checkpoint-7");
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "checkpoint-7 is not a folder"));
  write_files(folder, {"model/config.json", "model/model.safetensors"});
  error = refused_for("model");
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "holds a model that hone did not train (config.json, model.safetensors); hone resumes"));
  write_checkpoint_of(folder.path(), 7);
  folder.write("checkpoint-7/trainer_state.json", "[]");
  error = refused_for("checkpoint-7");
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "checkpoint-7 is not a whole checkpoint: trainer_state.json has another sha256"));
  CHECK_FALSE(error.hint().empty());
}

}  // namespace output_folder_test
