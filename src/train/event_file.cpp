// Writes fields in the order of their numbers, as protobuf does, and omits zeros and empty texts.
#include "train/event_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <boost/crc.hpp>

#include "base/host.h"

namespace hone::train {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

template <typename Number>
std::string bytes_of(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Builds a protobuf message. Wire format: https://protobuf.dev/programming-guides/encoding
class Message {
 public:
  Message& number(int field, int64_t value) {
    if (value == 0) return *this;
    key(field, 0);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  Message& fixed(int field, double value) {
    key(field, 1);
    bytes_ += bytes_of(value);
    return *this;
  }
  Message& fixed(int field, float value) {
    key(field, 5);
    bytes_ += bytes_of(value);
    return *this;
  }
  Message& bytes(int field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(int field, const Message& value) { return bytes(field, value.bytes_); }
  const std::string& text() const { return bytes_; }

 private:
  void key(int field, unsigned wire_type) { varint(static_cast<uint64_t>(field) << 3 | wire_type); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

Message event(double wall_time, int64_t step) { return Message().fixed(1, wall_time).number(2, step); }

std::string summary_event(double wall_time, int64_t step, const Message& value) {
  return event(wall_time, step).message(5, Message().message(1, value)).text();
}

// Creates the folder, and returns a path in it that no other process and no other EventFile uses.
std::filesystem::path new_event_path(const std::filesystem::path& folder) {
  static std::atomic<unsigned> counter{0};
  make_folders(folder);
  return folder / fmt::format("events.out.tfevents.{:010}.{}.{}.{}", static_cast<int64_t>(unix_seconds()), host_name(),
                              getpid(), counter++);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

// As in tensorflow/core/lib/hash/crc32c.h: masks the CRC, because a CRC of bytes that contain their own CRC is weak.
uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8u; }

std::string tf_record(std::string_view message) {
  const std::string length = bytes_of(static_cast<uint64_t>(message.size()));
  return length + bytes_of(masked_crc32c(length)) + std::string(message) + bytes_of(masked_crc32c(message));
}

std::string version_event(double wall_time) { return event(wall_time, 0).bytes(3, "brain.Event:2").text(); }

std::string scalar_event(double wall_time, int64_t step, std::string_view tag, float value) {
  return summary_event(wall_time, step, Message().bytes(1, tag).fixed(2, value));
}

std::string text_event(double wall_time, int64_t step, std::string_view tag, std::string_view text) {
  constexpr int64_t kTypeString = 7;
  const Message shape = Message().message(2, Message().number(1, 1));  // one dimension of size 1
  const Message tensor = Message().number(1, kTypeString).message(2, shape).bytes(8, text);
  const Message metadata = Message().message(1, Message().bytes(1, "text"));  // the plugin's name
  return summary_event(wall_time, step,
                       Message().bytes(1, fmt::format("{}/text_summary", tag)).message(8, tensor).message(9, metadata));
}

std::string restart_event(double wall_time, int64_t step) {
  constexpr int64_t kStart = 1;
  return event(wall_time, step).message(7, Message().number(1, kStart)).text();
}

EventFile::EventFile(const std::filesystem::path& folder) : file_(new_event_path(folder)) {
  add(version_event(unix_seconds()));
}

}  // namespace hone::train
