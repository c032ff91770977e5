#include "search/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "search/fixture.h"
#include "search/operations.h"
#include "temporary_folder.h"

namespace journal_test {

using namespace hone;
using namespace hone::search;
using namespace search_fixture;

namespace fs = std::filesystem;

using Milliseconds = std::chrono::milliseconds;

fs::path copied_journal(const TemporaryFolder& folder) {
  return folder.write("study.log", read_file(path_of("optuna.journal")));
}

std::vector<std::string> nothing(const Replay&) { return {}; }

TEST_CASE("a journal that Optuna wrote has Optuna's trials") {
  const Journal journal{fs::path(path_of("optuna.journal"))};
  const Json expected = read_json(path_of("optuna.json"));
  const Study* study = journal.replay().find("hone");
  REQUIRE(study != nullptr);
  CHECK(study->maximizes());
  CHECK(study->user_attributes["remark"] == "made by Optuna");
  CHECK(journal.replay().find("other") == nullptr);  // deleted
  const Study optunas = study_of(expected["trials"], expected["distributions"], "maximize");
  REQUIRE(study->trials.size() == optunas.trials.size());
  for (size_t i = 0; i < optunas.trials.size(); ++i) check_same(study->trials[i], optunas.trials[i]);
  REQUIRE(best_trial(*study) != nullptr);
  CHECK(best_trial(*study)->number == expected["best"]);
}

// Cuts the journal at the byte and opens it. If `writes`, also writes to it and opens it again.
void check_cut(const fs::path& path, std::string_view whole, size_t size, bool writes) {
  write_file(path, whole.substr(0, size));
  const size_t kept = size == 0 ? 0 : whole.rfind('\n', size - 1) + 1;
  Journal journal(path);
  REQUIRE(read_file(path) == whole.substr(0, kept));
  if (!writes) return;
  const LineMaker lines("test");
  journal.update([&](const Replay& replay) -> std::vector<std::string> {
    return {lines.create_study("later", Direction::kMinimize),
            lines.create_trial(replay.num_studies(), {}, Json::object())};
  });
  const Journal again(path);
  REQUIRE(again.replay().find("later") != nullptr);
  REQUIRE(again.replay().find("later")->trials.size() == 1);
}

// One of each line that hone writes.
std::string small_journal() {
  const LineMaker lines("test");
  const Parameter rate = {Distribution::number(1e-5, 1e-2, true), 1e-3};
  std::string text;
  for (const std::string& line :
       {lines.create_study("s", Direction::kMinimize), lines.set_study_attribute(0, true, "k", "v"),
        lines.create_trial(0, {{"rate", rate}}, {{"k", 1}}), lines.set_intermediate(0, 1, std::nan("")),
        lines.set_trial_attribute(0, false, "rung", 0.5), lines.finish_trial(0, TrialState::kComplete, 0.5)}) {
    text += line + '\n';
  }
  return text;
}

TEST_CASE("a journal cut at any byte opens, and what is written then can be read") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "study.log";
  const std::string own = small_journal(), optunas = read_file(path_of("optuna.journal"));
  captured_log([&] {
    for (size_t size = 0; size <= own.size(); ++size) check_cut(path, own, size, true);
    for (size_t size = 0; size <= optunas.size(); size += 13) check_cut(path, optunas, size, size % 5 == 0);
  });
}

