// Checks every number of the header before use: lengths against the file, products by checked arithmetic, and the
// tensors' positions against each other.
#include "tensor/safetensors_header.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/checked.h"
#include "base/json.h"
#include "tensor/dtype.h"

namespace hone::tensor {

namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // as in the reference reader
constexpr size_t kLengthBytes = 8;
constexpr const char* kBrokenHint = "the file is damaged or incomplete: download it again";

// Uses a map because base/json.h's ordered object searches linearly, and a header may have millions of names.
using HeaderJson = nlohmann::json;

Error broken(const std::string& source, const std::string& what) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", source, what), kBrokenHint);
}

std::string_view header_text(std::string_view file, const std::string& source) {
  if (file.size() < kLengthBytes) {
    throw broken(source, fmt::format("{} bytes are too few for a safetensors file", file.size()));
  }
  uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kMaxHeaderBytes) {
    throw broken(source, fmt::format("its header claims {} bytes, more than {}", length, kMaxHeaderBytes));
  }
  if (length > file.size() - kLengthBytes) {
    throw broken(source, fmt::format("its header claims {} bytes, the file has {}", length, file.size()));
  }
  const std::string_view text = file.substr(kLengthBytes, length);
  if (!text.starts_with('{')) throw broken(source, "its header does not begin with \"{\"");
  return text;
}

HeaderJson parse_header_json(std::string_view text, const std::string& source) {
  check_json_depth(text, source);
  std::vector<std::set<std::string>> keys;  // of the open objects
  const auto note_keys = [&](int, HeaderJson::parse_event_t event, HeaderJson& parsed) {
    if (event == HeaderJson::parse_event_t::object_start) keys.emplace_back();
    if (event == HeaderJson::parse_event_t::object_end) keys.pop_back();
    if (event == HeaderJson::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw broken(source, fmt::format("\"{}\" is in its header twice", parsed.get<std::string>()));
    }
    return true;
  };
  HeaderJson header = HeaderJson::parse(text, note_keys, /*allow_exceptions=*/false);
  if (header.is_discarded()) throw json_syntax_error(text, source + " (header)");
  return header;
}

std::vector<int64_t> parse_sizes(const HeaderJson& entry, const char* key, const std::string& source,
                                 const std::string& name) {
  const auto found = entry.find(key);
  const bool is_sizes = found != entry.end() && found->is_array() &&
                        std::all_of(found->begin(), found->end(), [](const HeaderJson& item) {
                          return item.is_number_unsigned() && item.get<uint64_t>() <= INT64_MAX;
                        });
  if (!is_sizes) throw broken(source, fmt::format("\"{}\" of tensor \"{}\" is not a list of sizes", key, name));
  return found->get<std::vector<int64_t>>();
}

at::ScalarType parse_dtype(const HeaderJson& entry, const std::string& source, const std::string& name) {
  const auto found = entry.find("dtype");
  if (found == entry.end() || !found->is_string()) {
    throw broken(source, fmt::format("\"dtype\" of tensor \"{}\" is not a name", name));
  }
  return dtype_of_name(found->get<std::string>());
}

StoredTensor parse_tensor(const std::string& name, const HeaderJson& entry, std::string_view data,
                          const std::string& source) {
  if (!entry.is_object()) throw broken(source, fmt::format("tensor \"{}\" is not described by an object", name));
  StoredTensor tensor{name, parse_dtype(entry, source, name), parse_sizes(entry, "shape", source, name), {}, {}};
  const std::vector<int64_t> offsets = parse_sizes(entry, "data_offsets", source, name);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    throw broken(source, fmt::format("\"data_offsets\" of tensor \"{}\" are not a begin and an end", name));
  }
  if (static_cast<uint64_t>(offsets[1]) > data.size()) {
    throw broken(source, fmt::format("tensor \"{}\" ends at byte {} of {}", name, offsets[1], data.size()));
  }
  auto num_bytes = static_cast<int64_t>(c10::elementSize(tensor.dtype));
  for (const int64_t size : tensor.shape) num_bytes = checked_multiply(num_bytes, size, "the size of a tensor");
  if (num_bytes != offsets[1] - offsets[0]) {
    throw broken(source,
                 fmt::format("tensor \"{}\" of shape {} and type {} needs {} bytes, its position has {}", name,
                             shape_text(tensor.shape), dtype_name(tensor.dtype), num_bytes, offsets[1] - offsets[0]));
  }
  tensor.bytes = data.substr(static_cast<size_t>(offsets[0]), static_cast<size_t>(num_bytes));
  return tensor;
}

// Checks that the tensors, sorted by position, are adjacent and fill `data`.
void check_places(const std::vector<StoredTensor>& tensors, std::string_view data, const std::string& source) {
  const char* expected = data.data();
  for (const StoredTensor& tensor : tensors) {
    if (tensor.bytes.data() != expected) {
      throw broken(source, fmt::format("tensor \"{}\" begins at byte {}, the one before it ends at {}", tensor.name,
                                       tensor.bytes.data() - data.data(), expected - data.data()));
    }
    expected += tensor.bytes.size();
  }
  if (expected != data.data() + data.size()) {
    throw broken(source,
                 fmt::format("its tensors take {} bytes, the file has {}", expected - data.data(), data.size()));
  }
}

std::map<std::string, std::string> parse_metadata(const HeaderJson& value, const std::string& source) {
  const bool is_texts = value.is_object() && std::all_of(value.begin(), value.end(),
                                                         [](const HeaderJson& item) { return item.is_string(); });
  if (!is_texts) throw broken(source, "its \"__metadata__\" is not an object of texts");
  return value.get<std::map<std::string, std::string>>();
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view file, const std::string& source) {
  const std::string_view text = header_text(file, source);
  const std::string_view data = file.substr(kLengthBytes + text.size());
  const HeaderJson json = parse_header_json(text, source);
  SafetensorsHeader header;
  for (const auto& [name, entry] : json.items()) {
    if (name == "__metadata__") {
      header.metadata = parse_metadata(entry, source);
    } else {
      header.tensors.push_back(parse_tensor(name, entry, data, source));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
  });
  check_places(header.tensors, data, source);
  return header;
}

}  // namespace hone::tensor
