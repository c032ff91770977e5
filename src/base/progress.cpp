// The bar appears after two seconds, so that short jobs show none.
#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <mutex>

#include "base/counted.h"
#include "base/terminal.h"

namespace hone {

namespace {

using namespace std::chrono_literals;

std::recursive_mutex& bar_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}
Progress* current_bar = nullptr;

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(std::string what, std::string unit, uint64_t total)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      start_(Clock::now()),
      last_draw_(start_),
      terminal_(isatty(STDERR_FILENO) != 0) {
  const std::lock_guard lock(bar_mutex());
  active_ = current_bar == nullptr;
  if (active_) current_bar = this;
}

Progress::~Progress() { finish(); }

void Progress::start_at(uint64_t done) { done_ = start_done_ = done; }

void Progress::advance(uint64_t count, const std::string& note) {
  const std::lock_guard lock(bar_mutex());
  done_ += count;
  if (!note.empty()) note_ = note;
  if (!active_) return;
  const auto now = Clock::now();
  const auto quiet = shown_ ? (terminal_ ? 100ms : 30'000ms) : 2'000ms;
  if (now - last_draw_ >= quiet || (terminal_ && shown_ && done_ == total_)) draw(now);
}

std::string Progress::line(Clock::time_point now) const {
  const double elapsed = std::max(1e-9, seconds_between(start_, now));
  const double rate = static_cast<double>(done_ - start_done_) / elapsed;
  std::string text = what_ + " ";
  if (total_ > 0) {
    constexpr uint64_t kCells = 24;
    const uint64_t filled = std::min(done_, total_) * kCells / total_;
    if (terminal_) text += fmt::format("[{:#<{}}{:.<{}}] ", "", filled, "", kCells - filled);
    text += fmt::format("{}/{} ({:.0f} %)", done_, counted(total_, unit_),
                        100.0 * static_cast<double>(done_) / static_cast<double>(total_));
  } else {
    text += counted(done_, unit_);
  }
  text += rate >= 1 || rate <= 0 ? fmt::format(", {:.1f} {}/s", rate, plural_of(unit_))
                                 : fmt::format(", {:.1f} s/{}", 1 / rate, unit_);
  if (total_ > done_ && rate > 0)
    text += fmt::format(", {} left", format_duration(static_cast<double>(total_ - done_) / rate));
  if (!note_.empty()) text += ", " + note_;
  return text;
}

void Progress::draw(Clock::time_point now) {
  const std::string text = line(now);
  if (terminal_) {
    const size_t columns = terminal_columns(STDERR_FILENO).value_or(kMaxLineColumns);
    fmt::print(stderr, "\r\x1b[K{}", first_columns(text, columns - 1));
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
  shown_ = drawn_ = true;
  last_draw_ = now;
}

void Progress::clear() {
  if (terminal_ && drawn_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
  drawn_ = false;
}

void Progress::finish() {
  const std::lock_guard lock(bar_mutex());
  if (!active_) return;
  clear();
  active_ = false;
  current_bar = nullptr;
}

ProgressPause::ProgressPause() {
  const std::lock_guard lock(bar_mutex());
  if (current_bar != nullptr) current_bar->clear();
}

}  // namespace hone
