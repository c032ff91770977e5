// TensorBoard's event files: TFRecords (a length and a message, each with a CRC-32C) of Event messages in protobuf's
// wire format. Only the few fields that a log needs are written, and none are read (docs/architecture.md says why by
// hand).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.h"

namespace hone::train {

// CRC-32C (Castagnoli), and the form in which TFRecords store it.
uint32_t crc32c(std::string_view bytes);
uint32_t masked_crc32c(std::string_view bytes);

// The whole TFRecord of one message.
std::string tf_record(std::string_view message);

// The Event messages of tensorflow/core/util/event.proto; `wall_time` in unix seconds.
std::string version_event(double wall_time);
std::string scalar_event(double wall_time, int64_t step, std::string_view tag, float value);
// As torch's add_text: shown by TensorBoard's text plugin.
std::string text_event(double wall_time, int64_t step, std::string_view tag, std::string_view text);
// The log is written again from this step on: what older files have of it and later steps is void.
std::string restart_event(double wall_time, int64_t step);

// A new event file in a folder, which is made.
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
