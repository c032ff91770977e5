// Arrow's codecs read gzip, zstd and bzip2; liblzma reads xz. Reads all members of a file, because pigz and parallel xz
// write several.
#include "table/decompress.h"

#include <arrow/io/compressed.h>
#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <lzma.h>

#include <array>
#include <vector>

#include "base/error.h"
#include "table/arrow_status.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

// Limits the memory of the xz decoder; xz -9 needs 65 MiB.
constexpr uint64_t kXzMemory = uint64_t{1} << 30;
constexpr size_t kBlock = size_t{1} << 18;

std::shared_ptr<arrow::io::ReadableFile> open_file(const fs::path& path) {
  return take_arrow(arrow::io::ReadableFile::Open(path.string()), path.string());
}

class ArrowBytes : public ByteReader {
 public:
  ArrowBytes(const fs::path& path, arrow::Compression::type type) : path_(path), file_(open_file(path)) {
    if (type == arrow::Compression::UNCOMPRESSED) {
      stream_ = file_;
      return;
    }
    codec_ = take_arrow(arrow::util::Codec::Create(type), path.string());
    stream_ = take_arrow(arrow::io::CompressedInputStream::Make(codec_.get(), file_), path.string());
  }

  size_t read(char* bytes, size_t size) override {
    const auto count = stream_->Read(static_cast<int64_t>(size), bytes);
    if (!count.ok()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: cannot be decompressed: {}", path_.string(), count.status().message()),
                  "the file may be damaged, incomplete, or not compressed as its extension says");
    }
    return static_cast<size_t>(*count);
  }

 private:
  fs::path path_;
  std::shared_ptr<arrow::io::ReadableFile> file_;
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::io::InputStream> stream_;
};

class XzBytes : public ByteReader {
 public:
  explicit XzBytes(const fs::path& path) : path_(path), file_(open_file(path)), input_(kBlock) {
    if (lzma_stream_decoder(&stream_, kXzMemory, LZMA_CONCATENATED) != LZMA_OK) throw failure("out of memory");
  }
  ~XzBytes() override { lzma_end(&stream_); }
  XzBytes(const XzBytes&) = delete;
  XzBytes& operator=(const XzBytes&) = delete;

  size_t read(char* bytes, size_t size) override {
    stream_.next_out = reinterpret_cast<uint8_t*>(bytes);
    stream_.avail_out = size;
    while (stream_.avail_out > 0 && !finished_) {
      if (stream_.avail_in == 0 && !input_ended_) fill();
      const lzma_ret result = lzma_code(&stream_, input_ended_ ? LZMA_FINISH : LZMA_RUN);
      finished_ = result == LZMA_STREAM_END;
      if (result != LZMA_OK && !finished_) throw failure(reason(result));
    }
    return size - stream_.avail_out;
  }

 private:
  void fill() {
    const auto count = take_arrow(file_->Read(static_cast<int64_t>(input_.size()), input_.data()), path_.string());
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<size_t>(count);
    input_ended_ = count == 0;
  }

  static const char* reason(lzma_ret result) {
    switch (result) {
      case LZMA_FORMAT_ERROR:
        return "not an xz file";
      case LZMA_MEMLIMIT_ERROR:
        return "its dictionary needs more than 1 GiB";
      case LZMA_BUF_ERROR:
        return "truncated";
      case LZMA_MEM_ERROR:
        return "out of memory";
      default:
        return "damaged data";
    }
  }

  Error failure(const char* what) const {
    return Error(ErrorKind::kInput, fmt::format("{}: cannot be decompressed: {}", path_.string(), what),
                 "the file may be damaged, incomplete, or not compressed as its extension says");
  }

  fs::path path_;
  std::shared_ptr<arrow::io::ReadableFile> file_;
  std::vector<uint8_t> input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool input_ended_ = false, finished_ = false;
};

struct Extension {
  std::string_view name;
  Compression compression;
};

constexpr std::array<Extension, 4> kExtensions = {{{".gz", Compression::kGzip},
                                                   {".xz", Compression::kXz},
                                                   {".zst", Compression::kZstd},
                                                   {".bz2", Compression::kBzip2}}};

}  // namespace

Compression compression_of(const fs::path& path) {
  for (const Extension& extension : kExtensions) {
    if (path.extension() == extension.name) return extension.compression;
  }
  return Compression::kNone;
}

fs::path without_compression(const fs::path& path) {
  return compression_of(path) == Compression::kNone ? path : path.parent_path() / path.stem();
}

std::unique_ptr<ByteReader> open_bytes(const fs::path& path, Compression compression) {
  switch (compression) {
    case Compression::kXz:
      return std::make_unique<XzBytes>(path);
    case Compression::kGzip:
      return std::make_unique<ArrowBytes>(path, arrow::Compression::GZIP);
    case Compression::kZstd:
      return std::make_unique<ArrowBytes>(path, arrow::Compression::ZSTD);
    case Compression::kBzip2:
      return std::make_unique<ArrowBytes>(path, arrow::Compression::BZ2);
    default:
      return std::make_unique<ArrowBytes>(path, arrow::Compression::UNCOMPRESSED);
  }
}

}  // namespace hone::table
