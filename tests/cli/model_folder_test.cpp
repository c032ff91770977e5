#include "cli/model_folder.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "cli/adapter_merge_options.h"
#include "cli/process.h"
#include "cli/serve_options.h"
#include "cli/tokenize_options.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace model_folder_test {

using namespace hone;
using namespace hone::cli;
namespace fs = std::filesystem;

// Writes a cache that contains one model with two snapshots; refs/main names the first.
fs::path write_cache(const TemporaryFolder& folder) {
  folder.write("hub/models--ada--tiny/refs/main", "0123abc\n");
  folder.write("hub/models--ada--tiny/snapshots/0123abc/config.json", "{}");
  folder.write("hub/models--ada--tiny/snapshots/ffff/config.json", "{}");
  return folder.path() / "hub" / "models--ada--tiny";
}

struct Settled {
  fs::path model;
  std::vector<std::string> notes;
};

Settled settle(const std::string& model) {
  TokenizeOptions options;
  options.model_name_or_path = model;
  std::vector<std::string> notes;
  settle_model_folder(options::fields_of(options), notes);
  return {options.model_name_or_path, notes};
}

// Sets huggingface_hub's cache variable to the folder for its lifetime.
class CacheVariable {
 public:
  explicit CacheVariable(const fs::path& folder) { setenv("HF_HUB_CACHE", folder.c_str(), 1); }
  ~CacheVariable() { unsetenv("HF_HUB_CACHE"); }
  CacheVariable(const CacheVariable&) = delete;
  CacheVariable& operator=(const CacheVariable&) = delete;
};

TEST_CASE("a model's folder in the Hub's cache resolves to the snapshot of its main branch") {
  const TemporaryFolder folder;
  const fs::path cached = write_cache(folder);
  const Settled settled = settle(cached.string());
  CHECK(settled.model == cached / "snapshots" / "0123abc");
  REQUIRE(settled.notes.size() == 1);
  CHECK(contains(settled.notes[0], "is a folder of the Hub's cache: using its snapshot 0123abc"));
  fs::remove_all(cached / "refs");
  fs::last_write_time(cached / "snapshots" / "0123abc", fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(hub_snapshot(cached) == cached / "snapshots" / "ffff");
  fs::remove_all(cached / "snapshots");
  CHECK_FALSE(hub_snapshot(cached).has_value());
}

TEST_CASE("a name on the Hub resolves to its folder in the cache, or the error says how to download it") {
  const TemporaryFolder folder;
  const fs::path cached = write_cache(folder);
  const CacheVariable variable(folder.path() / "hub");
  const Settled settled = settle("ada/tiny");
  CHECK(settled.model == cached / "snapshots" / "0123abc");
  CHECK(contains(settled.notes.at(0), "there is no folder ada/tiny: using the copy in the Hub's cache"));
  for (const std::string name : {"ada/large", "bert-base-uncased"}) {
    const Error error = expect_error([&] { settle(name); });
    CHECK(error.kind() == ErrorKind::kIo);
    CHECK(std::string(error.what()) == "model folder " + name + " does not exist");
    CHECK(error.hint() == "hone downloads nothing; get the model first with: hf download " + name);
  }
}

TEST_CASE(
    "a folder with a model is used as it is, and a path that cannot be a name on the Hub is reported as missing") {
  const TemporaryFolder folder;
  folder.write("model/config.json", "{}");
  fs::create_directories(folder.path() / "model" / "snapshots");
  CHECK(settle((folder.path() / "model").string()).model == folder.path() / "model");
  CHECK(settle((folder.path() / "model").string()).notes.empty());
  for (const std::string path : {"/nowhere/x", "./x", "a/b/c", "../x"}) {
    const Error error = expect_error([&] { settle(path); });
    CHECK(std::string(error.what()) == "model folder " + path + " does not exist");
    CHECK(error.hint() == "give the folder of a model");
  }
}

TEST_CASE("a command that opens a page reports a missing model there instead of failing") {
  ServeOptions options;
  options.server.open = true;
  std::vector<std::string> notes;
  for (const char* model : {"/nowhere/x", "nobody/nothing"}) {
    options.model.model_name_or_path = model;
    settle_model_folder(options::fields_of(options), notes);
    CHECK(options.model.model_name_or_path == model);
  }
  options.server.open = false;
  CHECK(expect_error([&] { settle_model_folder(options::fields_of(options), notes); }).kind() == ErrorKind::kIo);
}

TEST_CASE("the base model of an adapter is found in the Hub's cache by its name") {
  const TemporaryFolder folder;
  const fs::path cached = write_cache(folder);
  const CacheVariable cache(folder.path() / "hub");
  folder.write("adapter/adapter_config.json", R"({"base_model_name_or_path": "ada/tiny"})");
  AdapterMergeOptions options;
  options.adapter = folder.path() / "adapter";
  std::vector<std::string> notes;
  settle_model_folder(options::fields_of(options), notes);
  CHECK(options.base_model == cached / "snapshots" / "0123abc");
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes[0], "the base model ada/tiny is in the Hub's cache: using "));
  settle_model_folder(options::fields_of(options), notes);  // what is given stays
  CHECK(notes.size() == 1);
  for (const char* text :
       {"{", "[]", R"({"base_model_name_or_path": 3})", R"({"base_model_name_or_path": "ada/other"})"}) {
    folder.write("adapter/adapter_config.json", text);
    options.base_model.clear();
    CHECK_NOTHROW(settle_model_folder(options::fields_of(options), notes));
    CHECK(options.base_model.empty());
  }
}

TEST_CASE("a cache folder without a snapshot is an error, and so is a reference that points outside the folder") {
  const TemporaryFolder folder;
  const fs::path empty = folder.path() / "models--a--b";
  fs::create_directories(empty / "snapshots");
  CHECK(contains(expect_error([&] { settle(empty.string()); }).what(),
                 "is a folder of the Hub's cache without a snapshot"));
  folder.write("models--a--b/refs/main", "../../../etc");
  CHECK(contains(expect_error([&] { settle(empty.string()); }).what(), "is not a path inside"));
}

TEST_CASE("every command says that hone downloads nothing, before it loads anything") {
  for (const char* command : {"train", "eval", "predict", "tokenize", "serve"}) {
    const ProcessResult result = run_hone({command, "--model", "nobody/nothing"});
    CAPTURE(command);
    CHECK(result.exit_code == 1);
    CHECK(result.error.starts_with("error: model folder nobody/nothing does not exist\nhint: hone downloads nothing"));
    CHECK_FALSE(fs::exists("trainer_output"));
  }
}

}  // namespace model_folder_test
