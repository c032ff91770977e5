#include "gguf/checkpoint.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

namespace hone::gguf {

namespace {

struct SizeLetter {
  char letter;
  int64_t (*size)(const Sizes&);
};

constexpr SizeLetter kLetters[] = {
    {'V', [](const Sizes& s) { return s.vocabulary; }},
    {'C', [](const Sizes& s) { return s.width; }},
    {'Q', [](const Sizes& s) { return s.heads * s.head_width; }},
    {'K', [](const Sizes& s) { return s.kv_heads * s.head_width; }},
    {'D', [](const Sizes& s) { return s.head_width; }},
    {'F', [](const Sizes& s) { return s.inner; }},
    {'G', [](const Sizes& s) { return 2 * s.inner; }},
    {'A', [](const Sizes& s) { return (s.heads + 2 * s.kv_heads) * s.head_width; }},
    {'T', [](const Sizes& s) { return 3 * s.width; }},
    {'P', [](const Sizes& s) { return s.positions; }},
    {'E', [](const Sizes& s) { return s.experts; }},
    {'M', [](const Sizes& s) { return s.expert_inner; }},
};

std::vector<int64_t> shape_of(std::string_view letters, const Sizes& sizes) {
  std::vector<int64_t> shape;
  for (const char letter : letters) {
    const auto* row = std::ranges::find(kLetters, letter, &SizeLetter::letter);
    check_internal(row != std::end(kLetters), "a letter of a tensor's shape");
    shape.push_back(row->size(sizes));
  }
  return shape;
}

std::string with_number(std::string_view pattern, char mark, int64_t number) {
  std::string name(pattern);
  const size_t place = name.find(mark);
  if (place != std::string::npos) name.replace(place, 1, std::to_string(number));
  return name;
}

class Planner {
 public:
  Planner(const File& file, const Sizes& sizes) : file_(file), sizes_(sizes) {
    for (const std::string_view name : kPositionTensors) used_.insert(name);
    if (!has_own_head(file)) used_.insert(kHeadTensor);
    has_attention_bias_ = file.find_tensor("blk.0.attn_q.bias") != nullptr;
    has_inner_bias_ = file.find_tensor("blk.0.ffn_up.bias") != nullptr;
  }

  void add(const TensorRow& row, int64_t layer) {
    const std::vector<int64_t> shape = shape_of(row.shape, sizes_);
    add_tensor(row, layer, ".weight", shape);
    if (has_bias(row.bias)) add_tensor(row, layer, ".bias", {shape.front()});
  }

  std::vector<CheckpointTensor> finish() {
    for (const Tensor& tensor : file_.tensors()) {
      if (used_.contains(tensor.name)) continue;
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("{}: tensor \"{}\" is not of the architecture \"{}\"", file_.source(), tensor.name,
                              file_.metadata().text("general.architecture").value_or("")),
                  "hone imports plain language models; this file holds more, or its architecture is a variant");
    }
    return std::move(planned_);
  }

 private:
  bool has_bias(Bias bias) const {
    return bias == Bias::kAlways || (bias == Bias::kWithAttention && has_attention_bias_) ||
           (bias == Bias::kWithInner && has_inner_bias_);
  }

  const Tensor& need_tensor(const std::string& name, const std::vector<int64_t>& shape) {
    const Tensor* tensor = file_.find_tensor(name);
    if (tensor == nullptr) {
      throw Error(ErrorKind::kInput, fmt::format("{}: tensor \"{}\" is missing", file_.source(), name), kDamagedHint);
    }
    if (tensor->shape != shape) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: tensor \"{}\" has the shape [{}], but the metadata says [{}]", file_.source(), name,
                              fmt::join(tensor->shape, ", "), fmt::join(shape, ", ")),
                  kDamagedHint);
    }
    if (tensor->type->dequantize == nullptr) {
      throw unsupported_type(*tensor->type, fmt::format("{}: tensor \"{}\"", file_.source(), name));
    }
    used_.insert(tensor->name);
    return *tensor;
  }

  void add_tensor(const TensorRow& row, int64_t layer, const char* suffix, const std::vector<int64_t>& shape) {
    const Tensor& source = need_tensor(with_number(row.name, '#', layer) + suffix, shape);
    CheckpointTensor planned{with_number(row.hf_name, '#', layer) + suffix, shape, &source, row.change};
    if (row.change == Change::kExperts) return add_experts(planned);
    if (row.change == Change::kTransposed) {
      if (shape.size() == 1) planned.change = Change::kNone;
      std::ranges::reverse(planned.shape);
    }
    if (row.change == Change::kQueryRows) planned.num_heads = sizes_.heads;
    if (row.change == Change::kKeyRows) planned.num_heads = sizes_.kv_heads;
    check_rows(planned);
    planned_.push_back(std::move(planned));
  }

  void add_experts(CheckpointTensor planned) {
    const std::string pattern = planned.name;
    const int64_t num_experts = planned.shape.front();
    planned.shape.erase(planned.shape.begin());
    for (int64_t expert = 0; expert < num_experts; ++expert) {
      planned.name = with_number(pattern, '@', expert);
      planned.first_row = expert * planned.shape.front();
      planned_.push_back(planned);
    }
  }

  // Rows that change places are whole blocks, and each head has two halves.
  void check_rows(const CheckpointTensor& planned) const {
    if (planned.change != Change::kQueryRows && planned.change != Change::kKeyRows) return;
    const bool is_blocks = planned.shape.size() > 1 || planned.source->type->block_size == 1;
    if (is_blocks && planned.shape.front() % (2 * planned.num_heads) == 0) return;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: tensor \"{}\" does not have two halves of rows for each of {} heads", file_.source(),
                            planned.source->name, planned.num_heads),
                kDamagedHint);
  }

  const File& file_;
  const Sizes& sizes_;
  bool has_attention_bias_, has_inner_bias_;
  std::unordered_set<std::string_view> used_;
  std::vector<CheckpointTensor> planned_;
};

