#include "vectors/writer.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/names.h"
#include "table/npy_header.h"
#include "table/vector_file.h"
#include "vectors/index.h"

namespace hone::vectors {

namespace fs = std::filesystem;

namespace {

constexpr size_t kFullLines = size_t{1} << 18;

std::string json_text(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

// Lines of JSON into a file.
class LineFile {
 public:
  explicit LineFile(const fs::path& path) : file_(path) {}

  std::string& buffer() { return buffer_; }
  void end_line() {
    buffer_ += '\n';
    if (buffer_.size() >= kFullLines) flush();
  }
  void commit() {
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.write(buffer_);
    buffer_.clear();
  }

  AtomicFile file_;
  std::string buffer_;
};

class NpyWriter final : public VectorWriter {
 public:
  NpyWriter(const fs::path& path, const VectorFileShape& shape)
      : path_(path), values_left_(shape.num_rows * shape.width), file_(path) {
    if (shape.keeps_texts) texts_.emplace(texts_file(path));
    file_.write(table::npy_header(shape.num_rows, shape.width));
  }

  void write(std::span<const float> vectors, std::span<const std::string_view> texts) override {
    check_internal(vectors.size() <= values_left_, "a file of vectors has as many rows as announced");
    values_left_ -= vectors.size();
    file_.write({reinterpret_cast<const char*>(vectors.data()), vectors.size_bytes()});
    if (!texts_) return;
    for (const std::string_view text : texts) {
      texts_->buffer() += fmt::format("{{\"text\": {}}}", json_text(text));
      texts_->end_line();
    }
  }

  // Older texts must not stand beside new vectors, and the reader compares their numbers only.
  void commit() override {
    check_internal(values_left_ == 0, "a file of vectors has as many rows as announced");
    if (texts_) {
      texts_->commit();
    } else {
      fs::remove(texts_file(path_));
    }
    file_.commit();
  }

 private:
  fs::path path_;
  uint64_t values_left_;
  AtomicFile file_;
  std::optional<LineFile> texts_;
};

class ParquetWriter final : public VectorWriter {
 public:
  ParquetWriter(const fs::path& path, const VectorFileShape& shape)
      : keeps_texts_(shape.keeps_texts), file_(path, shape.width, shape.keeps_texts) {}

  void write(std::span<const float> vectors, std::span<const std::string_view> texts) override {
    file_.write(vectors, keeps_texts_ ? texts : std::span<const std::string_view>());
  }
  void commit() override { file_.commit(); }

 private:
  bool keeps_texts_;
  table::VectorFile file_;
};

class JsonLinesWriter final : public VectorWriter {
 public:
  JsonLinesWriter(const fs::path& path, const VectorFileShape& shape) : shape_(shape), file_(path) {}

  void write(std::span<const float> vectors, std::span<const std::string_view> texts) override {
    char digits[32];
    for (size_t row = 0; row * shape_.width < vectors.size(); ++row) {
      std::string& line = file_.buffer();
      line += '{';
      if (shape_.keeps_texts) line += fmt::format("\"text\": {}, ", json_text(texts[row]));
      line += "\"embedding\": [";
      for (size_t i = 0; i < shape_.width; ++i) {
        if (i > 0) line += ", ";
        line.append(digits, std::to_chars(digits, digits + sizeof(digits), vectors[row * shape_.width + i]).ptr);
      }
      line += "]}";
      file_.end_line();
    }
  }
  void commit() override { file_.commit(); }

 private:
  VectorFileShape shape_;
  LineFile file_;
};

template <typename Writer>
std::unique_ptr<VectorWriter> make_vector_writer(const fs::path& path, const VectorFileShape& shape) {
  return std::make_unique<Writer>(path, shape);
}

struct VectorFormat {
  std::string_view name;
  std::unique_ptr<VectorWriter> (*make)(const fs::path& path, const VectorFileShape& shape);
};
constexpr VectorFormat kVectorFormats[] = {{"npy", make_vector_writer<NpyWriter>},
                                           {"parquet", make_vector_writer<ParquetWriter>},
                                           {"jsonl", make_vector_writer<JsonLinesWriter>}};
static_assert(has_names(kVectorFormats, kVectorFormatNames), "kVectorFormatNames and the table differ");

}  // namespace

std::string_view vector_format(const fs::path& path) {
  const std::string extension = path.extension().string();
  for (const VectorFormat& format : kVectorFormats) {
    if (extension == fmt::format(".{}", format.name)) return format.name;
  }
  throw Error(ErrorKind::kUsage, fmt::format("{}: vectors are written as .npy, .parquet or .jsonl", path.string()),
              "give the output file one of these extensions");
}

std::unique_ptr<VectorWriter> create_vector_file(const fs::path& path, const VectorFileShape& shape) {
  return find_row(kVectorFormats, "format", vector_format(path)).make(path, shape);
}

}  // namespace hone::vectors