TEST_CASE("a cut last line is reported; a damaged line before it is an error") {
  const TemporaryFolder folder;
  const fs::path path = copied_journal(folder);
  const std::string whole = read_file(path);
  write_file(path, whole + "{\"op_code\": 5, \"wor");
  const std::string log = captured_log([&] { const Journal journal(path); });
  CHECK(contains(log, "a crash cut this line; its 19 bytes are removed"));
  CHECK(read_file(path) == whole);
  const size_t second = whole.find('\n') + 1;
  write_file(path, whole.substr(0, second) + "{\"op_code\":5,\"wor" + whole.substr(second));
  const Error error = expect_error([&] { const Journal journal(path); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == path.string() + ":2: not JSON (the journal is damaged there)");
  CHECK(contains(error.hint(), "the 1 lines before it are whole: `head -n 1 "));
}

TEST_CASE("two journals of one file see each other's lines") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "study.log";
  Journal one(path), two(path);
  const LineMaker lines("test");
  one.update(
      [&](const Replay&) -> std::vector<std::string> { return {lines.create_study("s", Direction::kMinimize)}; });
  two.update([&](const Replay& replay) -> std::vector<std::string> {
    REQUIRE(replay.find("s") != nullptr);
    return {lines.create_trial(0, {}, Json::object())};
  });
  one.refresh();
  CHECK(one.replay().find("s")->trials.size() == 1);
  CHECK_FALSE(fs::is_symlink(path.string() + ".lock"));
}

TEST_CASE("many writers at the same time lose no line") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "study.log";
  const LineMaker lines("test");
  Journal(path).update(
      [&](const Replay&) -> std::vector<std::string> { return {lines.create_study("s", Direction::kMinimize)}; });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      Journal journal(path);
      for (int i = 0; i < 10; ++i) {
        journal.update(
            [&](const Replay&) -> std::vector<std::string> { return {lines.create_trial(0, {}, Json::object())}; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(Journal(path).replay().find("s")->trials.size() == 40);
}

TEST_CASE("a line that another program is writing is left for later") {
  const TemporaryFolder folder;
  const fs::path path = copied_journal(folder);
  Journal journal(path);
  const std::string line = LineMaker("other").create_study("new", Direction::kMinimize);
  AppendFile file(path);
  file.append(line.substr(0, 10));
  journal.refresh();
  CHECK(journal.replay().find("new") == nullptr);
  file.append(line.substr(10) + "\n");
  journal.refresh();
  CHECK(journal.replay().find("new") != nullptr);
}

TEST_CASE("a journal that becomes shorter, a folder and a file that cannot be opened are errors") {
  const TemporaryFolder folder;
  const fs::path path = copied_journal(folder);
  Journal journal(path);
  fs::resize_file(path, 10);
  CHECK(contains(expect_error([&] { journal.refresh(); }).what(), "made the journal shorter"));
  CHECK(contains(expect_error([&] { const Journal other(folder.path()); }).what(), "not a file"));
  CHECK(contains(expect_error([&] { const Journal other(folder.path() / "no" / "study.log"); }).what(),
                 "cannot open the journal"));
}

TEST_CASE("the lock of a program that was killed is removed") {
  const TemporaryFolder folder;
  const fs::path path = copied_journal(folder);
  fs::create_symlink(fs::absolute(path), path.string() + ".lock");
  Journal journal(path, {Milliseconds(50), Milliseconds(5000)});
  const std::string log = captured_log([&] { journal.update(nothing); });
  CHECK(contains(log, "the program that held the lock is gone"));
  CHECK_FALSE(fs::is_symlink(path.string() + ".lock"));
}

TEST_CASE("the lock of a program that works is an error after the patience") {
  const TemporaryFolder folder;
  const fs::path path = copied_journal(folder);
  fs::create_symlink(fs::absolute(path), path.string() + ".lock");
  Journal journal(path, {Milliseconds(10000), Milliseconds(100)});
  const Error error = expect_error([&] { journal.update(nothing); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(contains(error.what(), "another program holds the lock and is at work; waited"));
  CHECK(contains(error.hint(), "remove the lock"));
  CHECK(fs::is_symlink(path.string() + ".lock"));
}

TEST_CASE("a folder that cannot be written cannot be locked") {
  if (geteuid() == 0) return;  // root may write everywhere
  const TemporaryFolder folder;
  const fs::path path = copied_journal(folder);
  Journal journal(path);
  chmod(folder.path().c_str(), 0500);
  CHECK(contains(expect_error([&] { journal.update(nothing); }).what(), "cannot lock the journal"));
  chmod(folder.path().c_str(), 0700);
}

}  // namespace journal_test
