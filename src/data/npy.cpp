#include "data/npy.h"

#include <charconv>
#include <cstring>
#include <optional>
#include <regex>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "base/files.h"

namespace hone::data {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;
constexpr uint64_t kMaxHeader = 4096;  // that of a matrix has about a hundred bytes

Error malformed(const std::filesystem::path& path, std::string_view what) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", path.string(), what),
               "write the probabilities with numpy.save as an array [rows, classes] of float32 or float64");
}

uint64_t little_endian(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return number;
}

struct Header {
  size_t item_size = 0;
  bool is_fortran = false;
  uint64_t num_rows = 0, num_columns = 0;
};

uint64_t parsed_size(const std::filesystem::path& path, const std::string& digits) {
  uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc() || end != digits.data() + digits.size()) throw malformed(path, "a size is too large");
  return size;
}

// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }.
Header parsed_header(const std::filesystem::path& path, const std::string& text) {
  static const std::regex kType(R"('descr'\s*:\s*'([^']*)')"), kOrder(R"('fortran_order'\s*:\s*(True|False))");
  static const std::regex kShape(R"('shape'\s*:\s*\(\s*(\d+)\s*,\s*(\d+)\s*,?\s*\))"),
      kAnyShape(R"('shape'\s*:\s*(\([^)]*\)))");
  std::smatch type, order, shape;
  if (!std::regex_search(text, type, kType) || !std::regex_search(text, order, kOrder)) {
    throw malformed(path, "the header of the .npy file is malformed");
  }
  if (!std::regex_search(text, shape, kShape)) {
    std::smatch other;
    const bool has_shape = std::regex_search(text, other, kAnyShape);
    throw malformed(path,
                    fmt::format("the array has the shape {}, not two dimensions", has_shape ? other[1].str() : "?"));
  }
  const std::string descr = type[1];
  if (descr != "<f4" && descr != "<f8") throw malformed(path, fmt::format("the array holds \"{}\"", descr));
  return {descr == "<f4" ? size_t{4} : size_t{8}, order[1] == "True", parsed_size(path, shape[1]),
          parsed_size(path, shape[2])};
}

}  // namespace

Matrix read_npy(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::string_view bytes = file.bytes();
  if (!bytes.starts_with(kMagic) || bytes.size() < 10) throw malformed(path, "this is not a .npy file");
  const size_t length_size = bytes[6] == 1 ? 2 : 4;
  const size_t header_begin = 8 + length_size;
  const uint64_t header_size = bytes.size() < header_begin ? UINT64_MAX : little_endian(bytes.substr(8, length_size));
  if (header_size > bytes.size() - std::min(bytes.size(), header_begin)) throw malformed(path, "the file is truncated");
  if (header_size > kMaxHeader) throw malformed(path, "the header of the .npy file is malformed");
  const Header header = parsed_header(path, std::string(bytes.substr(header_begin, header_size)));
  const std::string_view data = bytes.substr(header_begin + header_size);
  const uint64_t count = checked_multiply(header.num_rows, header.num_columns, "the array");
  if (data.size() / header.item_size < count) throw malformed(path, "the file is truncated");
  Matrix matrix{header.num_rows, header.num_columns, std::vector<double>(count)};
  for (uint64_t i = 0; i < count; ++i) {
    const char* const item = data.data() + i * header.item_size;
    float small = 0;
    double value = 0;
    if (header.item_size == 4) {
      std::memcpy(&small, item, 4);
      value = static_cast<double>(small);
    } else {
      std::memcpy(&value, item, 8);
    }
    const uint64_t at = header.is_fortran ? i % header.num_rows * header.num_columns + i / header.num_rows : i;
    matrix.values[at] = value;
  }
  return matrix;
}

void write_npy(const std::filesystem::path& path, std::span<const float> values, uint64_t num_columns) {
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
                                   num_columns == 0 ? 0 : values.size() / num_columns, num_columns);
  header.resize((header.size() + 10) / kAlignment * kAlignment + kAlignment - 11, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file(path, bytes);
}

}  // namespace hone::data
