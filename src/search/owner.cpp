// The number of a process is used again, so its start time, field 22 of /proc/PID/stat, counts too.
#include "search/owner.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <sstream>

#include "base/host.h"

namespace hone::search {

namespace {

// Returns an empty text if there is no such process.
std::string start_time(int64_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process), std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const size_t name_end = text.rfind(')');  // the name may hold spaces and parentheses
  if (name_end == std::string::npos) return "";
  std::istringstream fields(text.substr(name_end + 1));
  std::string field, state;
  for (int number = 3; number <= 22 && fields >> field; ++number) {
    if (number == 3) state = field;
  }
  return state == "Z" || state == "X" ? "" : field;
}

}  // namespace

Json this_owner() {
  const int64_t process = getpid();
  return {{"host", host_name()}, {"boot", boot_id()}, {"process", process}, {"started", start_time(process)}};
}

bool has_ended(const Json& owner) {
  // Another program may have written it.
  const auto text = [&](const char* key) {
    const auto found = owner.find(key);
    return found != owner.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!owner.is_object() || text("host") != host_name()) return false;
  if (text("boot") != boot_id()) return true;
  const auto process = owner.find("process");
  return process == owner.end() || !process->is_number_integer() ||
         start_time(process->get<int64_t>()) != text("started");
}

}  // namespace hone::search
