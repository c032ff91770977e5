#include "gguf/file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <unordered_set>
#include <utility>

#include "base/utf8.h"

namespace hone::gguf {

namespace {

constexpr std::string_view kMagic = "GGUF", kOldMagics[] = {"ggml", "lmgg", "ggmf", "fmgg", "ggjt", "tjgg", "ggla"};
constexpr uint32_t kMinVersion = 2, kMaxVersion = 3;
constexpr uint32_t kMaxDims = 4;  // of ggml
constexpr uint64_t kDefaultAlignment = 32;
constexpr size_t kMinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;  // length, name, dimensions, one size, type, offset
constexpr size_t kMaxNameBytes = 65'535;

// A tensor whose place is not checked yet.
struct Described {
  Tensor tensor;
  uint64_t offset = 0, num_bytes = 0;
};

Error broken(const ByteReader& reader, const std::string& what) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", reader.source(), what), kDamagedHint);
}

void check_magic(std::string_view bytes, const ByteReader& reader) {
  if (bytes.starts_with(kMagic)) return;
  const std::string_view magic = bytes.substr(0, kMagic.size());
  if (std::ranges::find(kOldMagics, magic) != std::end(kOldMagics)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: a file of ggml from before GGUF (\"{}\")", reader.source(), magic),
                "take a GGUF file of this model");
  }
  throw Error(ErrorKind::kInput, fmt::format("{}: not a GGUF file: it does not begin with \"GGUF\"", reader.source()),
              "give the .gguf file of a model");
}

uint32_t read_version(ByteReader& reader) {
  const auto version = reader.number<uint32_t>("the version");
  if (version >= kMinVersion && version <= kMaxVersion) return version;
  const bool is_big_endian = version != 0 && (version & 0xFFFF) == 0;
  throw Error(ErrorKind::kUnsupported,
              is_big_endian ? fmt::format("{}: a big-endian GGUF file", reader.source())
                            : fmt::format("{}: version {} of GGUF", reader.source(), version),
              is_big_endian ? "take the little-endian file, or convert this one with the package gguf: "
                              "gguf-convert-endian FILE little"
                            : fmt::format("hone reads the versions {} and {}", kMinVersion, kMaxVersion));
}

uint64_t alignment_of(const Metadata& metadata) {
  const std::optional<int64_t> given = metadata.integer("general.alignment", 1, UINT32_MAX);
  if (!given) return kDefaultAlignment;
  const auto alignment = static_cast<uint64_t>(*given);
  if (!std::has_single_bit(alignment)) {
    throw metadata.error("general.alignment", fmt::format("is {}, not a power of 2", alignment));
  }
  return alignment;
}

std::string read_name(ByteReader& reader) {
  const std::string_view name = reader.text("the name of a tensor");
  if (name.empty() || name.size() > kMaxNameBytes) {
    throw reader.error(fmt::format("the name of a tensor has {} bytes, not from 1 to {}", name.size(), kMaxNameBytes));
  }
  if (find_invalid_utf8(name) != std::string_view::npos) throw reader.error("the name of a tensor is not UTF-8");
  return std::string(name);
}

// The file has the size of a row first.
std::vector<int64_t> read_shape(ByteReader& reader, const std::string& name) {
  const auto num_dims = reader.number<uint32_t>("the number of dimensions");
  if (num_dims == 0 || num_dims > kMaxDims) {
    throw reader.error(fmt::format("tensor \"{}\" has {} dimensions, not from 1 to {}", name, num_dims, kMaxDims));
  }
  std::vector<int64_t> shape;
  for (uint32_t i = 0; i < num_dims; ++i) {
    const auto size = reader.number<uint64_t>("a size of a tensor");
    if (size == 0 || size > INT64_MAX) {
      throw reader.error(fmt::format("tensor \"{}\" has the size {}, not from 1 to 2^63 - 1", name, size));
    }
    shape.insert(shape.begin(), static_cast<int64_t>(size));
  }
  return shape;
}

const TensorType& read_type(ByteReader& reader, const std::string& name) {
  const auto id = reader.number<uint32_t>("the type of a tensor");
  const TensorType* type = find_tensor_type(id);
  if (type != nullptr) return *type;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{}: tensor \"{}\" has the type {}, which hone does not know", reader.source(), name, id),
              "take a file of the same model in another quantisation, such as Q8_0 or Q4_K_M");
}

