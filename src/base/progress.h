// A progress bar with rate and remaining time. On a terminal it redraws one line; elsewhere it writes a plain line
// every 30 seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hone {

// Returns "1:02:03" or "02:03".
std::string format_duration(double seconds);

class Progress {
 public:
  // `what` begins each line ("training"). `unit` is the singular of what the bar counts ("step"). A total of 0 means
  // unknown. Only one bar is visible at a time: a bar made while another one is alive shows nothing.
  Progress(std::string what, std::string unit, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows `note` at the end of the line, for example "loss 0.61".
  void advance(uint64_t count = 1, const std::string& note = "");
  // Starts at `done`, for example in a resumed run. The rate ignores these first units.
  void start_at(uint64_t done);
  // Ends the bar, and clears its line on a terminal.
  void finish();

 private:
  friend class ProgressPause;
  using Clock = std::chrono::steady_clock;

  std::string line(Clock::time_point now) const;
  void draw(Clock::time_point now);
  void clear();

  std::string what_, unit_, note_;
  uint64_t total_, done_ = 0, start_done_ = 0;
  Clock::time_point start_, last_draw_;
  bool shown_ = false, terminal_, active_, drawn_ = false;
};

// Removes the bar from the terminal before something else is printed. The next advance() shows it again.
class ProgressPause {
 public:
  ProgressPause();
};

}  // namespace hone
