// TensorBoard's event files: TFRecords (a length and a message, each with a CRC-32C) of Event messages in protobuf's
// wire format. Writes only the few fields that a log needs. docs/architecture.md explains why hone does not use
// libprotobuf.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.h"

namespace hone::train {

// Return the CRC-32C (Castagnoli), and the masked form that TFRecords store.
uint32_t crc32c(std::string_view bytes);
uint32_t masked_crc32c(std::string_view bytes);

// Returns the whole TFRecord of one message.
std::string tf_record(std::string_view message);

// Return Event messages of tensorflow/core/util/event.proto; `wall_time` in unix seconds.
std::string version_event(double wall_time);
std::string scalar_event(double wall_time, int64_t step, std::string_view tag, float value);
// Returns the event that torch's add_text writes. TensorBoard's text plugin shows it.
std::string text_event(double wall_time, int64_t step, std::string_view tag, std::string_view text);
// Returns the event that makes TensorBoard drop the events of this and later steps in older files.
std::string restart_event(double wall_time, int64_t step);

// A new event file in a folder. Creates the folder if it is missing.
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
