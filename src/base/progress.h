// A progress bar with rate and time left: redrawn in place on a terminal, a plain line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hone {

// "1:02:03" or "02:03".
std::string format_duration(double seconds);

class Progress {
 public:
  // `what` opens each line ("training"); `unit` is what is counted ("step"). total 0: unknown. Only one bar is shown at
  // a time: one made while another lives stays silent.
  Progress(std::string what, std::string unit, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `note` is shown at the end of the bar, as "loss 0.61".
  void advance(uint64_t count = 1, const std::string& note = "");
  // Goes to `done` without counting it into the rate (a resumed run).
  void start_at(uint64_t done);
  // Ends the bar: on a terminal its line is cleared.
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

// Takes the bar off the terminal while something else is printed; it comes back with the next advance().
class ProgressPause {
 public:
  ProgressPause();
};

}  // namespace hone
