// Makes the bytes of GGUF files for tests, also of files that lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone::gguf {

template <typename T>
std::string raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// A length and the text.
inline std::string raw_text(std::string_view text) { return raw<uint64_t>(text.size()) + std::string(text); }

class MadeFile {
 public:
  uint32_t version = 3;
  uint64_t alignment = 32;
  std::string data;  // of the tensors

  void add_raw(std::string_view key, uint32_t type, std::string_view value) {
    entries_ += raw_text(key) + raw(type) + std::string(value);
    ++num_entries;
  }
  void add_uint32(std::string_view key, uint32_t value) { add_raw(key, 4, raw(value)); }
  void add_float(std::string_view key, float value) { add_raw(key, 6, raw(value)); }
  void add_flag(std::string_view key, bool value) { add_raw(key, 7, raw<uint8_t>(value ? 1 : 0)); }
  void add_text(std::string_view key, std::string_view value) { add_raw(key, 8, raw_text(value)); }
  void add_texts(std::string_view key, const std::vector<std::string>& values) {
    std::string bytes = raw<uint32_t>(8) + raw<uint64_t>(values.size());
    for (const std::string& value : values) bytes += raw_text(value);
    add_raw(key, 9, bytes);
  }
  template <typename T>
  void add_numbers(std::string_view key, uint32_t type, const std::vector<T>& values) {
    std::string bytes = raw(type) + raw<uint64_t>(values.size());
    for (const T value : values) bytes += raw(value);
    add_raw(key, 9, bytes);
  }

  // `sizes` in the order of the file: that of a row first.
  void add_tensor(std::string_view name, const std::vector<uint64_t>& sizes, uint32_t type, uint64_t offset) {
    tensors_ += raw_text(name) + raw(static_cast<uint32_t>(sizes.size()));
    for (const uint64_t size : sizes) tensors_ += raw(size);
    tensors_ += raw(type) + raw(offset);
    ++num_tensors;
  }
  // Adds a tensor of float32 and its bytes.
  void add_floats(std::string_view name, const std::vector<uint64_t>& sizes, const std::vector<float>& values) {
    data.resize((data.size() + alignment - 1) / alignment * alignment);
    add_tensor(name, sizes, 0, data.size());
    for (const float value : values) data += raw(value);
  }

  std::string bytes() const {
    std::string file = "GGUF" + raw(version) + raw(num_tensors) + raw(num_entries) + entries_ + tensors_;
    if (!data.empty()) file.resize((file.size() + alignment - 1) / alignment * alignment);
    return file + data;
  }

  uint64_t num_tensors = 0, num_entries = 0;  // what the header claims

 private:
  std::string entries_, tensors_;
};

}  // namespace hone::gguf