// Returns the bytes of whole rows.
uint64_t bytes_of(const Tensor& tensor, const ByteReader& reader) {
  const TensorType& type = *tensor.type;
  if (tensor.shape.back() % type.block_size != 0) {
    throw reader.error(fmt::format("tensor \"{}\" has rows of {} values, not whole blocks of {} ({})", tensor.name,
                                   tensor.shape.back(), type.block_size, type.name));
  }
  auto num_bytes = static_cast<uint64_t>(type.block_bytes);
  bool is_too_large =
      __builtin_mul_overflow(num_bytes, static_cast<uint64_t>(tensor.shape.back() / type.block_size), &num_bytes);
  for (size_t i = 0; i + 1 < tensor.shape.size(); ++i) {
    is_too_large |= __builtin_mul_overflow(num_bytes, static_cast<uint64_t>(tensor.shape[i]), &num_bytes);
  }
  // The number of values is a product that others compute without checks.
  if (is_too_large || num_bytes > INT64_MAX / static_cast<uint64_t>(type.block_size)) {
    throw reader.error(
        fmt::format("tensor \"{}\" of shape [{}] is too large", tensor.name, fmt::join(tensor.shape, ", ")));
  }
  return num_bytes;
}

Described read_description(ByteReader& reader, uint64_t alignment) {
  Described result;
  Tensor& tensor = result.tensor;
  tensor.name = read_name(reader);
  tensor.shape = read_shape(reader, tensor.name);
  tensor.type = &read_type(reader, tensor.name);
  result.num_bytes = bytes_of(tensor, reader);
  result.offset = reader.number<uint64_t>("the offset of a tensor");
  if (result.offset % alignment != 0) {
    throw reader.error(
        fmt::format("the offset {} of tensor \"{}\" is not a multiple of {}", result.offset, tensor.name, alignment));
  }
  return result;
}

std::vector<Described> read_descriptions(ByteReader& reader, uint64_t count, uint64_t alignment) {
  reader.check_count(count, "the number of tensors", kMinTensorBytes);
  std::vector<Described> described;
  std::unordered_set<std::string> names;
  for (uint64_t i = 0; i < count; ++i) {
    described.push_back(read_description(reader, alignment));
    const std::string& name = described.back().tensor.name;
    if (!names.insert(name).second) throw reader.error(fmt::format("tensor \"{}\" is there twice", name));
  }
  return described;
}

// Throws if two tensors share bytes.
void check_overlaps(std::vector<const Described*> tensors, const ByteReader& reader) {
  std::ranges::sort(tensors, {}, [](const Described* one) { return one->offset; });
  for (size_t i = 1; i < tensors.size(); ++i) {
    const Described &before = *tensors[i - 1], &one = *tensors[i];
    if (one.offset < before.offset + before.num_bytes) {
      throw broken(reader, fmt::format("tensor \"{}\" begins at byte {} of the data, inside of tensor \"{}\"",
                                       one.tensor.name, one.offset, before.tensor.name));
    }
  }
}

std::vector<Tensor> place_tensors(std::vector<Described> described, std::string_view bytes, uint64_t alignment,
                                  const ByteReader& reader) {
  if (described.empty()) return {};
  const uint64_t begin = (reader.position() + alignment - 1) / alignment * alignment;
  const std::string_view data = begin > bytes.size() ? std::string_view() : bytes.substr(static_cast<size_t>(begin));
  std::vector<const Described*> places;
  for (Described& one : described) {
    if (one.offset > data.size() || one.num_bytes > data.size() - one.offset) {
      throw broken(reader, fmt::format("tensor \"{}\" takes {} bytes from byte {} of the data, which has {}",
                                       one.tensor.name, one.num_bytes, one.offset, data.size()));
    }
    one.tensor.bytes = data.substr(static_cast<size_t>(one.offset), static_cast<size_t>(one.num_bytes));
    places.push_back(&one);
  }
  check_overlaps(std::move(places), reader);
  std::vector<Tensor> tensors;
  for (Described& one : described) tensors.push_back(std::move(one.tensor));
  return tensors;
}

}  // namespace

Contents parse(std::string_view bytes, const std::string& source) {
  ByteReader reader(bytes, source);
  check_magic(bytes, reader);
  reader.take(kMagic.size(), "the magic");
  Contents contents;
  contents.version = read_version(reader);
  const auto num_tensors = reader.number<uint64_t>("the number of tensors"),
             num_entries = reader.number<uint64_t>("the number of metadata entries");
  contents.metadata = Metadata(reader, num_entries);
  const uint64_t alignment = alignment_of(contents.metadata);
  std::vector<Described> described = read_descriptions(reader, num_tensors, alignment);
  contents.tensors = place_tensors(std::move(described), bytes, alignment, reader);
  return contents;
}

std::vector<float> values_of(const Tensor& tensor) {
  int64_t count = 1;
  for (const int64_t size : tensor.shape) count *= size;
  std::vector<float> values(static_cast<size_t>(count));
  dequantize(*tensor.type, tensor.bytes, values);
  return values;
}

bool is_gguf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorKind::kIo, fmt::format("cannot open {}: {}", path.string(), system_message(errno)));
  char magic[kMagic.size()] = {};
  file.read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == kMagic;
}

File::File(const std::filesystem::path& path)
    : source_(path.string()), map_(path), contents_(parse(map_.bytes(), source_)) {
  for (const Tensor& tensor : contents_.tensors) by_name_.emplace(tensor.name, &tensor);
}

const Tensor* File::find_tensor(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace hone::gguf
