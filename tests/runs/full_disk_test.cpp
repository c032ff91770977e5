// Disks that are full or read-only: small file systems in memory, mounted in the test's own namespace, so that nothing
// remains of them. Skipped if this machine does not let its user do that.
#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace full_disk_test {

using namespace hone;

namespace fs = std::filesystem;

// Runs a script that may mount on the folder `disk`; the script stops at the first line that fails.
ProcessResult with_own_mounts(const std::string& script) {
  const std::string how = geteuid() == 0 ? "unshare --mount" : "unshare --mount --map-root-user";
  return run_shell("export HONE; " + how + " bash -ec '" + script + "'");
}

bool can_mount(const fs::path& folder) {
  const ProcessResult tried = with_own_mounts("mount -t tmpfs -o size=64k tmpfs " + folder.string());
  if (tried.exit_code != 0) MESSAGE("skipped: this user may not mount: " << tried.error);
  return tried.exit_code == 0;
}

// An empty folder to mount on and rows to train with.
struct Disk {
  TemporaryFolder folder;
  std::string rows = folder.write("rows.csv", reviews(12)).string();
  fs::path path = folder.path() / "disk";
  Disk() { fs::create_directory(path); }

  // A remount names the file system too; otherwise mount repeats the previous options, among them the owner's id, which
  // the user's own namespace does not have.
  std::string mount(const std::string& options) const {
    return "mount -t tmpfs -o " + options + " tmpfs " + path.string() + "; ";
  }
  std::string train(const std::string& more) const {
    return "$HONE train --model " + tiny_model() + " --dataset " + rows + " --output-dir " + path.string() +
           "/out --num-threads 1 --max-seq-length 40 --max-steps 6 --save-steps 2 " + more;
  }
};

TEST_CASE("a full disk ends the run with its message and an intact last checkpoint; with space again the run resumes") {
  const Disk disk;
  if (!can_mount(disk.path)) return;
  // A checkpoint takes 270 KB: the first fits.
  const ProcessResult result = with_own_mounts(
      disk.mount("size=400k") + disk.train("|| code=$?; ") + "echo first $code; ls " + disk.path.string() + "/out; " +
      disk.mount("remount,size=8m") + disk.train("--resume-from-checkpoint true"));
  INFO(result.output);
  INFO(result.error);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.output, "first 1\ncheckpoint-2\n"));
  CHECK(contains(result.error, "No space left on device"));
  CHECK(contains(result.error, "checkpoint-2 at step 2\n"));
  CHECK(contains(result.error, "trained   6 steps"));
}

TEST_CASE("a full disk under a prediction's output leaves no partial file") {
  const Disk disk;
  if (!can_mount(disk.path)) return;
  const std::string many = disk.folder.write("many.csv", reviews(2000)).string();
  const ProcessResult result =
      with_own_mounts(disk.mount("size=16k") + "$HONE predict --model " + tiny_model() + " --file " + many +
                      " --output " + disk.path.string() + "/labels.jsonl || echo code $?; ls -A " + disk.path.string());
  CHECK(result.output == "code 1\n");
  CHECK(contains(result.error, "labels.jsonl"));
  CHECK(contains(result.error, "No space left on device"));
}

TEST_CASE("a read-only output folder is an error before anything is computed") {
  const Disk disk;
  if (!can_mount(disk.path)) return;
  const ProcessResult result = with_own_mounts(disk.mount("size=1m") + "mkdir " + disk.path.string() + "/out; " +
                                               disk.mount("remount,ro") + disk.train("|| echo code $?"));
  CHECK(result.output == "code 1\n");
  CHECK(contains(result.error, "error: cannot write into " + disk.path.string() + "/out: Read-only file system\n"));
  CHECK(contains(result.error, "hint: check the permissions of this folder, or give another --output-dir"));
}

TEST_CASE("the error for an output folder that cannot be created names it") {
  const Disk disk;
  if (!can_mount(disk.path)) return;
  const ProcessResult result = with_own_mounts(disk.mount("ro") + disk.train("|| echo code $?"));
  CHECK(result.output == "code 1\n");
  CHECK(contains(result.error, disk.path.string() + "/out"));
  CHECK(contains(result.error, "Read-only file system"));
}

TEST_CASE("a folder without write permission is an error for an ordinary user") {
  if (geteuid() == 0) {
    MESSAGE("skipped: root may write everywhere");
    return;
  }
  const Disk disk;
  fs::permissions(disk.path, fs::perms::owner_read | fs::perms::owner_exec);
  const ProcessResult result = run_shell(disk.train(""));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "Permission denied"));
}

}  // namespace full_disk_test
