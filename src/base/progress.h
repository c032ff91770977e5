// A progress bar with rate and remaining time. A terminal shows one line that is redrawn; elsewhere a plain line is
// written every 30 seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hone {

// "1:02:03" or "02:03".
std::string format_duration(double seconds);

class Progress {
 public:
  // `what` begins each line ("training"). `unit` is the singular of what is counted ("step"). total 0: unknown. Only
  // one bar is shown at a time: a bar made while another one is alive shows nothing.
  Progress(std::string what, std::string unit, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `note` is shown at the end of the line, for example "loss 0.61".
  void advance(uint64_t count = 1, const std::string& note = "");
  // Starts at `done`, which does not count for the rate (a resumed run).
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
