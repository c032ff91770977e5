// A window on the text of a file. more() extends it at its end; consume() shortens it at its beginning. Parsers read
// records in place, from mapped and from compressed files. All text in the window is valid UTF-8. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_scan.h"
#include "base/files.h"
#include "table/decompress.h"
#include "table/read.h"

namespace hone::table {

inline uint64_t count_lines(std::string_view text) {
  return count_bytes(text, [](ByteLanes bytes) { return equals_byte(bytes, '\n'); });
}

class TextSource {
 public:
  // Skips a UTF-8 byte order mark. If all lines end in CR (the first megabytes hold a CR and no LF), every CR becomes
  // an LF. Errors: kIo; kInput for UTF-16 and for bytes that are not UTF-8 (in more()).
  TextSource(const std::filesystem::path& path, Charset charset);

  // Returns the text that is read but not consumed. It is valid until more() or consume().
  std::string_view window() const { return window_; }
  // Makes the window at least twice as long, or extends it to the end of the file. Returns false at the end of the
  // file.
  bool more();
  // True if the window reaches the end of the file.
  bool at_end() const { return ended_; }
  // Removes the first `size` bytes of the window, which hold `lines` line ends.
  void consume(size_t size, uint64_t lines);

  const std::string& name() const { return *name_; }
  const std::shared_ptr<const std::string>& shared_name() const { return name_; }

 private:
  size_t extend_mapped(size_t size);
  size_t extend_streamed(size_t size);
  void validate(size_t from);
  void skip_byte_order_mark();
  void convert_line_ends(size_t from);

  std::shared_ptr<const std::string> name_;
  Charset charset_;
  std::unique_ptr<MappedFile> mapped_;
  size_t mapped_end_ = 0;  // how far the window reaches into mapped_
  size_t released_ = 0;    // bytes of mapped_ that were given back to the system
  std::unique_ptr<ByteReader> reader_;
  std::string buffer_;
  size_t buffer_start_ = 0;      // start of the window in buffer_
  size_t checked_ = 0;           // bytes of the window known to be UTF-8
  uint64_t consumed_lines_ = 0;  // line ends before the window
  uint64_t consumed_bytes_ = 0;  // bytes before the window
  std::string_view all_;         // the window and, behind it, the bytes of an incomplete character
  std::string_view window_;
  bool ended_ = false, source_ended_ = false;
  bool buffered_ = false;  // the window lies in buffer_, not in mapped_
  bool cr_ends_lines_ = false;
};

}  // namespace hone::table
