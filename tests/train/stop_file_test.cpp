#include "train/stop_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

#include "temporary_folder.h"

using namespace hone;
using namespace hone::train;

TEST_CASE("an earlier run's stop file is removed, and a new one is noticed soon and remembered") {
  const TemporaryFolder folder;
  const auto path = folder.write("stop", "");
  StopFile stop(folder.path());
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(stop.is_requested());
  folder.write("stop", "");
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  CHECK(stop.is_requested());
  stop.remove();
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(stop.is_requested());
}

TEST_CASE("most calls of is_requested() make no system call") {
  const TemporaryFolder folder;
  StopFile stop(folder.path());
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100'000; ++i) stop.is_requested();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100));
}
