// Each case writes the files of /proc and /sys in the form of Linux's documentation (admin-guide/cgroup-v1, cgroup-v2).
#include "base/machine.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <numeric>

#include "temporary_folder.h"

namespace machine_test {

using namespace hone;

class FakeMachine {
 public:
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }

  // Cores of two hyper-threads each: cpu i and cpu i + count.
  void make_cores(int count) const {
    for (int cpu = 0; cpu < 2 * count; ++cpu) {
      write(fmt::format("sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu),
            fmt::format("{},{}\n", cpu % count, cpu % count + count));
    }
  }

  Machine read(const std::vector<int>& cpus) const { return read_machine(folder_.path(), cpus); }
  Machine read(int num_cpus) const {
    std::vector<int> cpus(static_cast<size_t>(num_cpus));
    std::iota(cpus.begin(), cpus.end(), 0);
    return read(cpus);
  }

 private:
  TemporaryFolder folder_;
};

TEST_CASE("hyper-threads of one core count once, and cores outside the affinity mask do not count") {
  const FakeMachine fake;
  fake.make_cores(4);
  CHECK(fake.read(8).num_logical_cpus == 8);
  CHECK(fake.read(8).num_physical_cores == 4);
  CHECK(fake.read(8).num_useful_threads() == 4);
  CHECK(fake.read({0, 4}).num_useful_threads() == 1);
  CHECK(fake.read({1, 2, 6}).num_useful_threads() == 2);
}

TEST_CASE("available memory is what the system can still give, or the group's limit if that is lower") {
  const FakeMachine fake;
  CHECK(fake.read(1).available_memory() == 0);
  fake.write("proc/meminfo", "MemTotal:       8000 kB\nMemFree:         100 kB\nMemAvailable:   6000 kB\n");
  CHECK(fake.read(1).available_memory() == 6000 * 1024);
  fake.write("proc/self/cgroup", "0::/\n");
  fake.write("sys/fs/cgroup/memory.max", "1024000\n");
  CHECK(fake.read(1).available_memory() == 1024000);
}

TEST_CASE("of a group's limit only what is left is available; file pages that nobody used lately are left") {
  const FakeMachine fake;
  fake.write("proc/meminfo", "MemTotal:       8000 kB\nMemAvailable:   6000 kB\n");
  fake.write("proc/self/cgroup", "0::/work.slice/job\n");
  fake.write("sys/fs/cgroup/work.slice/job/memory.max", "3000000\n");
  fake.write("sys/fs/cgroup/work.slice/job/memory.current", "1000000\n");
  CHECK(fake.read(1).available_memory() == 2000000);
  fake.write("sys/fs/cgroup/work.slice/job/memory.stat", "anon 600000\ninactive_file_x 7\ninactive_file 400000\n");
  CHECK(fake.read(1).available_memory() == 2400000);
  fake.write("sys/fs/cgroup/work.slice/memory.max", "4000000\n");  // a higher limit that leaves less
  fake.write("sys/fs/cgroup/work.slice/memory.current", "3900000\n");
  CHECK(fake.read(1).available_memory() == 100000);
  CHECK(fake.read(1).memory_limit == 3000000);
  fake.write("sys/fs/cgroup/work.slice/memory.current", "4100000\n");
  CHECK(fake.read(1).available_memory() == 1);  // 0 would mean that it is unknown
  fake.write("sys/fs/cgroup/work.slice/memory.current", "nonsense\n");
  fake.write("sys/fs/cgroup/work.slice/job/memory.max", "max\n");
  CHECK(fake.read(1).available_memory() == 4000000);
}

TEST_CASE("what version 1 leaves of a limit is available, and its number for no limit leaves all") {
  const FakeMachine fake;
  fake.write("proc/meminfo", "MemTotal:       8000 kB\nMemAvailable:   6000 kB\n");
  fake.write("proc/self/cgroup", "5:memory:/box\n");
  fake.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  fake.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "5000000\n");
  CHECK(fake.read(1).available_memory() == 6000 * 1024);
  fake.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "3000000\n");
  fake.write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "2500000\n");
  fake.write("sys/fs/cgroup/memory/box/memory.stat", "inactive_file 1\ntotal_inactive_file 500000\n");
  CHECK(fake.read(1).available_memory() == 1000000);
}

