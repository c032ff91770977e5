#include "tensor/safetensors_writer.h"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cstring>

#include "base/json.h"
#include "tensor/dtype.h"

namespace hone::tensor {

namespace {

std::string header_of(std::span<const TensorPlan> plans, const std::map<std::string, std::string>& metadata) {
  std::vector<std::string> entries;  // not an ordered object, which would search linearly for each name
  if (!metadata.empty()) entries.push_back(fmt::format("\"__metadata__\":{}", Json(metadata).dump()));
  uint64_t begin = 0;
  for (const TensorPlan& plan : plans) {
    const uint64_t end = begin + plan.num_bytes();
    Json entry = Json::object();
    entry["dtype"] = dtype_name(plan.dtype);
    entry["shape"] = plan.shape;
    entry["data_offsets"] = {begin, end};
    entries.push_back(fmt::format("{}:{}", Json(plan.name).dump(), entry.dump()));
    begin = end;
  }
  std::string header = fmt::format("{{{}}}", fmt::join(entries, ","));
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace

uint64_t TensorPlan::num_bytes() const {
  uint64_t bytes = c10::elementSize(dtype);
  for (const int64_t size : shape) bytes *= static_cast<uint64_t>(size);
  return bytes;
}

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, std::span<const TensorPlan> plans,
                                     const std::map<std::string, std::string>& metadata)
    : file_(path) {
  const std::string header = header_of(plans, metadata);
  const uint64_t length = header.size();
  char length_bytes[sizeof length];
  std::memcpy(length_bytes, &length, sizeof length);
  file_.write({length_bytes, sizeof length_bytes});
  file_.write(header);
  for (const TensorPlan& plan : plans) num_left_ += plan.num_bytes();
}

void SafetensorsWriter::write(std::string_view bytes) {
  check_internal(bytes.size() <= num_left_, "SafetensorsWriter: more bytes than planned");
  file_.write(bytes);
  num_left_ -= bytes.size();
}

void SafetensorsWriter::commit() {
  check_internal(num_left_ == 0, "SafetensorsWriter: fewer bytes than planned");
  file_.commit();
}

}  // namespace hone::tensor
