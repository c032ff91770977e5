#include "table/npy_header.h"

#include <charconv>
#include <regex>

#include "base/checked.h"
#include "base/error.h"

namespace hone::table {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;
constexpr uint64_t kMaxHeader = 4096;  // that of a matrix has about a hundred bytes

uint64_t little_endian(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return number;
}

class NpyHeaderReader {
 public:
  NpyHeaderReader(std::string_view bytes, const std::string& source, const std::string& hint)
      : bytes_(bytes), source_(source), hint_(hint) {}

  NpyHeader read() const {
    if (!bytes_.starts_with(kMagic) || bytes_.size() < 10) throw malformed("this is not a .npy file");
    const size_t length_size = bytes_[6] == 1 ? 2 : 4;
    const size_t begin = 8 + length_size;
    const uint64_t size = bytes_.size() < begin ? UINT64_MAX : little_endian(bytes_.substr(8, length_size));
    if (size > bytes_.size() - std::min(bytes_.size(), begin)) throw malformed("the file is truncated");
    if (size > kMaxHeader) throw malformed("the header of the .npy file is malformed");
    NpyHeader header = parsed(std::string(bytes_.substr(begin, size)));
    header.size = begin + size;
    const uint64_t count = checked_multiply(header.num_rows, header.num_columns, "the array");
    if ((bytes_.size() - header.size) / header.item_size < count) throw malformed("the file is truncated");
    return header;
  }

 private:
  Error malformed(std::string_view what) const {
    return Error(ErrorKind::kInput, fmt::format("{}: {}", source_, what), hint_);
  }

  uint64_t parsed_size(const std::string& digits) const {
    uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc() || end != digits.data() + digits.size()) throw malformed("a size is too large");
    return size;
  }

  // Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }.
  NpyHeader parsed(const std::string& text) const {
    static const std::regex kType(R"('descr'\s*:\s*'([^']*)')"), kOrder(R"('fortran_order'\s*:\s*(True|False))");
    static const std::regex kShape(R"('shape'\s*:\s*\(\s*(\d+)\s*,\s*(\d+)\s*,?\s*\))"),
        kAnyShape(R"('shape'\s*:\s*(\([^)]*\)))");
    std::smatch type, order, shape;
    if (!std::regex_search(text, type, kType) || !std::regex_search(text, order, kOrder)) {
      throw malformed("the header of the .npy file is malformed");
    }
    if (!std::regex_search(text, shape, kShape)) {
      std::smatch other;
      const bool has_shape = std::regex_search(text, other, kAnyShape);
      throw malformed(fmt::format("the array has the shape {}, not two dimensions", has_shape ? other[1].str() : "?"));
    }
    const std::string descr = type[1];
    if (descr != "<f4" && descr != "<f8") throw malformed(fmt::format("the array holds \"{}\"", descr));
    return {.item_size = descr == "<f4" ? size_t{4} : size_t{8},
            .is_fortran = order[1] == "True",
            .num_rows = parsed_size(shape[1]),
            .num_columns = parsed_size(shape[2])};
  }

  std::string_view bytes_;
  const std::string& source_;
  const std::string& hint_;
};

}  // namespace

NpyHeader read_npy_header(std::string_view bytes, const std::string& source, const std::string& hint) {
  return NpyHeaderReader(bytes, source, hint).read();
}

std::string npy_header(uint64_t num_rows, uint64_t num_columns) {
  std::string text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", num_rows, num_columns);
  text.resize((text.size() + 10) / kAlignment * kAlignment + kAlignment - 11, ' ');
  text += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return bytes + text;
}

}  // namespace hone::table
