#include "vectors/index.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/checked.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/writable_map.h"
#include "table/npy_header.h"
#include "table/vector_file.h"

namespace hone::vectors {

namespace fs = std::filesystem;

struct VectorIndex::State {
  std::string name, texts_name;
  std::optional<MappedFile> mapped;
  std::optional<WritableMap> values;  // of a file that cannot be used as it is
  MatrixView matrix;
  std::optional<MappedFile> lines;      // of the texts of a .npy file
  std::string texts;                    // of a parquet file, one after another
  std::vector<uint64_t> text_begins{};  // of each row, and the end; empty: no texts
};

namespace {

constexpr const char* kHint =
    "make the vectors with hone embed, or write them with numpy.save as float32 [rows, width]";

// Memory for the values of a file, whose size its header or its rows tell.
float* make_values(VectorIndex::State& state, uint64_t num_rows, uint64_t width) {
  const uint64_t count = checked_multiply(num_rows, width, "the matrix");
  state.matrix = {nullptr, num_rows, width};
  if (count == 0) return nullptr;
  state.values.emplace(WritableMap::in_memory(checked_multiply<uint64_t>(count, sizeof(float), "the matrix")));
  auto* const data = reinterpret_cast<float*>(state.values->bytes().data());
  state.matrix = {data, num_rows, width};
  return data;
}

void open_npy(const fs::path& path, VectorIndex::State& state) {
  state.mapped.emplace(path);
  const std::string_view bytes = state.mapped->bytes();
  const table::NpyHeader header = table::read_npy_header(bytes, path.string(), kHint);
  const char* const begin = bytes.data() + header.size;
  const bool is_aligned = reinterpret_cast<uintptr_t>(begin) % alignof(float) == 0;
  if (header.item_size == sizeof(float) && !header.is_fortran && is_aligned) {
    state.matrix = {reinterpret_cast<const float*>(begin), header.num_rows, header.num_columns};
    return;
  }
  float* const values = make_values(state, header.num_rows, header.num_columns);
  for (uint64_t i = 0; i < header.num_values(); ++i) {
    float small = 0;
    double value = 0;
    if (header.item_size == sizeof(float)) {
      std::memcpy(&small, begin + i * sizeof(float), sizeof(float));
    } else {
      std::memcpy(&value, begin + i * sizeof(double), sizeof(double));
      small = static_cast<float>(value);
    }
    values[header.is_fortran ? i % header.num_rows * header.num_columns + i / header.num_rows : i] = small;
  }
  state.mapped.reset();
}

void open_texts(const fs::path& npy, VectorIndex::State& state) {
  const fs::path path = texts_file(npy);
  std::error_code error;
  if (!fs::exists(path, error)) return;
  state.texts_name = path.string();
  state.lines.emplace(path);
  const std::string_view bytes = state.lines->bytes();
  state.text_begins = {0};
  for (size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    state.text_begins.push_back(at + 1);
  }
  if (state.text_begins.back() != bytes.size()) state.text_begins.push_back(bytes.size());
  const uint64_t num_texts = state.text_begins.size() - 1;
  if (num_texts == state.matrix.num_rows) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{} has {}, and {} has {}", path.string(), counted(num_texts, "text"), state.name,
                          counted(state.matrix.num_rows, "vector")),
              "both are written together by hone embed: make them again");
}

void open_parquet(const fs::path& path, const std::string& column, VectorIndex::State& state) {
  float* next = nullptr;
  uint64_t num_left = 0;
  const auto begin = [&](const table::VectorFileInfo& info) {
    next = make_values(state, info.num_rows, info.width);
    num_left = info.num_rows * info.width;
    if (!info.text_column.empty()) state.text_begins = {0};
  };
  const auto take = [&](const table::VectorRows& rows) {
    if (rows.vectors.size() > num_left) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file has more rows than it says", state.name), kHint);
    }
    std::copy(rows.vectors.begin(), rows.vectors.end(), next);
    next += rows.vectors.size();
    num_left -= rows.vectors.size();
    for (const std::string_view text : rows.texts) {
      check_utf8(text, fmt::format("{}: row {}", state.name, state.text_begins.size() - 1));
      state.texts += text;
      state.text_begins.push_back(state.texts.size());
    }
  };
  table::read_vector_file(path, column, begin, take);
  if (num_left > 0) throw Error(ErrorKind::kInput, fmt::format("{}: the file lacks rows", state.name), kHint);
}

}  // namespace

fs::path texts_file(const fs::path& npy) {
  fs::path path = npy;
  return path.replace_extension(".texts.jsonl");
}

VectorIndex::VectorIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
VectorIndex::~VectorIndex() = default;
VectorIndex::VectorIndex(VectorIndex&&) noexcept = default;
VectorIndex& VectorIndex::operator=(VectorIndex&&) noexcept = default;

VectorIndex VectorIndex::open(const fs::path& path, const std::string& column) {
  auto state = std::make_unique<State>();
  state->name = path.string();
  if (path.extension() == ".npy") {
    open_npy(path, *state);
    open_texts(path, *state);
  } else if (path.extension() == ".parquet") {
    open_parquet(path, column, *state);
  } else {
    throw Error(ErrorKind::kUsage, fmt::format("{}: vectors are read from .npy and .parquet files", path.string()),
                "make one with hone embed --output vectors.npy");
  }
  if (state->matrix.num_rows == 0 || state->matrix.width == 0) {
    throw Error(ErrorKind::kInput, fmt::format("{} holds no vectors", path.string()), kHint);
  }
  return VectorIndex(std::move(state));
}

const MatrixView& VectorIndex::matrix() const { return state_->matrix; }

bool VectorIndex::has_texts() const { return !state_->text_begins.empty(); }

std::string VectorIndex::text(uint64_t row) const {
  if (!has_texts()) return "";
  const uint64_t begin = state_->text_begins[row], size = state_->text_begins[row + 1] - begin;
  if (!state_->lines) return state_->texts.substr(begin, size);
  const std::string place = fmt::format("{}:{}", state_->texts_name, row + 1);
  const Json line = parse_json(state_->lines->bytes().substr(begin, size), place);
  if (!line.is_object() || !line.contains("text") || !line["text"].is_string()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the line has no \"text\"", place),
                "make the file again with hone embed");
  }
  return line["text"].get<std::string>();
}

}  // namespace hone::vectors
