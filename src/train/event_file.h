// TensorBoard's event files: TFRecords (a length and a message, each with a CRC-32C) of Event messages in protobuf's
// wire format. Writes only the few fields that a log needs, and reads none (docs/architecture.md says why by hand).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.h"

namespace hone::train {

// CRC-32C (Castagnoli), and the masked form that TFRecords store.
uint32_t crc32c(std::string_view bytes);
uint32_t masked_crc32c(std::string_view bytes);

// The whole TFRecord of one message.
std::string tf_record(std::string_view message);

// The Event messages of tensorflow/core/util/event.proto; `wall_time` in unix seconds.
std::string version_event(double wall_time);
std::string scalar_event(double wall_time, int64_t step, std::string_view tag, float value);
// Like torch's add_text. TensorBoard's text plugin shows it.
std::string text_event(double wall_time, int64_t step, std::string_view tag, std::string_view text);
// Marks the events of this and later steps in older files as void.
std::string restart_event(double wall_time, int64_t step);

// A new event file in a folder. Makes the folder if it is missing.
class EventFile {
 public:
  // Errors: kIo.
  explicit EventFile(const std::filesystem::path& folder);

  // Appends a message. Errors: kIo.
  void add(std::string_view message) { file_.append(tf_record(message)); }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  AppendFile file_;
};

}  // namespace hone::train
