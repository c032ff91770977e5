// Runs the built program as a user does: exit code, standard output and error, and the time it took. Also starts it,
// sends it a signal and waits. Death by a signal is exit code 128 + signal, as in a shell.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "temporary_folder.h"

namespace hone {

struct ProcessResult {
  int exit_code = -1;
  std::string output, error;
  double seconds = 0;
};

// A running program. The destructor kills it unless wait() was called.
class Process {
 public:
  // `arguments` exclude the program's name. `redirect_output`: a file for standard output, which is not captured then.
  Process(const std::string& program, const std::vector<std::string>& arguments, const std::string& input = "",
          const std::string& redirect_output = "")
      : output_(redirect_output.empty() ? folder_.write("output", "").string() : redirect_output),
        error_(folder_.write("error", "").string()),
        input_(folder_.write("input", input).string()),
        start_(Clock::now()) {
    std::vector<const char*> argv{program.c_str()};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) become(argv);
  }
  ~Process() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal_number) const { kill(pid_, signal_number); }

  std::string output_so_far() const { return read_file(output_); }
  std::string error_so_far() const { return read_file(error_); }

  // Waits until `reached`, which is checked every 2 ms. Returns false after `timeout_seconds` or at the end of the
  // program.
  bool wait_until(const std::function<bool()>& reached, double timeout_seconds = 60) {
    while (seconds() < timeout_seconds) {
      if (reached()) return true;
      siginfo_t ended{};
      waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (ended.si_pid != 0) return reached();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  // Waits for the end and returns the result; kills the program after `timeout_seconds`.
  ProcessResult wait(double timeout_seconds = 300) {
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (seconds() > timeout_seconds) kill(pid_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    pid_ = -1;
    ProcessResult result;
    result.seconds = seconds();
    result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (std::filesystem::is_regular_file(output_)) result.output = read_file(output_);
    result.error = read_file(error_);
    return result;
  }

 private:
  using Clock = std::chrono::steady_clock;

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  [[noreturn]] void become(const std::vector<const char*>& argv) const {
    dup2(open(input_.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(output_.c_str(), O_WRONLY), STDOUT_FILENO);
    dup2(open(error_.c_str(), O_WRONLY), STDERR_FILENO);
    execv(argv[0], const_cast<char* const*>(argv.data()));
    _exit(127);
  }

  TemporaryFolder folder_;
  std::string output_, error_, input_;
  Clock::time_point start_;
  pid_t pid_ = -1;
};

// Runs the built hone with these arguments.
inline ProcessResult run_hone(const std::vector<std::string>& arguments, const std::string& input = "") {
  return Process(HONE_PROGRAM, arguments, input).wait();
}

// Runs a shell command in which $HONE is the built program.
inline ProcessResult run_shell(const std::string& command) {
  return Process("/bin/bash", {"-c", "HONE='" HONE_PROGRAM "'; " + command}).wait();
}

}  // namespace hone
