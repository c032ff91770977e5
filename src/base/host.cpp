// Host name and clock by POSIX and the standard library, the boot id from /proc.
#include "base/host.h"

#include <unistd.h>

#include <chrono>
#include <fstream>

namespace hone {

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace hone
