// Reads a text file line by line. Lines end in LF, CR or CRLF.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "table/text_source.h"

namespace hone::table {

class LineReader {
 public:
  // Errors: those of TextSource.
  LineReader(const std::filesystem::path& path, Charset charset) : source_(path, charset) {}

  // Returns the next line without its end, valid until the next call; nullopt after the last line.
  std::optional<std::string_view> next();
  // Whether the line that next() returned has a line end, which only the last line of a file may lack.
  bool has_line_end() const { return has_end_; }
  // The number of the line that next() returned, counted from 1.
  uint64_t line() const { return line_; }
  bool is_empty() const { return line_ == 0 && source_.window().empty() && source_.at_end(); }
  const TextSource& source() const { return source_; }

 private:
  size_t line_end(size_t position) const;

  TextSource source_;
  size_t taken_ = 0;      // bytes of the line that next() returned, with its end
  bool has_end_ = false;  // whether that line has a line end
  uint64_t line_ = 0;
};

// Returns whether the rows of a file are its lines: a txt file, by its name.
bool holds_lines(const std::filesystem::path& path);

}  // namespace hone::table