// A file of Mixtral has the architecture of Llama.
void check_experts(const File& file, const Architecture& architecture, const Sizes& sizes) {
  const auto is_of_experts = [](const TensorRow& row) { return row.change == Change::kExperts; };
  if (sizes.experts == 0 || std::ranges::any_of(architecture.tensors, is_of_experts)) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{}: a mixture of {} experts of the architecture \"{}\"", file.source(), sizes.experts,
                          architecture.name),
              "hone imports mixtures of experts of the architecture qwen3moe only");
}

std::vector<float> transposed_values(const Tensor& tensor) {
  const std::vector<float> values = values_of(tensor);
  const auto rows = static_cast<size_t>(tensor.shape[0]), columns = static_cast<size_t>(tensor.shape[1]);
  std::vector<float> result(values.size());
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column) result[column * rows + row] = values[row * columns + column];
  }
  return result;
}

}  // namespace

int64_t CheckpointTensor::num_values() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::vector<CheckpointTensor> checkpoint_of(const File& file, const Architecture& architecture, const Sizes& sizes) {
  check_experts(file, architecture, sizes);
  Planner planner(file, sizes);
  const auto is_of_layer = [](const TensorRow& row) { return row.name.find('#') != std::string_view::npos; };
  for (const TensorRow& row : architecture.tensors) {
    const bool is_tied_head = row.hf_name == "lm_head" && !has_own_head(file);
    if (!is_of_layer(row) && !is_tied_head) planner.add(row, 0);
  }
  for (int64_t layer = 0; layer < sizes.layers; ++layer) {
    for (const TensorRow& row : architecture.tensors) {
      if (is_of_layer(row)) planner.add(row, layer);
    }
  }
  return planner.finish();
}

CheckpointReader::CheckpointReader(const CheckpointTensor& tensor) : tensor_(tensor) {
  const bool is_permuted = tensor.change == Change::kQueryRows || tensor.change == Change::kKeyRows;
  row_size_ = tensor.shape.size() == 1 && is_permuted ? 1 : tensor.shape.back();
  num_rows_ = tensor.num_values() / row_size_;
  if (tensor.change == Change::kTransposed) transposed_ = transposed_values(*tensor.source);
}

int64_t CheckpointReader::source_row(int64_t row) const {
  if (tensor_.change == Change::kExperts) return tensor_.first_row + row;
  if (tensor_.change != Change::kQueryRows && tensor_.change != Change::kKeyRows) return row;
  const int64_t head_rows = num_rows_ / tensor_.num_heads, half = head_rows / 2;
  const int64_t head = row / head_rows, place = row % head_rows;
  return head * head_rows + place % half * 2 + place / half;
}

size_t CheckpointReader::read(std::span<float> values) {
  const int64_t begin = next_row_, end = std::min(num_rows_, begin + static_cast<int64_t>(values.size()) / row_size_);
  const Tensor& source = *tensor_.source;
  const auto row_bytes = static_cast<size_t>(row_size_ / source.type->block_size * source.type->block_bytes);
  const auto row_size = static_cast<size_t>(row_size_);
  for (int64_t row = begin; row < end; ++row) {
    const std::span<float> out = values.subspan(static_cast<size_t>(row - begin) * row_size, row_size);
    if (!transposed_.empty()) {
      std::copy_n(transposed_.begin() + row * row_size_, row_size_, out.begin());
    } else {
      dequantize(*source.type, source.bytes.substr(static_cast<size_t>(source_row(row)) * row_bytes, row_bytes), out);
    }
    if (tensor_.change == Change::kPlusOne) {
      for (float& value : out) value -= 1;
    }
  }
  next_row_ = end;
  return static_cast<size_t>(end - begin) * row_size;
}

}  // namespace hone::gguf