TEST_CASE("without a topology each processor counts as a core, and the count is at least 1") {
  const FakeMachine fake;
  CHECK(fake.read(3).num_physical_cores == 3);
  const Machine none = fake.read(0);
  CHECK(none.num_useful_threads() == 1);
  CHECK(none.processor.empty());
  CHECK_FALSE(none.cpu_quota);
  CHECK(none.usable_memory() == 0);
}

TEST_CASE("a cgroup v2 quota is rounded up, and the lowest of the group and its ancestors applies") {
  const FakeMachine fake;
  fake.make_cores(8);
  fake.write("proc/self/cgroup", "0::/work.slice/job\n");
  fake.write("sys/fs/cgroup/work.slice/job/cpu.max", "max 100000\n");
  CHECK(fake.read(16).num_useful_threads() == 8);
  fake.write("sys/fs/cgroup/work.slice/cpu.max", "250000 100000\n");
  CHECK(fake.read(16).cpu_quota == 2.5);
  CHECK(fake.read(16).num_useful_threads() == 3);
  fake.write("sys/fs/cgroup/work.slice/job/cpu.max", "50000 100000\n");
  CHECK(fake.read(16).num_useful_threads() == 1);
}

TEST_CASE("in a container's cgroup namespace the process is in the root group") {
  const FakeMachine fake;
  fake.write("proc/self/cgroup", "0::/\n");
  fake.write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  fake.write("sys/fs/cgroup/memory.max", "1073741824\n");
  fake.write("proc/meminfo", "MemTotal:       16384 kB\n");
  CHECK(fake.read(4).num_useful_threads() == 2);
  CHECK(fake.read(4).usable_memory() == 16384 * 1024);  // less than the limit
  fake.write("proc/meminfo", "MemFree: 5 kB\nMemTotal:       16777216 kB\n");
  CHECK(fake.read(4).memory_bytes == uint64_t{16} << 30);
  CHECK(fake.read(4).usable_memory() == uint64_t{1} << 30);
}

TEST_CASE("quota and memory limit of cgroup v1 are read, including the values that mean no limit") {
  const FakeMachine fake;
  fake.write("proc/meminfo", "MemTotal:       8388608 kB\n");
  fake.write("proc/self/cgroup", "5:memory:/box\n4:cpu,cpuacct:/box\n0::/\n");
  fake.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  fake.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  fake.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK_FALSE(fake.read(6).cpu_quota);
  CHECK_FALSE(fake.read(6).memory_limit);
  fake.write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "150000\n");
  fake.write("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "50000\n");
  fake.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2147483648\n");
  CHECK(fake.read(6).num_useful_threads() == 3);
  CHECK(fake.read(6).usable_memory() == uint64_t{2} << 30);
}

TEST_CASE("malformed cgroup files mean no limit") {
  const FakeMachine fake;
  fake.write("proc/self/cgroup", "nonsense\n:\n0::/../../outside\n4:cpu:\n");
  fake.write("proc/meminfo", "MemTotal\n:\nMemTotal: many\n");
  fake.write("sys/fs/cgroup/cpu.max", "100000 0\n");
  fake.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "0\n");
  fake.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "x\n");
  fake.write("sys/fs/cgroup/memory.max", "0\n");
  const Machine machine = fake.read(4);
  CHECK(machine.num_useful_threads() == 4);
  CHECK(machine.usable_memory() == 0);
}

TEST_CASE("the processor's name is read") {
  const FakeMachine fake;
  fake.write("proc/cpuinfo", "processor\t: 0\nmodel\t\t: 17\nmodel name\t: Fast Chip 9\n");
  CHECK(fake.read(1).processor == "Fast Chip 9");
}

TEST_CASE("this machine has at least one core and some memory") {
  const Machine machine = this_machine();
  CHECK(machine.num_useful_threads() >= 1);
  CHECK(machine.num_useful_threads() <= machine.num_logical_cpus);
  CHECK(machine.usable_memory() > 0);
}

}  // namespace machine_test
